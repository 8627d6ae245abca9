"""The tenant's double opt-in, at every place where consent is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import looks_at, request_to
from ariia.domain.consent.double_opt_in import concerns, has_confirmed, hold, is_to_be_asked, must_confirm, remember
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.ports.clock import Clock
from ariia.ports.members.opt_in import Claims, OptIn, OptInOfTenant, T
from ariia.ports.tenants import TenantStore
from ariia.services.revisits import SOON, Revisits


class DoubleOptIn(OptIn):
    """Makes the rules of one tenant."""

    def __init__(self, tenants: TenantStore, revisits: Revisits, clock: Clock) -> None:
        self._tenants, self._revisits, self._clock = tenants, revisits, clock

    def of(self, tenant_id: str) -> OptInRules:
        """The rules as the tenant's setting is now, which is read when it first matters."""
        return OptInRules(tenant_id, self._tenants, self._revisits, self._clock)


class OptInRules(OptInOfTenant):
    """Holds grants back, and lets those be asked whom that leaves waiting. Without the setting it does nothing."""

    def __init__(self, tenant_id: str, tenants: TenantStore, revisits: Revisits, clock: Clock) -> None:
        self._tenant_id, self._tenants, self._revisits, self._clock = tenant_id, tenants, revisits, clock

    @cached_property
    def is_on(self) -> bool:
        """The tenant's choice."""
        tenant = self._tenants.get(self._tenant_id)
        return tenant is not None and tenant.settings.double_opt_in

    def claimed(self, before: Member | None, after: Member, claims: Claims, apply: Callable[[Claims], T]) -> T:
        """What `apply` makes of the claims as they may count; `after` is the member with its new fields, in place."""
        now = self._clock.now()
        done = apply(hold(before, after, claims, now) if concerns(before, after, claims) and self.is_on else claims)
        if Channel.EMAIL in claims:
            remember(after, claims[Channel.EMAIL].proof, now)
        return done

    def word(self, member: Member, channel: Channel, said: Consent, *, own_link: bool) -> Consent:
        """What the member said as it may count. `own_link`: they said it behind a link that only their mailbox has got,
        which is as good as a confirmation once that mailbox has shown that it is theirs."""
        if channel is not Channel.EMAIL or (own_link and has_confirmed(member)):
            return said
        is_unsure = must_confirm(member, member, said.status, said.proof, self._clock.now())
        return replace(said, status=ConsentStatus.PENDING) if is_unsure and self.is_on else said

    def ask(self, changes: Iterable[tuple[Member | None, Member]]) -> None:
        """Lets those be asked who wait after these changes (stored, wanted) and did not before. It comes before the
        changes are stored, so that nobody waits who is never asked; a question nobody waits for is dropped."""
        now = self._clock.now()
        made = [request_to(after, now) for before, after in changes if is_to_be_asked(before, after)]
        requests = [one for one in made if one is not None]
        if requests and self.is_on:
            self._revisits.arrange(looks_at(self._tenant_id, requests), SOON)
