"""The page behind the link of a confirmation. Looking changes nothing: mail scanners open every link."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import LinkState, link_state
from ariia.domain.consent.confirmation_link import ConfirmationClaims, confirmation_claims
from ariia.domain.errors import NotFoundError
from ariia.domain.members.member import Consent, Member
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.ports.signing import SigningKeys
from ariia.ports.tenants import TenantStore
from ariia.services.consent.member_consent import MemberConsent


@dataclass(frozen=True)
class ConfirmationView:
    """What the page may say to the holder of the link: nothing about the member but the language."""

    tenant_name: str
    language: str
    state: LinkState


class ConfirmationPage:
    """Use cases behind the link, which is the only authority."""

    def __init__(
        self, keys: SigningKeys, tenants: TenantStore, members: MemberStore, consent: MemberConsent, clock: Clock
    ) -> None:
        self._keys, self._tenants, self._members = keys, tenants, members
        self._consent, self._clock = consent, clock

    def look(self, token: str) -> ConfirmationView:
        """What to show. NotFoundError for a link that we did not make, and for a member who is gone."""
        claims, member = self._whose(token)
        return self._view(member, link_state(claims, member, self._withdrawal(member), self._clock.now()))

    def confirm(self, token: str, words: str) -> ConfirmationView:
        """Grants the consent that waits, if the link still can, and says what holds then; `words` name the version of
        the texts that were agreed to. Repeating it changes nothing. NotFoundError as in `look`."""
        claims, member = self._whose(token)
        state = self._consent.confirm(claims, words)
        return self._view(member, state)

    def _whose(self, token: str) -> tuple[ConfirmationClaims, Member]:
        claims = confirmation_claims(self._keys.key(), token)
        member = self._members.get(claims.tenant_id, claims.member_id)
        if member is None:
            raise NotFoundError("this link is not valid")
        return claims, member

    def _withdrawal(self, member: Member) -> Consent | None:
        one = member.email_hash
        return self._members.withdrawals(member.tenant_id, Channel.EMAIL, [one]).get(one) if one else None

    def _view(self, member: Member, state: LinkState) -> ConfirmationView:
        tenant = self._tenants.get(member.tenant_id)
        if tenant is None:
            raise NotFoundError("this link is not valid")
        return ConfirmationView(tenant.name, member.language or tenant.language, state)
