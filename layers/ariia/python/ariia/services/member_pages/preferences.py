"""The preference page: what a member wants to get, and what may be recorded of it. The link is the only authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ariia.domain.channel import MESSAGE_CHANNELS, Channel
from ariia.domain.consent.tracking import Tracking, tracking_of
from ariia.domain.errors import NotFoundError
from ariia.domain.links import LinkClaims, verify
from ariia.domain.members.member import Consent, ConsentStatus, Member, TrackingChoice
from ariia.domain.members.proof import address_seal
from ariia.domain.sending.message import PREFERENCES
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.ports.signing import SigningKeys
from ariia.ports.tenants import TenantStore
from ariia.services.consent.member_consent import MemberConsent

SOURCE = "preferences"


@dataclass(frozen=True)
class ChannelChoice:
    """One channel that reaches the member: whether they get messages there, or wanted to and have not confirmed it yet,
    or can't, as the address is suppressed."""

    channel: Channel
    granted: bool
    pending: bool
    suppressed: bool

    @property
    def wanted(self) -> bool:
        """True when they said yes last."""
        return self.granted or self.pending


@dataclass(frozen=True)
class PreferenceView:
    """What the page may show. It holds no address and no name: links are forwarded. `is_asked`: what was just chosen is
    to be confirmed by an e-mail on its way."""

    tenant_name: str
    language: str
    channels: tuple[ChannelChoice, ...]
    tracking: Tracking
    is_asked: bool = False


@dataclass(frozen=True)
class PreferenceChoice:
    """What was sent: of the channels `shown`, those that are `wanted`, and those that the form had `ticked` itself,
    which nobody chose by leaving them so; the tracking choice, None where it was not on the form; `nothing` outdoes all
    of it and leaves every channel. `statements` are the words agreed to by channel."""

    shown: frozenset[Channel] = frozenset()
    wanted: frozenset[Channel] = frozenset()
    ticked: frozenset[Channel] = frozenset()
    tracking: Tracking | None = None
    nothing: bool = False
    statements: Mapping[Channel, str] | None = None
    ip_address: str = ""

    @property
    def chosen(self) -> frozenset[Channel]:
        """The channels that were ticked by hand."""
        return (self.wanted & self.shown) - self.ticked


class LeavingNotes(Protocol):
    """Where it is counted that somebody left by a message's link."""

    def note(self, claims: LinkClaims, now: int) -> None:
        """Notes it once for the message; repeating it changes nothing."""
        ...


class Preferences:
    """Use cases behind the preference link. Looking changes nothing."""

    def __init__(
        self,
        keys: SigningKeys,
        tenants: TenantStore,
        members: MemberStore,
        consent: MemberConsent,
        notes: LeavingNotes,
        clock: Clock,
    ) -> None:
        self._keys, self._tenants, self._members = keys, tenants, members
        self._consent, self._notes, self._clock = consent, notes, clock

    def look(self, token: str) -> PreferenceView:
        """What to show. NotFoundError for a link that we did not make, and for a member who is gone."""
        tenant, member = self._whose(self._claims(token))
        return _view(tenant, member)

    def choose(self, token: str, choice: PreferenceChoice) -> PreferenceView:
        """Does what is wished and gives what holds then. Leaving holds for everybody who shares the address, as with
        every opt-out; coming back for this member alone, who may have to confirm it. NotFoundError as in `look`."""
        claims = self._claims(token)
        tenant, member = self._whose(claims)
        now, page = self._clock.now(), {"page": SOURCE, "campaign": claims.campaign_id}
        if choice.ip_address:
            page["ip"] = address_seal(self._keys.key(), choice.ip_address)
        is_asked = False
        for one in _view(tenant, member).channels:
            if choice.nothing or (one.channel in choice.shown - choice.wanted):
                if one.granted and one.channel == claims.channel:
                    # First: once the consent is gone, nobody who comes again would know that it was this message.
                    self._notes.note(claims, now)
                self._consent.withdraw(tenant.id, member.id, one.channel, SOURCE, now, page)
            elif one.channel in choice.chosen and not one.wanted and not one.suppressed:
                is_asked |= self._agree(tenant, member, one.channel, now, page, choice)
        if choice.tracking is not None and not choice.nothing:
            self._track(tenant, member, choice.tracking, now)
        return replace(self.look(token), is_asked=is_asked)

    def _agree(
        self,
        tenant: Tenant,
        member: Member,
        channel: Channel,
        now: int,
        page: Mapping[str, Any],
        choice: PreferenceChoice,
    ) -> bool:
        """True when they have to confirm it first."""
        statement = (choice.statements or {}).get(channel)
        proof = {**page, "text": statement} if statement else dict(page)
        said = Consent(ConsentStatus.GRANTED, SOURCE, now, proof)
        agreed = self._consent.grant(tenant.id, member.id, channel, said, own_link=True)
        return _is(ConsentStatus.PENDING, agreed, channel)

    def _track(self, tenant: Tenant, member: Member, wanted: Tracking, now: int) -> None:
        if wanted != _tracking(tenant, member):
            choice = TrackingChoice(SOURCE, now, wanted.opens, wanted.clicks)
            self._consent.choose_tracking(tenant.id, member.id, choice)

    def _claims(self, token: str) -> LinkClaims:
        return verify(self._keys.key(), PREFERENCES, token)

    def _whose(self, claims: LinkClaims) -> tuple[Tenant, Member]:
        tenant = self._tenants.get(claims.tenant_id)
        member = self._members.get(claims.tenant_id, claims.member_id)
        if tenant is None or member is None:
            raise NotFoundError("this link is not valid")
        return tenant, member


def _tracking(tenant: Tenant, member: Member) -> Tracking:
    return tracking_of(member, opens=tenant.settings.track_opens, clicks=tenant.settings.track_clicks)


def _view(tenant: Tenant, member: Member) -> PreferenceView:
    channels = tuple(
        ChannelChoice(
            one,
            granted=_is(ConsentStatus.GRANTED, member, one),
            pending=_is(ConsentStatus.PENDING, member, one),
            suppressed=one in member.suppression,
        )
        for one in MESSAGE_CHANNELS
        if member.address(one)
    )
    return PreferenceView(tenant.name, member.language or tenant.language, channels, _tracking(tenant, member))


def _is(status: ConsentStatus, member: Member, channel: Channel) -> bool:
    consent = member.consent.get(channel)
    return consent is not None and consent.status is status
