"""What somebody or something may wait for."""

from __future__ import annotations

from enum import StrEnum


class WaitCause(StrEnum):
    """`rate`: its turn at the rate of the provider's account. `in_flight`: the provider's answer. `unknown_outcome`:
    that the provider's events tell what became of it. `account`: that the account may send. `provider`: that the
    provider, who refused it for everybody, is asked again. `sending`: that its campaign is sent. `sender`: that the
    tenant has a verified sender. `answer`: that the member follows the link of a question. The rest says itself."""

    TIME = "time"
    REVIEW = "review"
    DECISION = "decision"
    PLANNING = "planning"
    WAVE = "wave"
    QUIET_HOURS = "quiet_hours"
    FREQUENCY_CAP = "frequency_cap"
    RATE = "rate"
    IN_FLIGHT = "in_flight"
    UNKNOWN_OUTCOME = "unknown_outcome"
    ACCOUNT_QUOTA = "account_quota"
    ACCOUNT = "account"
    PROVIDER = "provider"
    PAUSE = "pause"
    SENDING = "sending"
    SENDER = "sender"
    ANSWER = "answer"
