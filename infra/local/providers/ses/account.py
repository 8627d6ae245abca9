"""The state of the simulated SES account, shared by the parts that work on it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from infra.local.providers.limits import DailyQuota, SendRate
from infra.local.providers.ses.identities import Identities
from infra.local.providers.ses.rights import Rights
from infra.local.providers.ses.settings import Settings
from infra.local.providers.ses.store import Store


def _rate() -> SendRate:
    return SendRate(Settings().rate, time.monotonic)


def _control_rate() -> SendRate:
    return SendRate(Settings().control_rate, time.monotonic)


def _quota() -> DailyQuota:
    return DailyQuota(Settings().daily_quota, time.time)


@dataclass(slots=True)
class Account:
    """Whoever reads or writes it holds `lock`. `settings` is immutable and replaced whole."""

    settings: Settings = field(default_factory=Settings)
    lock: threading.RLock = field(default_factory=threading.RLock)
    store: Store = field(default_factory=Store)
    identities: Identities = field(default_factory=lambda: Identities(time.time))
    rights: Rights = field(default_factory=Rights)
    rate: SendRate = field(default_factory=_rate)
    control_rate: SendRate = field(default_factory=_control_rate)
    quota: DailyQuota = field(default_factory=_quota)
