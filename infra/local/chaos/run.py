"""One run, from the import to the verdict, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.progress import Progress, TaskID

from infra.local.demo.api import DemoError, Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import PREFIX, LaptopStack

from .campaign import ChaosCampaign
from .foreign import ForeignEvents
from .monkey import Monkey
from .report import figures_of
from .verdict import Verdict, judge
from .workers import FunctionProcesses

# What a killed function had taken comes back after the queue's visibility timeout: six minutes as deployed. The least
# that is right, longer than any invocation, keeps the run short and makes more of what is received twice.
VISIBILITY_SECONDS = 75
_LOOK_EVERY = 2.0
_KILLED_AFTER_THE_END = 5.0
# What is left of the time when kills end, so that the campaign can; and when waiting for its end does.
_LAST_KILL, _SETTLING = 240.0, 60.0


@dataclass(frozen=True)
class ChaosOptions:
    """`seconds` bounds the whole run, deployment excepted; `rate` is the provider's, in recipients per second."""

    members: int = 5_000
    seed: int = 1
    rate: float = 100.0
    seconds: float = 570.0


@dataclass
class ChaosResult:
    """What was measured; `verdict` is absent when nothing could be compared, and `problem` says why."""

    figures: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether everything was compared and nothing is wrong."""
        return not self.problem and self.verdict is not None and self.verdict.is_clean


class ChaosRun:
    """Plays one campaign on a stack that is up."""

    def __init__(self, stack: LaptopStack, options: ChaosOptions, progress: Progress) -> None:
        self._stack, self._options, self._progress = stack, options, progress
        self._campaign = ChaosCampaign(stack, options.members)
        self._provider = SimulatorClient(stack.simulator_url)
        self._processes = FunctionProcesses(stack.directory)
        self._deadline = 0.0
        self.result = ChaosResult()

    def play(self) -> ChaosResult:
        """The result, whatever happens to the product."""
        began = time.monotonic()
        self._deadline = began + self._options.seconds
        try:
            self._shorten_visibility()
            self._campaign.prepare(self._options.seconds / 4)
            self._storm()
        except (DemoError, TimeoutError) as error:
            self.result.problem = str(error)
        if self._campaign.is_sending:
            self._judge()
        self.result.figures["seconds"] = round(time.monotonic() - began)
        return self.result

    def _shorten_visibility(self) -> None:
        # The events' queue is short already: the functions know how long it hides.
        sqs = self._stack.client("sqs")
        url = sqs.get_queue_url(QueueName=f"{PREFIX}-email")["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})

    def _storm(self) -> None:
        figures, count = self.result.figures, self._options.members
        figures |= {"seed": self._options.seed, "recipients": count}
        bar = self._progress.add_task("sending", total=count)
        monkey = Monkey(self._processes, self._provider, self._options.seed)
        foreign = ForeignEvents(self._stack.client("sns"), self._stack.outputs["EmailEventsTopicArn"])
        self._campaign.send()
        try:
            with foreign, monkey:
                # As long as the provider needs for everybody, and half as long again for what it refuses.
                calm_at = time.monotonic() + 1.5 * count / self._options.rate
                self._until(bar, monkey, lambda stats: time.monotonic() > calm_at or _is_over(stats))
                monkey.calm_down()
                self._until(bar, monkey, _is_over)
                time.sleep(_KILLED_AFTER_THE_END)
        finally:
            figures |= {"kills": sum(monkey.killed.values()), "kills_by_function": dict(sorted(monkey.killed.items()))}
            figures["foreign_events"] = foreign.published
            figures |= self._provider_figures() | {"resumed": self._campaign.resumed}
        for error in (*monkey.errors, *foreign.errors):
            raise DemoError(f"the trouble-maker failed: {error!r}")

    def _until(self, bar: TaskID, monkey: Monkey, holds: Callable[[Json], bool]) -> None:
        while True:
            stats = self._campaign.stats()
            done = stats["targeted"] - stats["pending"] if stats["targeted"] else 0
            text = f"{stats['status']}, {sum(monkey.killed.values())} processes killed"
            self._progress.update(bar, completed=done, description=text)
            if holds(stats):
                return
            self._campaign.resume_if_paused()
            left = self._deadline - time.monotonic()
            if left < _LAST_KILL:
                monkey.stop_killing()
            if left < _SETTLING:
                raise DemoError(f"the campaign did not end in time: {stats['status']}, {stats['pending']} pending")
            time.sleep(_LOOK_EVERY)

    def _judge(self) -> None:
        """Also of a campaign that did not end in time, as far as that can be judged."""
        try:
            self._compare()
        except (DemoError, TimeoutError) as error:
            self.result.problem = self.result.problem or str(error)

    def _compare(self) -> None:
        """Once every event that the provider has for us was recorded, or the time is up: what stands then counts."""
        self._provider.wait_until_quiet(60)
        bar = self._progress.add_task("comparing ledger, provider and counters", total=None)
        while True:
            recipients = list(self._campaign.recipients())
            messages = list(self._provider.messages({"campaign": self._campaign.id}))
            refusals, stats = self._provider.refusals(), self._campaign.stats()
            verdict = judge(self._campaign.members, recipients, messages, refusals, stats)
            if verdict.is_clean or time.monotonic() > self._deadline:
                break
            time.sleep(_LOOK_EVERY)
        self._progress.update(bar, total=1, completed=1)
        self.result.verdict = verdict
        self.result.figures |= figures_of(verdict, is_over=_is_over(stats))

    def _provider_figures(self) -> dict[str, int]:
        summary = self._provider.summary()
        return {
            "lost_responses": summary.lost_responses,
            "throttled": summary.throttled_entries,
            "refused_entries": sum(summary.refused_entries.values()),
        }


def _is_over(stats: Json) -> bool:
    return bool(stats["status"] != "sending")
