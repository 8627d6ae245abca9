"""Members: who they are, how they can be reached, and what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.rules.frequency_cap import RecentSend


class ConsentStatus(StrEnum):
    """What a member said about a channel; `pending` waits for a double opt-in."""

    GRANTED = "granted"
    DENIED = "denied"
    PENDING = "pending"


@dataclass(frozen=True)
class Consent:
    """A member's word on one channel: what, from where (`import`, `api`, `one_click`, …), and when (epoch ms). `proof`
    is what shows it (text agreed to, page, line of an import), `by` who noted it where that was not the member.
    `undated`: nobody knows when it was said, and `at` is when it was noted."""

    status: ConsentStatus
    source: str
    at: int
    proof: dict[str, Any] = field(default_factory=dict, hash=False)
    by: str | None = None
    undated: bool = False


@dataclass(frozen=True)
class ConsentChange:
    """One entry of the evidence: what was said about which channel, from where and when (epoch ms)."""

    channel: str
    status: ConsentStatus
    source: str
    at: int


@dataclass(frozen=True)
class ImportMark:
    """The line of an import that was applied to a member last, and whether it made the member."""

    job_id: str
    line: int
    created: bool


@dataclass(frozen=True)
class Suppression:
    """Why an address gets nothing more from a tenant: `hard_bounce`, `complaint`, `manual`; since when (epoch ms).
    Of a manual one also who wanted it, and why."""

    reason: str
    at: int
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class TrackingChoice:
    """What a member wants recorded of what they open and click; None = as the tenant does. `source` and `by` say from
    where and from whom it is known, `at` since when (epoch ms)."""

    source: str
    at: int
    opens: bool | None = None
    clicks: bool | None = None
    by: str | None = None


@dataclass(frozen=True)
class Confirmation:
    """An e-mail address that the member showed to be theirs: its hash, and when they did (epoch ms)."""

    address: str
    at: int


@dataclass(frozen=True)
class Engagement:
    """What a member was sent and did, over all campaigns: each instant (epoch ms) is right to a day at least, and None
    when it never happened. Acts of machines (scanners, prefetching) are no acts of the member."""

    last_sent_at: int | None = None
    last_opened_at: int | None = None
    last_clicked_at: int | None = None
    last_interaction_at: int | None = None


@dataclass
class Member:
    """A person of a tenant. `consent` and `suppression` are keyed by channel; instants are epoch milliseconds."""

    id: str
    tenant_id: str
    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    telegram_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    language: str | None = None
    timezone: str | None = None
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    consent: dict[str, Consent] = field(default_factory=dict)
    suppression: dict[str, Suppression] = field(default_factory=dict)
    shared_address: list[str] = field(default_factory=list)
    tracking: TrackingChoice | None = None
    confirmed: Confirmation | None = None
    consent_history: list[ConsentChange] = field(default_factory=list)
    engagement: Engagement = field(default_factory=Engagement)
    # What frequency caps are counted by, newest first; kept only where the tenant has a cap.
    recent_sends: list[RecentSend] = field(default_factory=list)
    imported: ImportMark | None = None
    creation_id: str | None = None
    created_at: int = 0
    updated_at: int = 0
    version: int = 0

    def address(self, channel: Channel) -> str | None:
        """Where `channel` reaches the member, as the member gave it; None when it can't."""
        return {
            Channel.EMAIL: self.email,
            Channel.SMS: self.phone,
            Channel.WHATSAPP: self.phone,
            Channel.TELEGRAM: self.telegram_id,
        }.get(channel)

    @property
    def email_hash(self) -> str | None:
        """The hash of the e-mail address; None when there is none."""
        return address_hash(Channel.EMAIL, self.email) if self.email else None
