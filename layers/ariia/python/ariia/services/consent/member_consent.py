"""What members agree to: set by the back office for one member, withdrawn by the holder of the mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.consent.confirmation import LinkState, confirm, link_state
from ariia.domain.consent.confirmation_link import ConfirmationClaims
from ariia.domain.consent.double_opt_in import remember
from ariia.domain.errors import InvalidError, NotFoundError, Problem
from ariia.domain.members.address_index import address_key
from ariia.domain.members.claims import parse_claim
from ariia.domain.members.consent_changes import set_consent
from ariia.domain.members.member import Consent, ConsentStatus, Member, TrackingChoice
from ariia.domain.members.patch import require_size
from ariia.domain.members.test_recipients import address_place, is_test_recipient
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.services.members.opt_outs import OptOuts

_ATTEMPTS = 10


class MemberConsent:
    """Use cases around consent. The later instant wins; each change is kept in the member's history."""

    def __init__(self, store: MemberStore, double_opt_in: DoubleOptIn, clock: Clock) -> None:
        self._store, self._double_opt_in, self._clock = store, double_opt_in, clock
        self._opt_outs = OptOuts(store, clock)

    def set(
        self,
        tenant_id: str,
        member_id: str,
        channel: Channel,
        value: Mapping[str, Any],
        source: str,
        by: str,
    ) -> Member:
        """The member after `by`, who has the right to do so, noted its word: `status`, and optionally `source`, `at`
        (now) and `proof`. A word from before the stored one changes nothing. A no is the address's, and reaches
        everybody who has it. With the tenant's double opt-in a grant of e-mail may wait for the member's confirmation.
        InvalidError, NotFoundError."""
        now = self._clock.now()
        problems: list[Problem] = []
        claim = parse_claim(value, path="consent", now=now, source=source, problems=problems, by=by)
        if claim is None:
            raise InvalidError("the consent is not valid", problems=problems)
        said = claim.said_at(now if claim.at is None else claim.at)
        member = self._note(tenant_id, member_id, channel, said, is_dated=claim.at is not None)
        self._opt_outs.claimed(member, {channel: replace(claim, at=said.at)}, now)
        return member

    def withdraw(
        self,
        tenant_id: str,
        member_id: str,
        channel: Channel,
        source: str,
        at: int,
        proof: Mapping[str, Any] | None = None,
    ) -> list[str]:
        """Opts the member out of `channel`, as they said themselves at `at` (epoch ms) and `proof` shows, and with it
        everybody of the tenant who has the same address: they share the mailbox that said no. Ids of all of them. The
        recipient of a test send is the address that it names. A repetition changes nothing, and a consent given after
        `at` stands. NotFoundError when there is no such member."""
        withdrawal = Consent(ConsentStatus.DENIED, source, at, dict(proof or {}))
        if self._store.get(tenant_id, member_id) is None and is_test_recipient(member_id):
            return self._store.withdraw(tenant_id, *address_place(member_id), withdrawal)
        reached = self._opt_outs.take(tenant_id, channel, withdrawal, member_id=member_id)
        if member_id not in reached:
            raise NotFoundError("there is no such member")
        return reached

    def grant(
        self, tenant_id: str, member_id: str, channel: Channel, consent: Consent, *, own_link: bool = False
    ) -> Member:
        """The member after they agreed themselves; a later word stands. `own_link`: behind a link that only their
        mailbox has got. With the tenant's double opt-in it may wait for a confirmation. NotFoundError."""
        return self._note(tenant_id, member_id, channel, consent, own_link=own_link)

    def confirm(self, claims: ConfirmationClaims, words: str) -> LinkState:
        """Grants what waits for the link of these claims, and says what the link has come to; only one that is open
        changes anything. `words` name the version of the texts. NotFoundError."""
        state = LinkState.VOID

        def confirmed(member: Member) -> bool:
            nonlocal state
            now = self._clock.now()
            state = link_state(claims, member, self._withdrawal(member, Channel.EMAIL), now)
            if state is not LinkState.OPEN:
                return False
            confirm(member, claims, words, now)
            state = LinkState.CONFIRMED
            return True

        self._change(claims.tenant_id, claims.member_id, confirmed)
        return state

    def choose_tracking(self, tenant_id: str, member_id: str, choice: TrackingChoice) -> Member:
        """The member with their choice of what is recorded of what they open and click; an older choice than the stored
        one changes nothing. NotFoundError."""

        def chosen(member: Member) -> bool:
            if member.tracking is not None and member.tracking.at >= choice.at:
                return False
            member.tracking = choice
            return True

        return self._change(tenant_id, member_id, chosen)

    def _note(
        self,
        tenant_id: str,
        member_id: str,
        channel: Channel,
        consent: Consent,
        *,
        own_link: bool = False,
        is_dated: bool = True,
    ) -> Member:
        rules = self._double_opt_in.of(tenant_id)

        def noted(member: Member) -> bool:
            last_no = self._withdrawal(member, channel)
            was_newer = last_no is not None and set_consent(member, channel, last_no)
            word, present = rules.word(member, channel, consent, own_link=own_link), member.consent.get(channel)
            if word != consent and not is_dated and present is not None and present.status is word.status:
                # Said now, and now again: who waits already is not asked anew for each repetition of a request.
                return was_newer
            is_taken = set_consent(member, channel, word)
            remember(member, word.proof, self._clock.now())
            return is_taken or was_newer

        return self._change(tenant_id, member_id, noted)

    def _withdrawal(self, member: Member, channel: Channel) -> Consent | None:
        """The last opt-out of the member's address: one that was said again is not on the member."""
        address = member.address(channel)
        if not address:
            return None
        one = address_key(member.tenant_id, channel, address).hash
        return self._store.withdrawals(member.tenant_id, channel, [one]).get(one)

    def _change(self, tenant_id: str, member_id: str, change: Callable[[Member], bool]) -> Member:
        """The member after `change`, which says whether it changed the copy that it is given."""
        for _ in range(_ATTEMPTS):
            stored = self._store.get(tenant_id, member_id)
            if stored is None:
                raise NotFoundError(f"there is no member {member_id[:64]}")
            changed = replace(stored, consent=dict(stored.consent), updated_at=self._clock.now())
            if not change(changed):
                return stored
            require_size(changed)
            self._double_opt_in.of(tenant_id).ask([(stored, changed)])
            if not self._store.save([changed]):
                return changed
        raise changed_meanwhile()
