"""The pages that members open from a message, on events as API Gateway delivers them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.adapters.memory.campaigns import MemoryCampaigns
from ariia.adapters.memory.clock import ManualClock
from ariia.adapters.memory.ledger import MemoryLedger
from ariia.adapters.memory.members import MemoryMembers
from ariia.adapters.memory.secrets import MemorySigningKeys
from ariia.adapters.memory.tenants import MemoryTenants
from ariia.bootstrap.public_pages import PublicPagesServices
from ariia.domain.campaign import Campaign, CampaignStatus, Content, Target
from ariia.domain.channel import Channel
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.links import LinkClaims, sign
from ariia.domain.member import Consent, ConsentStatus, Member
from ariia.domain.message import MessageLinks
from ariia.domain.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger import Partition
from ariia.services.member_consent import MemberConsent
from ariia.services.unsubscribe import Unsubscribes
from ariia.services.view_online import ViewOnline
from functions.public_pages import handler as module

EVENTS = Path(__file__).parent.parent / "events"
BASE_URL = "https://mail.test"
HTML = (
    '<style>p{color:red}</style><h1>Hallo {{ member.first_name }}</h1><script>alert(1)</script>'
    '<img src="https://img.test/x.png" onerror="alert(2)"><a href="{{ unsubscribe_url }}">Abmelden</a>'
)


class World:
    """A tenant, a campaign on its way, and three members, two of whom share an address."""

    def __init__(self) -> None:
        self.clock, self.keys, self.ledger = ManualClock(), MemorySigningKeys(), MemoryLedger()
        self.tenants, self.campaigns, self.members = MemoryTenants(), MemoryCampaigns(), MemoryMembers()
        self.tenants.create(Tenant(id="gym", name='Gym "Nord" & Söhne'))
        self.campaign = Campaign(
            id="c1", tenant_id="gym", name="News", status=CampaignStatus.SENDING, shards=16, approved_hash="h1"
        )
        content = Content(subject="Hallo <b>{{ member.first_name }}</b>", html=HTML, tenant={"name": "Gym Nord"})
        self.campaigns.create(CampaignChange(self.campaign, frozen=("h1", content, Target())))
        self.members.save([self.member("anna", "family@x.de"), self.member("ben", "Family@x.de")])
        self.members.save([self.member("cleo", "cleo@x.de", language="en-GB")])
        consent = MemberConsent(self.members, self.clock)
        unsubscribes = Unsubscribes(
            self.keys, self.tenants, self.members, self.campaigns, self.ledger, consent, self.clock
        )
        view = ViewOnline(self.keys, self.campaigns, self.members, BASE_URL)
        self.services = PublicPagesServices(unsubscribes, view)

    def member(self, member_id: str, email: str, **fields: Any) -> Member:
        granted = {"email": Consent(ConsentStatus.GRANTED, "import", 1)}
        return Member(id=member_id, tenant_id="gym", email=email, first_name=member_id.title(), consent=granted, **fields)

    def token(self, member_id: str = "anna", purpose: str = "unsubscribe", **changes: str) -> str:
        claims = {
            "tenant_id": "gym",
            "campaign_id": "c1",
            "member_id": member_id,
            "message": "l0",
            "channel": "email",
            **changes,
        }
        return sign(self.keys.key(), purpose, LinkClaims(**claims))

    def consents(self) -> dict[str, tuple[str, str]]:
        found = self.members.get_many("gym", ["anna", "ben", "cleo"])
        return {one.id: (one.consent["email"].status.value, one.consent["email"].source) for one in found.values()}

    def unsubscribed_at(self, member_id: str) -> int | None:
        partition = Partition("gym", "c1", shard_of(member_id, 16))
        receipts = self.ledger.receipts_between(partition, member_id, member_id)
        return receipts[member_id, "l0"].times.get("unsubscribed_at") if receipts else None


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    yield world


def send(name: str, token: str, **changes: Any) -> dict[str, Any]:
    event = json.loads((EVENTS / f"{name}.json").read_text().replace("TOKEN", token))
    for key, value in changes.items():
        if key == "method":
            event["requestContext"]["http"]["method"] = value
        elif key == "headers":
            event["headers"] |= value
        else:
            event[key] = value
    return module.handler(event, LambdaContext())


def untouched(world: World) -> bool:
    return all(consent[0] == "granted" for consent in world.consents().values()) and not world.ledger.receipts


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_the_link_changes_nothing(world: World, method: str) -> None:
    answer = send("http_get_unsubscribe", world.token(), method=method)
    assert answer["statusCode"] in (200, 204) and untouched(world)
    assert bool(answer["body"]) == (method == "GET")


def test_page_names_the_business_and_offers_a_button_that_works_without_script(world: World) -> None:
    body = send("http_get_unsubscribe", world.token())["body"]
    assert "Gym &quot;Nord&quot; &amp; Söhne" in body
    assert '<form method="post">' in body and '<button type="submit">Abmelden</button>' in body
    assert '<html lang="de">' in body and "<script" not in body
    assert "family@x.de" not in body.lower() and "Anna" not in body


def test_page_speaks_the_members_language(world: World) -> None:
    body = send("http_get_unsubscribe", world.token("cleo"))["body"]
    assert '<html lang="en">' in body and "Unsubscribe from" in body


@pytest.mark.parametrize("name", ["http_post_one_click", "http_post_one_click_multipart"])
def test_one_click_takes_back_the_consent_of_everybody_at_the_address(world: World, name: str) -> None:
    answer = send(name, world.token("anna"))
    assert answer["statusCode"] == 200 and "Location" not in answer["headers"]
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
    return [good[:-2] + "xx", payload, f"{payload[:-4]}AAAA.{signature}", other_key, "x", ".", "%C3%BC", world.token(purpose="view")]


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("name", ["http_get_unsubscribe", "http_post_one_click"])
def test_broken_link_leaks_nothing_and_changes_nothing(world: World, number: int, name: str) -> None:
    answer = send(name, broken_tokens(world)[number])
    assert answer["statusCode"] == 404 and untouched(world)
    assert "Gym" not in answer["body"]


def test_link_of_an_erased_member_is_confirmed_without_a_trace(world: World) -> None:
    answer = send("http_post_one_click", world.token("gone"))
    assert answer["statusCode"] == 200 and untouched(world)


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
    assert answer["statusCode"] == 500 and "secret" not in answer["body"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(world: World, method: str) -> None:
    answer = send("http_get_unsubscribe", world.token(), method=method)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert send("http_get_view", world.token(purpose="view"), method="POST")["statusCode"] == 405


def test_every_page_is_closed_to_script_frames_referrers_and_search(world: World) -> None:
    for name, token in (
        ("http_get_unsubscribe", world.token()),
        ("http_post_one_click", world.token()),
        ("http_get_view", world.token(purpose="view")),
        ("http_get_view", "broken"),
    ):
        headers = send(name, token)["headers"]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Cache-Control"] == "no-store"


def test_message_is_shown_for_its_member_without_its_script(world: World) -> None:
    answer = send("http_get_view", world.token("anna", "view"))
    body = answer["body"]
    assert answer["statusCode"] == 200 and "<h1>Hallo Anna</h1>" in body
    assert "<title>Hallo &lt;b&gt;Anna&lt;/b&gt;</title>" in body
    assert "alert" not in body and "onerror" not in body
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
    assert answer["statusCode"] == 404 and "nicht gültig" in answer["body"]


def test_text_message_keeps_its_lines_and_escapes_its_text(world: World) -> None:
    campaign = copy.deepcopy(world.campaign)
    campaign.id, campaign.version = "c3", 0
    content = Content(subject="Hi", body="Hallo {{ member.first_name }}\n<b>{{ unsubscribe_url }}</b>")
    world.campaigns.create(CampaignChange(campaign, frozen=("h1", content, Target())))
    body = send("http_get_view", world.token("anna", "view", campaign_id="c3"))["body"]
    assert "<pre>Hallo Anna\n&lt;b&gt;https://mail.test/u/" in body
