"""The simulated provider as a whole: its parts, what changes them, and how they start and stop."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.simulator.account import Account
from infra.local.simulator.configuration_sets import ConfigurationSets
from infra.local.simulator.happenings import Happenings
from infra.local.simulator.identities import Identities
from infra.local.simulator.journal import Journal
from infra.local.simulator.limits import DailyQuota
from infra.local.simulator.publisher import Publisher, Topics
from infra.local.simulator.restoring import restore
from infra.local.simulator.rights import Rights
from infra.local.simulator.sending import Sending
from infra.local.simulator.settings import Settings
from infra.local.simulator.store import Store


class Simulator:
    """Composes the parts around one account."""

    def __init__(self, settings: Settings, topics: Topics, state_file: Path | None = None) -> None:
        self._started_with = settings
        self._account = Account()
        if state_file is not None:
            restore(self._account, state_file)
            self._account.journal = Journal(state_file)
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
    def sets(self) -> ConfigurationSets:
        """Configuration sets."""
        return self._account.sets

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
        """Forgets messages, calls and what is still to happen; identities and configuration sets stay.

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
            self._rewrite_journal()

    def identity_changed(self, name: str) -> None:
        """Writes an identity's state, or its deletion, into the state file."""
        if self._account.journal is not None:
            known = {identity.name: identity for identity in self.identities.all()}
            self._account.journal.identity(name, known.get(name))

    def destination_changed(self, name: str, destination_name: str) -> None:
        """Announces an event destination that was made or changed to its topic, as SES does."""
        topic_arn = self.sets.topic(name, destination_name)
        if topic_arn is not None:
            self.happenings.announce(topic_arn)

    def stop(self) -> None:
        """Publishes what already happened, ends all threads, closes the state file."""
        self.happenings.stop()
        if self._account.journal is not None:
            self._account.journal.close()

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

    def _rewrite_journal(self) -> None:
        if self._account.journal is not None:
            self._account.journal.clear()
            for identity in self.identities.all():
                self._account.journal.identity(identity.name, identity)


def _report(error: Exception) -> None:
    traceback.print_exception(error, file=sys.stderr)
