"""The page behind the link of a double opt-in, on events as API Gateway delivers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation_link import confirmation_token
from ariia.domain.members.member import Consent, ConsentStatus, Member
from functions.public_pages import handler as module
from tests.handlers.pages_world import World, send

YES = {"confirm": "yes"}
A_DAY_MS = 86_400_000


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    waits = {"email": Consent(ConsentStatus.PENDING, "form", world.clock.now(), {"form": "F-17"})}
    dora = world.member("dora", "dora@x.de", language="de")
    dora.consent = waits
    world.members.save([dora])
    return world


def dora(world: World) -> Member:
    found = world.members.get("gym", "dora")
    assert found is not None
    return found


def status(world: World) -> str:
    return dora(world).consent["email"].status.value


def path(world: World, asked_at: int | None = None) -> str:
    at = world.clock.now() if asked_at is None else asked_at
    return f"/c/{confirmation_token(world.keys.key(), dora(world), at)}"


def get(path: str, **changes: Any) -> dict[str, Any]:
    return send("http_get_unsubscribe", "TOKEN", rawPath=path, **changes)


def post(path: str, fields: dict[str, str]) -> dict[str, Any]:
    return send("http_post_page_button", "TOKEN", rawPath=path, body=urlencode(fields))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(world: World, method: str) -> None:
    before = dora(world)
    answer = get(path(world), method=method)
    assert (answer["statusCode"], dora(world)) == (200, before)


def test_it_asks_in_the_members_language_and_says_nothing_about_the_person(world: World) -> None:
    body = get(path(world))["body"]

    assert '<html lang="de">' in body
    assert "Ja, Gym &quot;Nord&quot; &amp; Söhne darf mir E-Mails" in body
    assert '<form method="post">' in body
    assert "<script" not in body
    assert "dora" not in body


def test_the_button_confirms_and_leaves_its_proof(world: World) -> None:
    link, asked_at = path(world), world.clock.now()
    world.clock.advance(60)

    answer = post(link, YES)

    assert (answer["statusCode"], status(world)) == (200, "granted")
    assert 'role="status">Gym &quot;Nord&quot;' in answer["body"]
    granted = dora(world).consent["email"]
    assert granted.source == "double_opt_in"
    assert granted.proof["double_opt_in"]["text"] == "1-de"
    assert "203.0.113.7" not in str(granted.proof)
    assert "ip" not in granted.proof["double_opt_in"]
    assert granted.proof["request"]["proof"] == {"form": "F-17"}
    page = world.members.audit.page("gym", 10, None, 0, world.clock.now() + asked_at)
    [entry] = [one for one in page.entries if one.member_id == "dora" and one.action == "granted"]
    assert (entry.kind.value, entry.by, entry.details["proof"]) == ("consent", "double_opt_in", granted.proof)
    assert get(link)["body"] == answer["body"], "the link says what it did"


@pytest.mark.parametrize("fields", [{}, {"confirm": "no"}, {"List-Unsubscribe": "One-Click"}])
def test_a_post_that_is_not_the_button_asks(world: World, fields: dict[str, str]) -> None:
    answer = post(path(world), fields)

    assert (answer["statusCode"], status(world)) == (200, "pending")
    assert "<form" in answer["body"]


def test_a_link_that_is_too_old_says_so_and_offers_nothing(world: World) -> None:
    link = path(world, world.clock.now() - 30 * A_DAY_MS)
    for answer in (get(link), post(link, YES)):
        assert answer["statusCode"] == 410
        assert "Dieser Link ist zu alt" in answer["body"]
        assert "<form" not in answer["body"]
    assert status(world) == "pending"


def test_a_link_to_an_earlier_address_or_from_before_a_no_is_no_longer_in_use(world: World) -> None:
    link = path(world)
    member = dora(world)
    member.email = "new@x.de"
    world.members.save([member])
    assert "nicht mehr in Gebrauch" in get(link)["body"]

    link = path(world)
    world.clock.advance(60)
    world.services.preferences._consent.withdraw("gym", "dora", Channel.EMAIL, "one_click", world.clock.now())
    answer = post(link, YES)
    assert (answer["statusCode"], status(world)) == (410, "denied")
    assert "<form" not in answer["body"]


def test_other_links_do_not_open_it(world: World) -> None:
    for token in (world.token("anna"), world.token("anna", "preferences"), "nonsense"):
        assert post(f"/c/{token}", YES)["statusCode"] == 404
    token = path(world).removeprefix("/c/")
    assert post(f"/u/{token}", {})["statusCode"] == 404
    assert send("http_get_view", "TOKEN", rawPath=f"/v/{token}")["statusCode"] == 404


def test_other_methods_are_refused(world: World) -> None:
    answer = get(path(world), method="DELETE")
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD, POST")
