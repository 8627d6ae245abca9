"""The preference page, on events as API Gateway delivers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from ariia.domain.links import LinkClaims
from ariia.domain.members.member import Confirmation, Member, Suppression
from ariia.domain.tenants.tenant import TenantSettings
from functions.public_pages import handler as module
from tests.handlers.pages_world import World, send

ALL = {"shown_email": "in", "shown_sms": "out", "shown_tracking": "1", "do": "save"}
LEFT = {**ALL, "shown_email": "out"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    world.members.save([world.member("dora", "dora@x.de", phone="+4930123456", language="de")])
    return world


def member(world: World, member_id: str = "dora") -> Member:
    found = world.members.get("gym", member_id)
    assert found is not None
    return found


def statuses(world: World, member_id: str = "dora") -> dict[str, str]:
    return {channel: one.status.value for channel, one in member(world, member_id).consent.items()}


def token(world: World, member_id: str = "dora") -> str:
    return world.token(member_id, "preferences")


def post(world: World, fields: dict[str, str], member_id: str = "dora") -> dict[str, Any]:
    path = f"/preferences/{token(world, member_id)}"
    return send("http_post_page_button", "TOKEN", rawPath=path, body=urlencode(fields))


def get(world: World, member_id: str = "dora", **changes: Any) -> dict[str, Any]:
    return send("http_get_unsubscribe", "TOKEN", rawPath=f"/preferences/{token(world, member_id)}", **changes)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(world: World, method: str) -> None:
    before = member(world)
    assert get(world, method=method)["statusCode"] == 200
    assert member(world) == before


def test_the_page_shows_what_holds_and_nothing_about_the_person(world: World) -> None:
    answer = get(world)

    body, policy = answer["body"], answer["headers"]["Content-Security-Policy"]
    assert '<html lang="de">' in body
    assert 'name="want_email" value="1" checked' in body
    assert 'name="want_sms" value="1">' in body
    assert "want_telegram" not in body, "a channel without an address is none to choose"
    assert 'name="opens" value="1" checked' in body
    assert "Gym &quot;Nord&quot; &amp; Söhne" in body
    assert not [one for one in ("dora", "4930", "<script") if one in body.lower()]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_a_channel_is_left_and_another_joined_with_proof(world: World) -> None:
    answer = post(world, {**ALL, "want_sms": "1", "opens": "1", "clicks": "1"})

    assert 'role="status">Ihre Auswahl ist gespeichert' in answer["body"]
    assert statuses(world) == {"email": "denied", "sms": "granted"}
    agreed = member(world).consent["sms"]
    assert agreed.source == "preferences"
    assert agreed.proof["text"].startswith('Ja, Gym "Nord" & Söhne darf mir SMS')
    assert len(agreed.proof["ip"]) == 32
    assert "203.0.113.7" not in str(agreed.proof)
    assert world.unsubscribed_at("dora") is not None
    assert member(world).tracking is None, "nobody changed it"


def test_what_was_not_on_the_form_stays(world: World) -> None:
    post(world, {"do": "save", "want_sms": "1", "unknown": "1"})

    assert statuses(world) == {"email": "granted"}


def test_everything_is_left_by_one_button_and_by_all_who_share_the_address(world: World) -> None:
    post(world, {"do": "leave"}, "anna")

    assert statuses(world, "anna") == statuses(world, "ben") == {"email": "denied"}
    assert statuses(world, "cleo") == {"email": "granted"}


def test_who_left_comes_back_for_themselves_alone(world: World) -> None:
    post(world, {"do": "leave"}, "anna")
    world.clock.advance(1)
    post(world, {**LEFT, "want_email": "1"}, "anna")

    assert (statuses(world, "anna"), statuses(world, "ben")) == ({"email": "granted"}, {"email": "denied"})


def test_a_form_from_before_the_opt_out_does_not_bring_anybody_back(world: World) -> None:
    """Its box is still ticked as the page had ticked it: whoever saves it has chosen nothing."""
    form = {**ALL, "want_email": "1", "clicks": "1"}
    assert 'name="shown_email" value="in"' in get(world)["body"]
    post(world, {"do": "leave"})
    world.clock.advance(1)

    answer = post(world, form)

    assert statuses(world)["email"] == "denied"
    assert 'name="shown_email" value="out"' in answer["body"]


def test_that_somebody_left_is_counted_even_when_the_process_dies_in_between(world: World) -> None:
    notes, seen = world.services.unsubscribes, list[str]()

    class Noting:
        def note(self, claims: LinkClaims, now: int) -> None:
            seen.append(statuses(world)["email"])
            notes.note(claims, now)

    world.services.preferences._notes = Noting()
    post(world, {"do": "leave"})

    assert seen == ["granted"], "noted after the opt-out, it would never be made up for"
    assert world.unsubscribed_at("dora") is not None


def test_a_suppressed_address_can_be_left_but_not_joined(world: World) -> None:
    [one] = [key for key in world.members.records if member(world).id in world.members.records[key].members][:1]
    world.members.suppress("gym", one.channel, one.hash, Suppression("complaint", 1))
    assert f'name="want_{one.channel}"' not in get(world)["body"]
    post(world, {"do": "leave"})
    world.clock.advance(1)

    post(world, {**ALL, f"shown_{one.channel}": "out", f"want_{one.channel}": "1"})

    assert statuses(world)[one.channel.value] == "denied"


def test_tracking_is_declined_and_allowed_again(world: World) -> None:
    post(world, {**ALL, "want_email": "1", "clicks": "1"})
    choice = member(world).tracking
    assert choice is not None
    assert (choice.opens, choice.clicks, choice.source) == (False, True, "preferences")
    assert 'name="opens" value="1">' in get(world)["body"]

    world.clock.advance(1)
    post(world, {**ALL, "want_email": "1", "clicks": "1", "opens": "1"})
    again = member(world).tracking
    assert again is not None
    assert (again.opens, again.clicks) == (True, True)


def test_only_the_right_link_opens_it(world: World) -> None:
    wrong = [world.token("dora", "unsubscribe"), world.token("nobody", "preferences"), "nonsense"]

    for link in wrong:
        answer = send("http_post_page_button", "TOKEN", rawPath=f"/preferences/{link}", body="do=leave")
        assert answer["statusCode"] == 404
    assert statuses(world) == {"email": "granted"}


def asks_everybody(world: World) -> None:
    tenant = world.tenants.get("gym")
    assert tenant is not None
    tenant.settings = TenantSettings(double_opt_in=True)
    world.tenants.save(tenant)


def test_who_never_confirmed_has_to_when_they_come_back(world: World) -> None:
    asks_everybody(world)
    post(world, {"do": "leave"})
    world.clock.advance(1)

    answer = post(world, {**LEFT, "want_email": "1"})

    assert statuses(world)["email"] == "pending"
    assert "Bitte folgen Sie dem Link in der E-Mail" in answer["body"]
    [(_, payload)] = world.schedules.waiting.values()
    assert [one["member_id"] for one in payload["requests"]] == ["dora"]

    again = post(world, {**ALL, "want_email": "1", "clicks": "1"})

    assert statuses(world)["email"] == "pending", "what the page ticked is neither asked for again nor left"
    assert "Bitte folgen Sie" not in again["body"]
    assert "noch nicht bestätigt" in again["body"]
    assert 'name="shown_email" value="in"' in again["body"]
    assert len(world.schedules.waiting) == 1


def test_who_confirmed_comes_back_at_once(world: World) -> None:
    asks_everybody(world)
    confirmed = member(world)
    confirmed.confirmed = Confirmation(confirmed.email_hash or "", 1)
    world.members.save([confirmed])
    post(world, {"do": "leave"})
    world.clock.advance(1)

    answer = post(world, {**LEFT, "want_email": "1"})

    assert (statuses(world)["email"], world.schedules.waiting) == ("granted", {})
    assert "Bitte folgen Sie" not in answer["body"]
