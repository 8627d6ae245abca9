"""One call to the provider. When the whole of it is refused: halve until the guilty entry stands alone; and when it is
not an entry that is guilty, fail nobody.

A refusal of the content, the account or the sandbox is the same for everybody. So when both halves of a call, or all
of its entries that got an answer, are refused in the same words, the campaign stops and nothing is written down as
failed. A call for one recipient has nobody to be compared with: there a refusal counts as theirs when it is about their
address, or the provider is known to have taken the same message for somebody else (`proven`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ariia.domain.errors import PermanentSendError, SenderStoppedError, ThrottledError
from ariia.domain.pause_cause import PauseCause
from ariia.ports.ledger.sending import Accepted, EntryOutcome, MessageSender, Refused, Returned, SendCall, SenderStopped

POSTPONED = Returned("too late to begin a call")
Outcomes = dict[str, EntryOutcome]


def send_halving(
    sender: MessageSender, call: SendCall, may_begin: Callable[[], bool] = lambda: True, *, proven: bool = False
) -> Outcomes:
    """The outcome of every recipient by member id; POSTPONED for those whose call `may_begin` did not let begin.
    UnknownOutcomeError when nobody knows: then nothing of the call may be written down, not even what an earlier half
    is known to have done, as the claim covers both."""
    return _Halving(sender, may_begin).outcomes(call, proven) if call.recipients else {}


@dataclass(frozen=True)
class _Halving:
    sender: MessageSender
    may_begin: Callable[[], bool]

    def outcomes(self, call: SendCall, proven: bool) -> Outcomes:
        """Of the whole call."""
        answer = self._once(call)
        if isinstance(answer, PermanentSendError):
            answer = self._divided(call, answer, proven)
        return answer if proven else _unless_alike(answer)

    def _once(self, call: SendCall) -> Outcomes | PermanentSendError:
        """What one call came to; the refusal when it was refused as a whole."""
        answers: Sequence[EntryOutcome]
        if not self.may_begin():
            answers = [POSTPONED] * len(call.recipients)
        else:
            try:
                answers = self.sender.send(call)
            except ThrottledError as error:
                answers = [Returned(error.message, error.is_quota)] * len(call.recipients)
            except SenderStoppedError as error:
                answers = [SenderStopped(error.message, error.cause)] * len(call.recipients)
            except PermanentSendError as error:
                return error
        return {one.member_id: answer for one, answer in zip(call.recipients, answers, strict=True)}

    def _divided(self, call: SendCall, refusal: PermanentSendError, proven: bool) -> Outcomes:
        if len(call.recipients) == 1:
            return _all(call, Refused(refusal.message, refusal.about_recipient))
        middle = len(call.recipients) // 2
        halves = [
            replace(call, recipients=call.recipients[:middle]),
            replace(call, recipients=call.recipients[middle:]),
        ]
        answers = [self._once(half) for half in halves]
        if not proven and _are_alike(answers):
            return _all(call, SenderStopped(refusal.message, PauseCause.CONTENT))
        proven = proven or any(_has_accepted(one) for one in answers)
        found: Outcomes = {}
        for half, answer in zip(halves, answers, strict=True):
            found |= self._divided(half, answer, proven) if isinstance(answer, PermanentSendError) else answer
        return found


def _all(call: SendCall, outcome: EntryOutcome) -> Outcomes:
    return {one.member_id: outcome for one in call.recipients}


def has_accepted(outcomes: Outcomes) -> bool:
    """True when the provider took one of them."""
    return any(isinstance(one, Accepted) for one in outcomes.values())


def _has_accepted(answer: Outcomes | PermanentSendError) -> bool:
    return not isinstance(answer, PermanentSendError) and has_accepted(answer)


def _are_alike(answers: Sequence[Outcomes | PermanentSendError]) -> bool:
    """True when both halves were refused in the same words, which are about no recipient."""
    refusals = [one for one in answers if isinstance(one, PermanentSendError) and not one.about_recipient]
    return len(refusals) == len(answers) and len({one.message for one in refusals}) == 1


def _unless_alike(outcomes: Outcomes) -> Outcomes:
    """The outcomes, unless nobody was accepted and whoever was refused was so in the same words: then nobody is. Words
    about an address are believed of one, and not of all."""
    refused = {one: outcome for one, outcome in outcomes.items() if isinstance(outcome, Refused)}
    if len({one.reason for one in refused.values()}) != 1 or has_accepted(outcomes):
        return outcomes
    first = next(iter(refused.values()))
    if first.about_recipient and (len(refused) == 1 or len(refused) < len(outcomes)):
        return outcomes
    return outcomes | dict.fromkeys(refused, SenderStopped(first.reason, PauseCause.CONTENT))
