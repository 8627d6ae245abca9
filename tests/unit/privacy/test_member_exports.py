"""A member's archive: everything about them, nothing about anybody else, made by processes that may die anywhere."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from ariia.domain.audit.entries import AuditKind, subject_of
from ariia.domain.creation import Creation
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.privacy.export import KEPT_MS, ExportState
from tests.builders import TENANT, any_campaign, any_content, any_member
from tests.unit.ground.fuse import Fuse, KilledError
from tests.unit.privacy.privacy_desk import WHO, PrivacyDesk

FILES = ["audit.json", "events.json", "follow_ups.json", "index.html", "lists.json", "member.json", "messages.json"]


@pytest.fixture(scope="module")
def desk() -> PrivacyDesk:
    desk = PrivacyDesk().knows_annika()
    desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
    desk.live(1)
    return desk


def archive_of(desk: PrivacyDesk, export_id: str = "e1") -> dict[str, str]:
    """The files of the archive, by name."""
    data = desk.uploads.files[desk.exports.get(TENANT, export_id).export.key]
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        return {name: folder.read(name).decode() for name in folder.namelist()}


def document(desk: PrivacyDesk, name: str) -> Any:
    return json.loads(archive_of(desk)[f"{name}.json"])


def test_an_archive_has_a_page_and_a_file_for_each_kind_of_data(desk: PrivacyDesk) -> None:
    assert sorted(one for one in archive_of(desk) if not one.startswith("messages/")) == FILES
    page = archive_of(desk)["index.html"]
    assert "What Studio has stored about this member" in page
    assert "<script" not in page
    for word in ("Annika", "the knee", "Spring", "Regulars", "Annika came by", "F-17"):
        assert word.replace("'", "&#x27;") in page


def test_the_member_is_there_with_consent_proof_and_custom_fields(desk: PrivacyDesk) -> None:
    member = document(desk, "member")
    assert (member["id"], member["attributes"]) == (WHO, {"coach": "Annika's sister"})
    assert member["consent"]["email"]["proof"] == {"form": "F-17"}
    assert member["consent"]["email"]["at"].endswith("Z")
    assert member["engagement"]["last_clicked_at"].endswith("Z")


def test_every_message_is_there_with_what_became_of_it_and_what_it_said(desk: PrivacyDesk) -> None:
    messages = document(desk, "messages")
    assert sorted((one["campaign"], one["status"]) for one in messages) == [
        ("Confirmation", "delivered"),
        ("Follow-up", "sent"),
        ("Spring", "clicked"),
        ("Waiting", "pending"),
    ]
    spring = next(one for one in messages if one["campaign"] == "Spring")
    assert [one["link"] for one in spring["clicked_links"]] == ["https://studio.example/offer"]
    assert {"sent_at", "delivered_at", "opened_at", "clicked_at"} <= spring.keys()
    shown = archive_of(desk)[spring["file"]]
    assert "Hello Annika" in shown
    # Our own links would act for her.
    assert "/u/" not in shown
    question = next(one for one in messages if one["campaign"] == "Confirmation")
    assert question["subject"]
    assert "/c/" not in archive_of(desk)[question["file"]]
    follow_up = next(one for one in messages if one["campaign"] == "Follow-up")
    assert "the knee" in archive_of(desk)[follow_up["file"]]


def test_follow_ups_events_lists_and_the_trail_are_there(desk: PrivacyDesk) -> None:
    follow_ups = document(desk, "follow_ups")
    assert [one["status"] for one in follow_ups] == ["pending", "sent"]
    assert follow_ups[0]["ai_context_json"] == {"goal": "the knee"}
    assert document(desk, "events")[0]["data"] == {"note": "Annika came by"}
    assert document(desk, "lists") == [{"id": "list-1", "name": "Regulars"}]
    assert {(one["kind"], one["action"]) for one in document(desk, "audit")} == {
        ("consent", "granted"),
        ("consent", "pending"),
        ("export", "requested"),
    }


def test_nobody_else_is_in_it_not_even_who_shares_the_address(desk: PrivacyDesk) -> None:
    text = " ".join(archive_of(desk).values()).lower()
    for other in ("ben", "cleo", "annie"):
        assert f'"{other}"' not in text
        assert f">{other}<" not in text
    assert "boss@example.com" not in text


def test_a_download_link_is_given_out_as_long_as_the_archive_is_kept(desk: PrivacyDesk) -> None:
    view = desk.exports.get(TENANT, "e1")
    assert view.state is ExportState.DONE
    assert view.url is not None
    assert "exports/studio/e1/archive.zip" in view.url
    assert view.url_expires_at == desk.clock.now() + 900_000
    assert view.export.member_id is None
    assert not [one for one in desk.uploads.files if "part-" in one]
    desk.clock.advance(KEPT_MS / 1000)
    late = desk.exports.get(TENANT, "e1")
    assert (late.state, late.url) == (ExportState.EXPIRED, None)


def test_the_same_key_gives_the_same_export_and_one_entry_in_the_trail() -> None:
    desk = PrivacyDesk()
    desk.world.add(any_member(WHO))
    for replayed in (False, True):
        made = desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
        assert (made.entity.export.id, made.replayed) == ("e1", replayed)
    entries = desk.trail.page_of_member(TENANT, subject_of(TENANT, WHO), 10, None).entries
    assert [one.by for one in entries if one.kind is AuditKind.EXPORT] == ["boss"]
    with pytest.raises(InvalidError):
        desk.exports.start(TENANT, WHO, "boss", Creation("e1", "another"))
    with pytest.raises(NotFoundError):
        desk.exports.start(TENANT, "nobody", "boss")
    with pytest.raises(NotFoundError):
        desk.exports.start("another", WHO, "boss")
    with pytest.raises(NotFoundError):
        desk.exports.get("another", "e1")


def test_of_a_member_who_is_erased_meanwhile_no_archive_is_made() -> None:
    desk = PrivacyDesk().knows_annika()
    desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
    desk.start()
    desk.live(1)
    view = desk.exports.get(TENANT, "e1")
    assert (view.state, view.export.failure) == (ExportState.FAILED, "the member is gone")
    assert not [one for one in desk.uploads.files if one.startswith("exports/")]


def test_an_archive_goes_with_the_member(desk: PrivacyDesk) -> None:
    desk = PrivacyDesk().knows_annika()
    desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
    desk.live(1)
    assert [one for one in desk.uploads.files if one.startswith("exports/")]
    desk.start(Creation("k1", "print"))
    desk.live(8)
    assert not [one for one in desk.uploads.files if one.startswith("exports/")]
    assert desk.erasure("k1").counts["archives"] == 1
    assert desk.about_her() == []
    with pytest.raises(NotFoundError):
        desk.exports.get(TENANT, "e1")


def test_many_campaigns_are_walked_in_pieces_over_several_runs() -> None:
    desk = PrivacyDesk()
    desk.world.add(any_member(WHO))
    for number in range(60):
        desk.world.run(desk.world.approve(any_campaign(id=f"c{number:02d}", name=f"C{number}"), any_content()))
    desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
    desk.clock.advance(10)
    [payload] = desk.schedules.fired(desk.clock.now())
    runs = 0
    while not desk.exports.get(TENANT, "e1").export.is_over:
        desk.runs._works["export"].work(payload["tenant_id"], payload["job_id"], 0)
        runs += 1
    assert runs == 3
    assert [one["campaign"] for one in document(desk, "messages")] == [f"C{number}" for number in range(59, -1, -1)]


def a_life(moment: int | None = None) -> tuple[PrivacyDesk, int]:
    fuse = Fuse(moment)
    desk = PrivacyDesk(fuse.around).knows_annika()
    fuse.armed = True
    for _ in range(3):
        try:
            desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
            break
        except KilledError:
            continue
    desk.live(5, (KilledError,))
    fuse.armed = False
    return desk, fuse.count


def test_killed_anywhere_the_archive_is_the_same() -> None:
    undisturbed, moments = a_life()
    wanted = archive_of(undisturbed)
    assert 30 < moments < 150
    for moment in range(moments):
        desk, _ = a_life(moment)
        assert archive_of(desk) == wanted, moment
        assert desk.schedules.waiting == {}, moment
