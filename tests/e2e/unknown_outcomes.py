"""Messages that the provider took without us learning of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from infra.local.demo.api import Api
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack

from .campaign import SentCampaign
from .tenant import Tenant
from .waiting import eventually

_MEMBERS = 48
_LOST = {"lose_response_rate": 0.5, "lose_response_mode": "close"}


@contextmanager
def behaving(provider: SimulatorClient, **settings: Any) -> Iterator[None]:
    """The provider behaves as told inside, and as before afterwards."""
    before = provider.settings()
    provider.change(**settings)
    try:
        yield
    finally:
        provider.change(**{name: before[name] for name in settings})


@dataclass(frozen=True)
class UnknownOutcomes:
    """Two campaigns with lost answers: of `proven` the events arrived, of `silent` they did not, and its tenant wants
    what stays unknown to be decided by a person."""

    proven: SentCampaign
    silent: SentCampaign
    unknown_of_silent: int

    @classmethod
    def begin(cls, laptop: LaptopStack, provider: SimulatorClient) -> Self:
        """Sends both; afterwards the provider answers again."""
        proven, silent = Tenant(laptop, provider, "proven"), Tenant(laptop, provider, "silent")
        tenant = silent.api.get("/v1/tenant")
        change = {"settings": {"hold_unknown": True}, "version": tenant["version"]}
        Api(laptop, silent.id).call("PATCH", "/v1/tenant", "admin", change)
        for one in (proven, silent):
            one.has_people(_MEMBERS)
        with behaving(provider, **_LOST):
            first = _all_accepted(proven)
            provider.wait_until_quiet()
            with behaving(provider, event_loss_rate=1.0):
                lost_before = _lost_entries(provider)
                second = _all_accepted(silent)
                provider.wait_until_quiet()
                unknown = _lost_entries(provider) - lost_before
        return cls(first, second, unknown)


def _all_accepted(tenant: Tenant) -> SentCampaign:
    campaign = tenant.drafts().sends()
    eventually(lambda: len(campaign.messages()) == _MEMBERS, "the provider takes every message")
    return campaign


def _lost_entries(provider: SimulatorClient) -> int:
    return sum(call["accepted"] for call in provider.calls() if call["outcome"] == "lost")
