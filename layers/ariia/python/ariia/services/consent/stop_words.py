"""Answers that are nothing but STOP, START or HELP, in the member's language, on the channel they came by."""

from __future__ import annotations

from dataclasses import dataclass, field

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.consent.stop_words import StopMeaning, meaning
from ariia.domain.members.member import Consent, ConsentStatus
from ariia.ports.members.members import MemberStore
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.consent.suppressions import parse_address
from ariia.services.members.opt_outs import OptOuts

SOURCE = "stop_word"


@dataclass(frozen=True)
class StopResult:
    """What an answer meant (None: it was no such word), and whose consent it is about."""

    meaning: StopMeaning | None
    member_ids: list[str] = field(default_factory=list)


class StopWords:
    """Takes answers in, any number of times: what counts is when they were written, and the later word wins."""

    def __init__(self, members: MemberStore, consent: MemberConsent, opt_outs: OptOuts) -> None:
        self._members, self._consent, self._opt_outs = members, consent, opt_outs

    def take(
        self,
        tenant_id: str,
        channel: Channel,
        text: str,
        *,
        at: int,
        event_id: str,
        by: str,
        member_id: str | None = None,
        address: str | None = None,
    ) -> StopResult:
        """Opts out on STOP, in again on START, and does nothing on HELP, said at `at` (epoch ms: the event's own time,
        the same whenever the event comes again), as `by` tells, who may speak for members. The sender is a member or
        whoever has `address`. InvalidError for what is no address of the channel; a sender whom nobody knows is opted
        out all the same."""
        says = meaning(text)
        if says is None or says is StopMeaning.HELP:
            return StopResult(says)
        one = address_hash(channel, parse_address(channel, address)) if address else None
        proof = {"event": event_id, "word": text.strip()[:40]}
        if says is StopMeaning.STOP:
            no = Consent(ConsentStatus.DENIED, SOURCE, at, proof, by)
            return StopResult(says, self._opt_outs.take(tenant_id, channel, no, member_id=member_id, address_hash=one))
        whose = [member_id] if member_id else self._members.sharers(tenant_id, channel, one) if one else []
        yes = Consent(ConsentStatus.GRANTED, SOURCE, at, proof, by)
        return StopResult(says, [one for one in whose if self._start(tenant_id, channel, one, yes)])

    def _start(self, tenant_id: str, channel: Channel, member_id: str, said: Consent) -> bool:
        """True when the member is in again. Who never said anything can't be opted in by one word: they were not told
        what for. A suppressed address stays suppressed; lifting that is for an admin."""
        member = self._members.get(tenant_id, member_id)
        known = member.consent.get(channel) if member else None
        if member is None or known is None or channel in member.suppression:
            return False
        if channel is Channel.EMAIL and known.status is not ConsentStatus.DENIED:
            # A sender's address is easily forged: an answer by e-mail undoes an opt-out, and confirms nothing.
            return False
        return self._consent.grant(tenant_id, member_id, channel, said).consent.get(channel) == said
