"""The state machine campaign_run (infra/state_machines/campaign_run.asl.json), state by state."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ariia.ports.workflows import Executions
from ariia.services.planning.planning import MORE, STOP, AudiencePlanner, PlanProgress
from ariia.services.release.rounds import END, BatchReleaser, Round
from tests.simulation.world.scheduler import Scheduler

DEFINITION = Path(__file__).parents[3] / "infra/state_machines/campaign_run.asl.json"
_STATES = json.loads(DEFINITION.read_text())["States"]
RETRY = _STATES["Round"]["Retry"][0]
WAIT_AFTER_FAILURE_MS = _STATES["WaitToPlan"]["Seconds"] * 1000
PLAN_TIMEOUT_MS, ROUND_TIMEOUT_MS = 300_000, 60_000
CALLS_PER_SHARD = 8


class CampaignExecutions(Executions):
    """Starts executions, each name once, and plays them."""

    def __init__(self, scheduler: Scheduler, skew: Callable[[], int], plan_ms: int, most_rounds: int) -> None:
        self._scheduler, self._skew, self._plan_ms, self._most_rounds = scheduler, skew, plan_ms, most_rounds
        self.planner: AudiencePlanner
        self.releaser: BatchReleaser
        self.started: set[str] = set()
        self.running = 0

    def start(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        self._begin(tenant_id, campaign_id, epoch, 0)

    def _begin(self, tenant_id: str, campaign_id: str, epoch: int, part: int) -> None:
        name = f"{campaign_id}-{epoch}-{part}"
        if name not in self.started:
            self.started.add(name)
            self.running += 1
            execution = _Execution(self, (tenant_id, campaign_id, epoch), part)
            self._scheduler.spawn(f"campaign_run-{epoch}", execution.play, on_end=lambda _: self._ended())

    def _ended(self) -> None:
        self.running -= 1

    def succeed(self, run: tuple[str, str, int], part: int) -> None:
        """Starts the successor."""
        self._begin(*run, part + 1)

    @property
    def most_rounds(self) -> int:
        """Rounds after which a successor takes over."""
        return self._most_rounds

    def deadline(self) -> int:
        """Until when a planning call may begin another page."""
        task = self._scheduler.current
        return self._scheduler.now + (task.skew if task else 0) + self._plan_ms

    def invoke(self, label: str, timeout_ms: int, body: Callable[[], Any]) -> Any:
        """One Task state: the function's answer, or RuntimeError when its retries are used up."""
        delay = RETRY["IntervalSeconds"] * 1000
        attempt = 0
        while True:
            task = self._scheduler.spawn(label, body, lasts_ms=timeout_ms, skew=self._skew())
            try:
                return self._scheduler.join(task)
            except Exception:
                if attempt == RETRY["MaxAttempts"]:
                    raise
            wait = min(delay * RETRY["BackoffRate"] ** attempt, RETRY["MaxDelaySeconds"] * 1000)
            self._scheduler.pause(int(wait * self._scheduler.random.random()))
            attempt += 1

    def wait(self, seconds: float) -> None:
        """A Wait state."""
        self._scheduler.pause(int(seconds * 1000))

    def each(self, bodies: list[Callable[[], Any]]) -> list[Any]:
        """A Map state: all at once."""
        tasks = [self._scheduler.spawn("map", body) for body in bodies]
        return [self._scheduler.join(task) for task in tasks]


class _Execution:
    def __init__(self, executions: CampaignExecutions, run: tuple[str, str, int], part: int) -> None:
        self._executions, self._run, self._part = executions, run, part
        self._rounds, self._idle = 0, 0

    def play(self) -> None:
        """From Begin to Ended."""
        if self._plan() and self._freeze():
            self._loop()

    def _plan(self) -> bool:
        at = self._executions
        progress = self._insist("plan", PLAN_TIMEOUT_MS, lambda: at.planner.plan(*self._run, at.deadline()))
        if progress is None or progress.outcome == STOP:
            return False
        if progress.outcome != MORE:
            return True
        outcomes = at.each([self._shard(shard) for shard in progress.shards])
        if STOP in outcomes:
            return False
        if MORE in outcomes:
            at.succeed(self._run, self._part)
            return False
        return True

    def _shard(self, shard: int) -> Callable[[], str]:
        at = self._executions

        def play() -> str:
            outcome = MORE
            for _ in range(CALLS_PER_SHARD):
                if outcome != MORE:
                    break
                try:
                    progress: PlanProgress = at.invoke(
                        "plan_shard",
                        PLAN_TIMEOUT_MS,
                        lambda: at.planner.plan_shard(*self._run, shard, at.deadline()),
                    )
                    outcome = progress.outcome
                except Exception:
                    at.wait(WAIT_AFTER_FAILURE_MS / 1000)
            return outcome

        return play

    def _freeze(self) -> bool:
        at = self._executions
        progress = self._insist("freeze", PLAN_TIMEOUT_MS, lambda: at.planner.freeze(*self._run))
        return progress is not None and progress.outcome != STOP

    def _insist(self, label: str, timeout_ms: int, body: Callable[[], PlanProgress]) -> PlanProgress | None:
        """A failed task waits and is tried again; None when a successor took over."""
        while True:
            try:
                progress: PlanProgress = self._executions.invoke(label, timeout_ms, body)
                return progress
            except Exception:
                self._rounds += 1
            self._executions.wait(WAIT_AFTER_FAILURE_MS / 1000)
            if self._rounds >= self._executions.most_rounds:
                self._executions.succeed(self._run, self._part)
                return None

    def _loop(self) -> None:
        at = self._executions
        while True:
            wait = 60
            try:
                step: Round = at.invoke("release", ROUND_TIMEOUT_MS, lambda: at.releaser.round(*self._run, self._idle))
                if step.outcome == END:
                    return
                wait, self._idle = step.wait_seconds, step.idle
            except Exception:
                pass
            self._rounds += 1
            if self._rounds >= at.most_rounds:
                at.succeed(self._run, self._part)
                return
            at.wait(wait)
