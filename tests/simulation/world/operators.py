"""People: those who press a button now and then, and the one who sees to it that the campaign ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import AriiaError, ConflictError, NotFoundError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.links import LinkClaims, sign
from ariia.domain.sending.message import UNSUBSCRIBE
from tests.builders import TENANT
from tests.simulation.scenario import OVER, Action
from tests.simulation.world.clocks import next_zone
from tests.simulation.world.engine import CAMPAIGN, KEY, Engine
from tests.simulation.world.watch import Watch

_API_TIMEOUT_MS = 29_000
_LOOKS_EVERY_MS = 5 * 60_000
_TRIES = 4
_S = CampaignStatus


class Operators:
    """Everybody at the API."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine, self._watch = engine, watch
        self._scheduler = engine.scheduler

    def begin(self) -> None:
        """Everybody goes to work."""
        self._scheduler.spawn("owner", self._own)
        for action in self._engine.scenario.actions:
            self._scheduler.after(action.at, lambda action=action: self._spawn(action))

    def _spawn(self, action: Action) -> None:
        self._scheduler.spawn(f"somebody {action.name}", lambda: self._act(action))

    def _own(self) -> None:
        """Sends, and later resumes what somebody or the provider paused, until it is over."""
        while True:
            campaign = self._engine.stored()
            if campaign.status in (_S.APPROVED, _S.SCHEDULED):
                self._press("send", lambda: self._engine.api.send(TENANT, CAMPAIGN, "owner"))
            elif campaign.status is _S.SENDING and campaign.paused_at is not None:
                self._press("resume", self._resume)
            elif campaign.status in OVER:
                return
            self._scheduler.pause(_LOOKS_EVERY_MS)

    def _resume(self) -> Campaign:
        """As an admin with a reason, which a campaign asks for that paused itself for its reputation."""
        return self._engine.api.resume(TENANT, CAMPAIGN, "owner", reason="looked into", is_admin=True)

    def _act(self, action: Action) -> None:
        api = self._engine.api
        if action.name == "unsubscribe":
            self._unsubscribe(f"m{action.member:03d}")
        elif action.name == "move":
            self._move(f"m{action.member:03d}")
        elif action.name in ("pause", "cancel"):
            stop = getattr(self._engine.stopping, action.name)
            done = self._press(action.name, lambda: stop(TENANT, CAMPAIGN, "somebody"))
            if done is not None:
                self._watch.stopped(action.name, self._engine.stored(), done.in_flight)
        elif action.name == "resume":
            self._press("resume", lambda: api.resume(TENANT, CAMPAIGN, "somebody"))
        else:
            self._retry_when_over()

    def _retry_when_over(self) -> None:
        for _ in range(100):
            if self._engine.stored().status in OVER:
                self._press("retry", lambda: self._engine.api.retry(TENANT, CAMPAIGN, "somebody"))
                self._scheduler.spawn("owner", self._own)
                return
            self._scheduler.pause(_LOOKS_EVERY_MS)

    def _unsubscribe(self, member_id: str) -> None:
        token = sign(KEY, UNSUBSCRIBE, LinkClaims(TENANT, CAMPAIGN, member_id, "l0", "email"))
        done = self._press("unsubscribe", lambda: self._engine.unsubscribes.unsubscribe(token, "one_click"))
        if done is not None:
            self._watch.unsubscribed(self._engine.members.get(TENANT, member_id).email or "")

    def _move(self, member_id: str) -> None:
        """A member moves to another time zone."""

        def move() -> bool:
            member = self._engine.members.get(TENANT, member_id)
            assert member is not None
            member.timezone = next_zone(member.timezone)
            return self._engine.members.save([member]) == []

        if self._engine.scenario.clocks != "none":
            self._watch.moves(member_id)
            if self._press("move", move):
                self._watch.moved(member_id)

    def _press(self, name: str, service: Callable[[], Any]) -> Any:
        """One request, repeated while it fails for a passing reason; None when it was not done."""
        for _ in range(_TRIES):
            task = self._scheduler.spawn(f"api {name}", service, lasts_ms=_API_TIMEOUT_MS, skew=self._engine.skew())
            try:
                return self._scheduler.join(task)
            except (ConflictError, NotFoundError):
                return None
            except (AriiaError, RuntimeError):
                self._scheduler.pause(2_000)
        return None
