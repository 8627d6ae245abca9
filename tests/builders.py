"""Builders of valid things; a test names only what it is about."""

from __future__ import annotations

from typing import Any

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.review import Review
from ariia.domain.content.content import Content
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.dispatch import ONLY, Dispatch, MessageRef
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules
from ariia.ports.segments import SegmentUses
from ariia.ports.series import SeriesStore
from ariia.ports.tenants import TenantStore
from ariia.services.campaigns.segment_use import CampaignSegments
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.services.revisits import Revisits
from ariia.services.series.segment_use import SeriesSegments
from ariia.services.single_messages.waiting_room import ScheduledLifting
from tests.doubles.clock import ManualClock
from tests.doubles.schedules import MemorySchedules
from tests.doubles.tenants import MemoryTenants

TENANT = "studio"
NOW = 1_800_000_000_000


def any_member(member_id: str, **fields: Any) -> Member:
    """A member who agreed to e-mail."""
    consent = {"email": Consent(ConsentStatus.GRANTED, "import", NOW - 1_000)}
    known = {"email": f"{member_id}@example.com", "first_name": member_id.title(), "consent": consent}
    return Member(id=member_id, tenant_id=TENANT, **(known | fields))


def any_campaign(**fields: Any) -> Campaign:
    """An approved broadcast to everybody."""
    known = {"id": "spring", "tenant_id": TENANT, "name": "Spring", "status": CampaignStatus.APPROVED}
    approved = {"review": Review("hash-1", "hash-1")}
    made = Campaign(**(known | approved | fields))
    if made.status is CampaignStatus.SENDING and made.approved_hash and not made.messages:
        made.messages = {ONLY: MessageRef(made.id, made.approved_hash)}
    return made


def any_container(kind: DispatchKind = DispatchKind.FOLLOW_UP, name: str = "one", **fields: Any) -> Dispatch:
    """The container of a single message."""
    return Dispatch(id=container_id(kind, TENANT, name), tenant_id=TENANT, name="Single", kind=kind, **fields)


def any_content(**fields: Any) -> Content:
    """A short message with one slot and an unsubscribe link."""
    html = '<p>Hello {{ member.first_name|default("there") }}</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>'
    known = {"subject": "Spring at the studio", "html": html, "from_address": "news@studio.example"}
    return Content(**(known | fields))


def any_target(**fields: Any) -> Target:
    """Everybody."""
    return Target(**fields)


def any_lifting(clock: ManualClock | None = None) -> ScheduledLifting:
    """Says to nobody that something was lifted."""
    time = clock or ManualClock()
    return ScheduledLifting(Revisits(MemorySchedules(time), time), time)


def any_double_opt_in(
    tenants: TenantStore | None = None, schedules: OneTimeSchedules | None = None, clock: Clock | None = None
) -> DoubleOptIn:
    """The double opt-in of tenants who did not choose it, where no others are named."""
    time = clock or ManualClock()
    return DoubleOptIn(tenants or MemoryTenants(), Revisits(schedules or MemorySchedules(time), time), time)


def segment_uses(campaigns: CampaignStore, series: SeriesStore) -> dict[str, SegmentUses]:
    """What may be submitted with segments."""
    return {"campaign": CampaignSegments(campaigns), "series": SeriesSegments(series, campaigns)}
