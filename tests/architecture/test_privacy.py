"""Privacy runs the steps and sections that it is given, and knows no room that has some."""

from __future__ import annotations

from .imports import imports_of
from .source_tree import sources

_PRIVACY = ("ariia.services.privacy", "ariia.domain.privacy", "ariia.ports.erasures")
# Whom an erasure is about, where its proof is written, and whose name the archive has: there is no engine without them.
_KNOWN = {"audit", "erasures", "members", "personal_data", "privacy", "tenants"}
# Modules that belong to no room.
_GROUND = {
    "address", "channel", "clock", "concurrency", "creation", "documents", "errors", "identifiers", "instants", "jobs",
    "local_time", "mentions", "revisits", "schedules", "storable", "text_values", "uploads",
}  # fmt: skip


def rooms_known(imports: list[tuple[str, str]]) -> list[str]:
    """Of imports (importer, target) of ours, those by which privacy knows a room it may not."""
    mine = [(one, target) for one, target in imports if one.startswith(_PRIVACY) and target.startswith("ariia.")]
    return [f"{one} imports {target}" for one, target in mine if target.split(".")[2] not in _KNOWN | _GROUND]


def test_privacy_knows_no_room_that_has_steps_or_sections() -> None:
    assert rooms_known([(one.source.module, one.target) for one in imports_of(sources())]) == []


def test_a_room_that_privacy_knows_is_found() -> None:
    imports = [
        ("ariia.services.privacy.erasure.runs", "ariia.services.follow_ups.ending"),
        ("ariia.services.privacy.erasure.runs", "ariia.domain.errors"),
        ("ariia.services.series.erasing", "ariia.ports.series"),
    ]
    assert rooms_known(imports) == ["ariia.services.privacy.erasure.runs imports ariia.services.follow_ups.ending"]
