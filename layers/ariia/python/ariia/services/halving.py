"""One call to the provider. When the whole of it is refused: halve until the guilty entry stands alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ariia.domain.errors import PermanentSendError, SenderStoppedError, ThrottledError
from ariia.ports.sending import (
    EntryOutcome,
    MessageSender,
    Refused,
    Returned,
    SendCall,
    Stopped,
)

POSTPONED = Returned("too late to begin a call")


def send_halving(
    sender: MessageSender, call: SendCall, may_begin: Callable[[], bool] = lambda: True
) -> dict[str, EntryOutcome]:
    """The outcome of every recipient by member id; POSTPONED for those whose call `may_begin` did not let begin.
    UnknownOutcomeError when nobody knows: then nothing of the call may be written down, not even what an earlier half
    is known to have done, as the claim covers both."""
    if not call.recipients:
        return {}
    if not may_begin():
        return {one.member_id: POSTPONED for one in call.recipients}
    try:
        outcomes: Sequence[EntryOutcome] = sender.send(call)
    except ThrottledError as error:
        outcomes = [Returned(error.message, error.is_quota)] * len(call.recipients)
    except SenderStoppedError as error:
        outcomes = [Stopped(error.message)] * len(call.recipients)
    except PermanentSendError as error:
        if len(call.recipients) > 1:
            middle = len(call.recipients) // 2
            first = send_halving(sender, replace(call, recipients=call.recipients[:middle]), may_begin)
            return first | send_halving(sender, replace(call, recipients=call.recipients[middle:]), may_begin)
        outcomes = [Refused(error.message)]
    return {one.member_id: outcome for one, outcome in zip(call.recipients, outcomes, strict=True)}
