"""Brings back what a state file holds. What had not happened yet when the simulator stopped never does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from infra.local.simulator.account import Account
from infra.local.simulator.identities import Identity
from infra.local.simulator.journal import Line, content_from, lines_of, message_from
from infra.local.simulator.limits import DAY_SECONDS
from infra.local.simulator.message import Content, EventRecord, UnsubscribeAnswer


def restore(account: Account, state_file: Path) -> None:
    """Fills the account with messages, their events and answers, and identities."""
    contents: dict[str, Content] = {}
    for line in lines_of(state_file):
        match line["kind"]:
            case "content":
                contents[line["number"]] = content_from(line)
            case "message":
                _message(account, line, contents)
            case "event":
                account.store.happened(account.store.by_id[line["message_id"]], EventRecord(**line["event"]))
            case "unsubscribe":
                answer = UnsubscribeAnswer(**line["answer"])
                account.store.answered(account.store.by_id[line["message_id"]], answer)
            case "identity":
                _identity(account, line)


def _message(account: Account, line: Line, contents: Mapping[str, Content]) -> None:
    message = message_from(line, contents[line["content"]])
    account.store.add(message)
    account.store.last_call = max(account.store.last_call, message.call_number)
    if message.at > time.time() - DAY_SECONDS:
        account.quota.record(len(message.recipients), message.at)


def _identity(account: Account, line: Line) -> None:
    if line["identity"] is not None:
        account.identities.restore(Identity(**line["identity"]))
    elif any(identity.name == line["name"] for identity in account.identities.all()):
        account.identities.delete(line["name"])
