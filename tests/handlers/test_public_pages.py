"""Unsubscribing, on events as API Gateway delivers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ariia.domain.errors import TransientError
from ariia.domain.links import LinkClaims, sign
from functions.public_pages import handler as module
from tests.handlers.pages_world import World, send


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    return world


def untouched(world: World) -> bool:
    return all(consent[0] == "granted" for consent in world.consents().values()) and not world.ledger.receipts


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_changes_nothing(world: World, method: str) -> None:
    answer = send("http_get_unsubscribe", world.token(), method=method)
    assert answer["statusCode"] == 200
    assert untouched(world)
    assert bool(answer["body"]) == (method == "GET")


def test_page_names_the_business_and_offers_a_button_that_works_without_script(world: World) -> None:
    body = send("http_get_unsubscribe", world.token())["body"]
    assert "Gym &quot;Nord&quot; &amp; Söhne" in body
    assert '<form method="post">' in body
    assert '<button type="submit">Abmelden</button>' in body
    assert '<html lang="de">' in body
    assert "<script" not in body
    assert "family@x.de" not in body.lower()
    assert "Anna" not in body


def test_page_speaks_the_members_language(world: World) -> None:
    body = send("http_get_unsubscribe", world.token("cleo"))["body"]
    assert '<html lang="en">' in body
    assert "Unsubscribe from" in body


@pytest.mark.parametrize("name", ["http_post_one_click", "http_post_one_click_multipart"])
def test_one_click_takes_back_the_consent_of_everybody_at_the_address(world: World, name: str) -> None:
    answer = send(name, world.token("anna"))
    assert answer["statusCode"] == 200
    assert "Location" not in answer["headers"]
    denied = ("denied", "one_click")
    assert world.consents() == {"anna": denied, "ben": denied, "cleo": ("granted", "import")}


def test_one_click_is_noted_for_the_campaign_once(world: World) -> None:
    send("http_post_one_click", world.token("anna"))
    first = world.unsubscribed_at("anna")
    world.clock.advance(60)
    send("http_post_one_click", world.token("anna"))
    assert first == world.unsubscribed_at("anna") == 1_800_000_000_000
    history = world.members.get_many("gym", ["anna"])["anna"].consent_history
    assert len(history) == 1


def test_button_is_noted_as_the_page(world: World) -> None:
    answer = send("http_post_page_button", world.token("cleo"))
    assert "You are unsubscribed" in answer["body"]
    assert world.consents()["cleo"] == ("denied", "page")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "", "isBase64Encoded": False},
        {"body": "%%%", "isBase64Encoded": True},
        {"body": "x" * 100_000, "isBase64Encoded": False},
        {"headers": {"content-type": "multipart/form-data"}},
        {"headers": {"content-type": "application/json"}},
    ],
)
def test_wish_does_not_fail_on_the_form_of_the_body(world: World, changes: dict[str, Any]) -> None:
    assert send("http_post_page_button", world.token("cleo"), **changes)["statusCode"] == 200
    assert world.consents()["cleo"][0] == "denied"


def test_link_of_one_channel_leaves_the_others(world: World) -> None:
    world.services.unsubscribes.unsubscribe(world.token("cleo", channel="sms"), "page")
    assert world.consents()["cleo"][0] == "granted"


def broken_tokens(world: World) -> list[str]:
    good = world.token()
    payload, _, signature = good.partition(".")
    other_key = sign(b"x" * 32, "unsubscribe", LinkClaims("gym", "c1", "anna", "l0", "email"))
    return [
        good[:-2] + "xx",
        payload,
        f"{payload[:-4]}AAAA.{signature}",
        other_key,
        "x",
        ".",
        "%C3%BC",
        world.token(purpose="view"),
    ]


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("name", ["http_get_unsubscribe", "http_post_one_click"])
def test_broken_link_leaks_nothing_and_changes_nothing(world: World, number: int, name: str) -> None:
    answer = send(name, broken_tokens(world)[number])
    assert answer["statusCode"] == 404
    assert untouched(world)
    assert "Gym" not in answer["body"]


def test_link_of_an_erased_member_is_confirmed_without_a_trace(world: World) -> None:
    answer = send("http_post_one_click", world.token("gone"))
    assert answer["statusCode"] == 200
    assert untouched(world)


def test_passing_fault_asks_to_try_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise TransientError("busy")

    monkeypatch.setattr(world.services.unsubscribes, "unsubscribe", busy)
    answer = send("http_post_one_click", world.token())
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "5")


def test_bug_answers_a_page_without_detail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("secret family@x.de")

    monkeypatch.setattr(world.services.unsubscribes, "look", broken)
    answer = send("http_get_unsubscribe", world.token())
    assert answer["statusCode"] == 500
    assert "secret" not in answer["body"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(world: World, method: str) -> None:
    answer = send("http_get_unsubscribe", world.token(), method=method)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD, POST")
    assert send("http_get_view", world.token(purpose="view"), method="POST")["statusCode"] == 405
