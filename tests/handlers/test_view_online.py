"""The page that shows a message, and what every public page forbids."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from ariia.domain.audience.target import Target
from ariia.domain.channel import Channel
from ariia.domain.content.content import Content
from ariia.domain.ledger.dispatch import ONLY, MessageRef
from ariia.domain.sending.message import MessageLinks
from ariia.ports.campaigns import CampaignChange
from functions.public_pages import handler as module
from tests.handlers.pages_world import BASE_URL, World, send


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    return world


def test_every_page_is_closed_to_script_frames_referrers_and_search(world: World) -> None:
    for name, token in (
        ("http_get_unsubscribe", world.token()),
        ("http_post_one_click", world.token()),
        ("http_get_view", world.token(purpose="view")),
        ("http_get_view", "broken"),
    ):
        headers = send(name, token)["headers"]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Cache-Control"] == "no-store"


def test_message_is_shown_for_its_member_without_its_script(world: World) -> None:
    answer = send("http_get_view", world.token("anna", "view"))
    body = answer["body"]
    assert answer["statusCode"] == 200
    assert "<h1>Hallo Anna</h1>" in body
    assert "<title>Hallo &lt;b&gt;Anna&lt;/b&gt;</title>" in body
    assert "alert" not in body
    assert "onerror" not in body
    assert "sandbox" in answer["headers"]["Content-Security-Policy"]
    assert "allow-scripts" not in answer["headers"]["Content-Security-Policy"]


def test_unsubscribe_link_in_the_shown_message_works(world: World) -> None:
    body = send("http_get_view", world.token("anna", "view"))["body"]
    links = MessageLinks(BASE_URL, world.keys.key()).of(world.campaign, "anna", "l0", Channel.EMAIL)
    assert f'href="{links["unsubscribe_url"]}"' in body
    token = links["unsubscribe_url"].rsplit("/", 1)[1]
    assert send("http_post_one_click", token)["statusCode"] == 200
    assert world.consents()["anna"][0] == "denied"


@pytest.mark.parametrize("changes", [{"member_id": "gone"}, {"campaign_id": "c2"}, {"tenant_id": "other"}])
def test_message_that_is_gone_shows_the_general_page(world: World, changes: dict[str, str]) -> None:
    answer = send("http_get_view", world.token(purpose="view", **changes))
    assert answer["statusCode"] == 404
    assert "nicht gültig" in answer["body"]


def test_text_message_keeps_its_lines_and_escapes_its_text(world: World) -> None:
    campaign = copy.deepcopy(world.campaign)
    campaign.id, campaign.version, campaign.messages = "c3", 0, {ONLY: MessageRef("c3", "h1")}
    content = Content(subject="Hi", body="Hallo {{ member.first_name }}\n<b>{{ unsubscribe_url }}</b>")
    world.campaigns.create(CampaignChange(campaign, frozen=("h1", content, Target())))
    body = send("http_get_view", world.token("anna", "view", campaign_id="c3"))["body"]
    assert "<pre>Hallo Anna\n&lt;b&gt;https://mail.test/u/" in body
