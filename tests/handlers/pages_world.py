"""A business with a campaign on its way and members who open what they got."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.public_pages import PublicPagesServices
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.content.content import Content
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.dispatch import ONLY, MessageRef
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.links import LinkClaims, sign
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.rules.wave import Lane
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.content.thumbnails import Thumbnails
from ariia.services.member_pages.confirmation_page import ConfirmationPage
from ariia.services.member_pages.preferences import Preferences
from ariia.services.member_pages.unsubscribe import Unsubscribes
from ariia.services.member_pages.view_online import ViewOnline
from functions.public_pages import handler as module
from tests.builders import any_double_opt_in
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import ManualClock
from tests.doubles.erasures import MemoryErasures
from tests.doubles.ledger import MemoryLedger
from tests.doubles.members.members import MemoryMembers
from tests.doubles.rendering import DirectRendering
from tests.doubles.schedules import MemorySchedules
from tests.doubles.secrets import MemorySigningKeys
from tests.doubles.templates import MemoryTemplates
from tests.doubles.tenants import MemoryTenants

EVENTS = Path(__file__).parent.parent / "events"
BASE_URL = "https://mail.test"
HTML = (
    "<style>p{color:red}</style><h1>Hallo {{ member.first_name }}</h1><script>alert(1)</script>"
    '<img src="https://img.test/x.png" onerror="alert(2)"><a href="{{ unsubscribe_url }}">Abmelden</a>'
)


class World:
    """A tenant, a campaign on its way, and three members, two of whom share an address."""

    def __init__(self) -> None:
        self.clock, self.keys, self.ledger = ManualClock(), MemorySigningKeys(), MemoryLedger()
        self.tenants, self.campaigns, self.members = MemoryTenants(), MemoryCampaigns(), MemoryMembers()
        self.tenants.create(Tenant(id="gym", name='Gym "Nord" & Söhne'))
        self.campaign = Campaign(
            id="c1",
            tenant_id="gym",
            name="News",
            status=CampaignStatus.SENDING,
            shards=16,
            messages={ONLY: MessageRef("c1", "h1")},
            lanes=[Lane("l0", "w0", Channel.EMAIL)],
        )
        content = Content(subject="Hallo <b>{{ member.first_name }}</b>", html=HTML, tenant={"name": "Gym Nord"})
        self.campaigns.create(CampaignChange(self.campaign, frozen=("h1", content, Target())))
        self.members.save([self.member("anna", "family@x.de"), self.member("ben", "Family@x.de")])
        self.members.save([self.member("cleo", "cleo@x.de", language="en-GB")])
        self.schedules = MemorySchedules(self.clock)
        double_opt_in = any_double_opt_in(self.tenants, self.schedules, self.clock)
        consent = MemberConsent(self.members, double_opt_in, self.clock)
        unsubscribes = Unsubscribes(
            self.keys,
            self.tenants,
            self.members,
            self.campaigns,
            self.ledger,
            consent,
            self.clock,
            MemoryErasures(self.members),
        )
        view = ViewOnline(self.keys, self.campaigns, self.members, BASE_URL, DirectRendering())
        preferences = Preferences(self.keys, self.tenants, self.members, consent, unsubscribes, self.clock)
        self.templates = MemoryTemplates()
        self.thumbnails = Thumbnails(self.keys, self.templates, BASE_URL)
        confirmations = ConfirmationPage(self.keys, self.tenants, self.members, consent, self.clock)
        self.services = PublicPagesServices(unsubscribes, view, preferences, confirmations, self.thumbnails)

    def member(self, member_id: str, email: str, **fields: Any) -> Member:
        granted = {"email": Consent(ConsentStatus.GRANTED, "import", 1)}
        return Member(
            id=member_id, tenant_id="gym", email=email, first_name=member_id.title(), consent=granted, **fields
        )

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
