"""Answers that are nothing but STOP, START or HELP, in the member's language, on the channel they came by."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.errors import NotFoundError
from ariia.domain.member import Consent, ConsentStatus
from ariia.domain.stop_words import StopMeaning, meaning
from ariia.ports.members import MemberStore
from ariia.services.member_consent import MemberConsent
from ariia.services.suppressions import parse_address

SOURCE = "stop_word"


@dataclass(frozen=True)
class StopResult:
    """What an answer meant (None: it was no such word), and whose consent it is about."""

    meaning: StopMeaning | None
    member_ids: list[str] = field(default_factory=list)


class StopWords:
    """Takes answers in, any number of times: what counts is when they were written, and the later word wins."""

    def __init__(self, members: MemberStore, consent: MemberConsent) -> None:
        self._members, self._consent = members, consent

    def take(
        self,
        tenant_id: str,
        channel: Channel,
        text: str,
        *,
        at: int,
        event_id: str,
        member_id: str | None = None,
        address: str | None = None,
    ) -> StopResult:
        """Opts out on STOP, in again on START, and does nothing on HELP, said at `at` (epoch ms: the event's own time,
        the same whenever the event comes again). The sender is a member or whoever has `address`. InvalidError for
        what is no address of the channel; a sender whom nobody knows is opted out all the same."""
        says = meaning(text)
        if says is None or says is StopMeaning.HELP:
            return StopResult(says)
        one = address_hash(channel, parse_address(channel, address)) if address else None
        proof = {"event": event_id, "word": text.strip()[:40]}
        if says is StopMeaning.STOP:
            return StopResult(says, self._stop(tenant_id, channel, one, member_id, at, proof))
        whose = [member_id] if member_id else self._members.sharers(tenant_id, channel, one) if one else []
        return StopResult(says, [one for one in whose if self._start(tenant_id, channel, one, at, proof)])

    def _stop(
        self,
        tenant_id: str,
        channel: Channel,
        address: str | None,
        member_id: str | None,
        at: int,
        proof: dict[str, str],
    ) -> list[str]:
        everybody: list[str] = []
        if address is not None:
            said = Consent(ConsentStatus.DENIED, SOURCE, at, dict(proof))
            everybody += self._members.withdraw(tenant_id, channel, address, said)
        if member_id is not None:
            with suppress(NotFoundError):
                everybody += self._consent.withdraw(tenant_id, member_id, channel, SOURCE, at, proof)
        return list(dict.fromkeys(everybody))

    def _start(self, tenant_id: str, channel: Channel, member_id: str, at: int, proof: dict[str, str]) -> bool:
        """True when the member is in again. Who never said anything can't be opted in by one word: they were not told
        what for. A suppressed address stays suppressed; lifting that is for an admin."""
        member = self._members.get(tenant_id, member_id)
        known = member.consent.get(channel) if member else None
        if member is None or known is None or channel in member.suppression:
            return False
        if channel is Channel.EMAIL and known.status is not ConsentStatus.DENIED:
            # A sender's address is easily forged: an answer by e-mail undoes an opt-out, and confirms nothing.
            return False
        said = Consent(ConsentStatus.GRANTED, SOURCE, at, dict(proof))
        return self._consent.grant(tenant_id, member_id, channel, said).consent.get(channel) == said
