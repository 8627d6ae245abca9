"""The last look before a message is handed over: who of a claim may get it now, who never, and who later. Every sender
passes it, so that consent, suppression, quiet hours and frequency caps hold on every path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.members.member import Member
from ariia.domain.rules.frequency_cap import FrequencyCap, Overflow, RecentSend, message_name, with_send, without
from ariia.domain.rules.sending_rules import deferred_until
from ariia.domain.wait_cause import WaitCause
from ariia.ports.clock import Clock
from ariia.ports.members.recent_sends import RecentSendStore, SendsChange

# Pause, cancel and unsubscribe promise it (architecture, "Cancel"): no call begins on an older look.
OLDEST_CHECK_MS = 5_000
_TRIES = 4
_HOUR_MS = 3_600_000
# Other senders write to the same members: when that goes on, the message comes again after this.
_CONTENDED_MS = 10_000


@dataclass(frozen=True)
class Deferral:
    """Until when (epoch ms) a member is put off, and what for."""

    until: int
    cause: WaitCause


@dataclass
class Eligibility:
    """`may` get it now; `excluded` for good, by id with the reason; `deferred`, by id."""

    may: list[Member] = field(default_factory=list)
    excluded: dict[str, ExclusionReason] = field(default_factory=dict)
    deferred: dict[str, Deferral] = field(default_factory=dict)


class EligibilityCheck:
    """Judges the members of one claim by what was just read of them."""

    def __init__(self, channel: Channel, sends: RecentSendStore, clock: Clock) -> None:
        self._channel, self._sends, self._clock = channel, sends, clock

    def judge(
        self, campaign: Dispatch, key: BatchKey, ids: Sequence[str], members: Mapping[str, Member]
    ) -> Eligibility:
        """What becomes of the members `ids` (`members` has those who exist). With a cap, whoever may get the message
        has it noted by then."""
        verdict, asks = Eligibility(), campaign.traits.asks
        for one in ids:
            reason = refusal(members.get(one), self._channel, asks=asks)
            if reason is not None:
                verdict.excluded[one] = reason
            else:
                verdict.may.append(members[one])
        quiet = deferred_until(
            campaign.rules,
            self._channel,
            ((one.id, one.timezone) for one in verdict.may),
            self._clock.now(),
            OLDEST_CHECK_MS,
        )
        self._defer(verdict, quiet, WaitCause.QUIET_HOURS)
        if campaign.rules.cap is not None and campaign.traits.counts_against_caps and verdict.may:
            self._note(campaign, campaign.rules.cap, key, verdict)
        return verdict

    def take_back(self, campaign: Dispatch, key: BatchKey, refused: Sequence[str]) -> None:
        """Strikes the notes of messages that the provider refused for good. A crash before that leaves them: the member
        may get one message less, never one more."""
        if campaign.rules.cap is None or not campaign.traits.counts_against_caps or not refused:
            return
        name = message_name(campaign.id, key.lane)
        for _ in range(_TRIES):
            known = self._sends.read(key.tenant_id, refused)
            changes = {one: SendsChange(sends, without(sends, name)) for one, sends in known.items()}
            if self._sends.swap(key.tenant_id, changes):
                return

    def _note(self, campaign: Dispatch, cap: FrequencyCap, key: BatchKey, verdict: Eligibility) -> None:
        known = {member.id: tuple(member.recent_sends) for member in verdict.may}
        name = message_name(campaign.id, key.lane)
        for _ in range(_TRIES):
            now = self._clock.now()
            free = {one: cap.free_at(without(sends, name), now) for one, sends in known.items()}
            new = RecentSend(name, now)
            changes = {
                one: SendsChange(sends, with_send(sends, new)) for one, sends in known.items() if free[one] <= now
            }
            if not changes or self._sends.swap(key.tenant_id, changes):
                self._apply(campaign, cap, key, verdict, {one: at for one, at in free.items() if at > now})
                return
            known |= self._sends.read(key.tenant_id, list(known))
        again = self._clock.now() + _CONTENDED_MS
        self._defer(verdict, dict.fromkeys(known, again), WaitCause.FREQUENCY_CAP)

    def _apply(
        self, campaign: Dispatch, cap: FrequencyCap, key: BatchKey, verdict: Eligibility, capped: Mapping[str, int]
    ) -> None:
        latest = _starts_at(campaign, key) + cap.defer_hours * _HOUR_MS
        waiting = {one: at for one, at in capped.items() if cap.overflow is Overflow.DEFER and at <= latest}
        self._defer(verdict, waiting, WaitCause.FREQUENCY_CAP)
        verdict.excluded |= dict.fromkeys(capped.keys() - waiting.keys(), ExclusionReason.FREQUENCY_CAP)
        verdict.may = [member for member in verdict.may if member.id not in capped]

    def _defer(self, verdict: Eligibility, until: Mapping[str, int], cause: WaitCause) -> None:
        verdict.deferred |= {one: Deferral(at, cause) for one, at in until.items()}
        verdict.may = [member for member in verdict.may if member.id not in until]


def _starts_at(campaign: Dispatch, key: BatchKey) -> int:
    """From when on (epoch ms) the message could have been sent."""
    lane = next((one for one in campaign.lanes if one.id == key.lane), None)
    not_before = campaign.wave_of(lane).not_before if lane is not None else None
    return max(campaign.planned_at or campaign.created_at, not_before or 0)
