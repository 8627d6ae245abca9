"""How senders divide the rate that the provider grants."""

from __future__ import annotations

# SES takes at most 50 recipients in one SendBulkEmail.
MAX_CALL_ENTRIES = 50
# One message of the queue names one batch; a sender gets at most this many at once.
_ALL = 10
# Between these rates a full call takes longer (0.4 to 0.8 s) than its messages are worth, and only two to five senders
# work at once. A sender then falls behind the instants it reserved, the provider forgets tokens older than a second,
# and whoever catches up is throttled. With three batches at a time nobody falls behind by more than a second. Below,
# calls are shorter than their slots; above, so many work at once that it evens out (`benchmarks.pacing`).
_FEW_SENDERS = (50.0, 500.0)
_FEW = 3


def call_entries(per_second: float) -> int:
    """The most recipients of one call at this rate: a call for more than one second's worth is throttled as a whole."""
    return max(1, min(MAX_CALL_ENTRIES, int(per_second)))


def batches_at_a_time(per_second: float) -> int:
    """For how many batches a sender reserves tokens at once; each reservation is one write."""
    low, high = _FEW_SENDERS
    return _FEW if low < per_second < high else _ALL
