"""The simulated provider as a whole: its parts, what changes them, and how they start and stop."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Mapping
from typing import Any

from infra.local.providers.limits import DailyQuota
from infra.local.providers.ses.account import Account
from infra.local.providers.ses.events.happenings import Happenings
from infra.local.providers.ses.identities import Identities
from infra.local.providers.ses.publisher import Publisher, Topics
from infra.local.providers.ses.rights import Rights
from infra.local.providers.ses.sending.sending import Sending
from infra.local.providers.ses.settings import Settings
from infra.local.providers.ses.store import Store


class Simulator:
    """Composes the parts around one account."""

    def __init__(self, settings: Settings, topics: Topics) -> None:
        self._started_with = settings
        self._account = Account()
        self.happenings = Happenings(self._account, Publisher(topics), _report)
        self.sending = Sending(self._account, self.happenings)
        self._apply(settings)

    @property
    def lock(self) -> threading.RLock:
        """Held by whoever reads or writes the state."""
        return self._account.lock

    @property
    def settings(self) -> Settings:
        """The settings of this moment."""
        return self._account.settings

    @property
    def store(self) -> Store:
        """Messages, calls and refusals."""
        return self._account.store

    @property
    def identities(self) -> Identities:
        """Sender identities."""
        return self._account.identities

    @property
    def rights(self) -> Rights:
        """What callers may do."""
        return self._account.rights

    @property
    def quota(self) -> DailyQuota:
        """The 24-hour quota and its use."""
        return self._account.quota

    def may_be_asked(self) -> bool:
        """False when the calls of this second that are no sends are used up; else one of them is."""
        return self._account.control_rate.take(1)

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Applies changes at once; `sent_last_24_hours` sets the quota's history. Raises ValueError."""
        rest = dict(changes)
        sent = rest.pop("sent_last_24_hours", None)
        if sent is not None and (not isinstance(sent, int) or isinstance(sent, bool) or sent < 0):
            raise ValueError(f"sent_last_24_hours takes a whole number from 0, not {sent!r}")
        with self.lock:
            self._apply(self.settings.changed(rest))
            if sent is not None:
                self.quota.set_sent(sent)
            if "seed" in rest:
                self._reseed()

    def reset(self, keep_settings: bool = False) -> None:
        """Forgets messages, calls and what is still to happen; identities stay.

        Settings go back to those of the start, except for the topic.
        """
        with self.lock:
            self.happenings.clear()
            self.store.clear()
            self.quota.set_sent(0)
            if not keep_settings:
                self._apply(self._started_with.changed({"topic_arn": self.settings.topic_arn}))
            self._account.rate.refill_completely()
            self._reseed()

    def stop(self) -> None:
        """Publishes what already happened, and ends all threads."""
        self.happenings.stop()

    def _apply(self, settings: Settings) -> None:
        if settings.topic_arn is not None and settings.topic_arn != self.settings.topic_arn:
            # It stands for event destinations that CloudFormation made elsewhere.
            self.happenings.announce(settings.topic_arn)
        self._account.settings = settings
        self._account.quota.maximum = settings.daily_quota
        if settings.rate != self._account.rate.per_second:
            self._account.rate.set(settings.rate)
        if settings.control_rate != self._account.control_rate.per_second:
            self._account.control_rate.set(settings.control_rate)
        if settings.topic_arn is not None:
            self.happenings.publish_held()

    def _reseed(self) -> None:
        self.sending.reseed(self.settings.seed)
        self.happenings.reseed(self.settings.seed)


def _report(error: Exception) -> None:
    traceback.print_exception(error, file=sys.stderr)
