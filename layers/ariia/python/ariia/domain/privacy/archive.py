"""The files of a member's archive: JSON for machines, and a page for people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.documents import encode
from ariia.domain.events import MemberEvent
from ariia.domain.follow_ups import ScheduledFollowUp
from ariia.domain.instants import readable
from ariia.domain.members.member import Member
from ariia.domain.privacy.archive_page import archive_page, message_file

_NOT_THEIRS = ("version", "idempotency_fingerprint", "fingerprint", "creation_id", "tenant_id", "subject")


@dataclass(frozen=True)
class MemberFacts:
    """Everything about one member. `messages` are rows as of `message_row`, newest first; `lists` the static segments
    that name them, by id."""

    tenant_name: str
    member: Member
    messages: Sequence[Mapping[str, Any]]
    follow_ups: Sequence[ScheduledFollowUp]
    events: Sequence[MemberEvent]
    lists: Mapping[str, str]
    audit: Sequence[AuditEntry]


def archive(facts: MemberFacts, made_at: int) -> bytes:
    """The archive (zip) as of `made_at` (epoch ms); the same facts make the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, text in _files(facts, made_at).items():
            stamp = datetime.fromtimestamp(made_at / 1000, UTC).timetuple()[:6]
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            folder.writestr(info, text.encode())
    return target.getvalue()


def _files(facts: MemberFacts, made_at: int) -> dict[str, str]:
    messages, pages = [], {}
    for number, row in enumerate(facts.messages, start=1):
        shown = {name: value for name, value in row.items() if name not in ("html", "text")}
        if row.get("html") or row.get("text"):
            shown["file"] = f"messages/{number:04d}.html"
            pages[shown["file"]] = message_file(row)
        messages.append(shown)
    documents: dict[str, Any] = {
        "member": _theirs(facts.member),
        "messages": readable(messages),
        "follow_ups": [_theirs(one) for one in facts.follow_ups],
        "events": [_theirs(one) for one in facts.events],
        "lists": [{"id": one, "name": name} for one, name in facts.lists.items()],
        "audit": [_theirs(one) for one in facts.audit],
    }
    page = archive_page(escape(facts.tenant_name), documents, made_at)
    written = {f"{name}.json": json.dumps(one, indent=2, ensure_ascii=False) for name, one in documents.items()}
    return {"index.html": page, **written, **pages}


def _theirs(entity: Any) -> dict[str, Any]:
    """What is stored, without what only the engine needs."""
    document = encode(entity)
    return {name: value for name, value in readable(document).items() if name not in _NOT_THEIRS}
