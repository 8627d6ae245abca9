"""Why a campaign pauses itself. One that a person paused has no cause."""

from __future__ import annotations

from enum import StrEnum


class PauseCause(StrEnum):
    """`reputation`: its bounces or complaints. `account`: the provider's account, identity or configuration may not
    send. `sandbox`: the account may send to verified addresses only. `content`: the message itself can't be rendered,
    or is refused whomever it is for."""

    REPUTATION = "reputation"
    ACCOUNT = "account"
    SANDBOX = "sandbox"
    CONTENT = "content"
