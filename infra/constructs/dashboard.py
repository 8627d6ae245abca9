"""The stage at a glance: what is wrong, what is sent, what waits, what fails."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.aws_stepfunctions import StateMachine
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.alarm import Watch
from infra.constructs.python_function import PythonFunction
from infra.constructs.queue_worker import WorkQueue

_COLUMNS = 2
_WIDTH = 24 // _COLUMNS


class Dashboard(cloudwatch.Dashboard):
    """Named as the stage's prefix."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        watches: Sequence[Watch],
        functions: Sequence[PythonFunction],
        queues: Sequence[WorkQueue],
        runs: StateMachine,
    ) -> None:
        super().__init__(scope, "Dashboard", dashboard_name=config.prefix, default_interval=Duration.hours(6))
        for first in range(0, len(watches), _COLUMNS):
            self.add_widgets(*[_graph(one.name, [one.metric]) for one in watches[first : first + _COLUMNS]])
        self.add_widgets(
            _graph("Runs that failed", [runs.metric_failed(), runs.metric_timed_out(), runs.metric_aborted()]),
            _graph("Messages waiting", [queue.metric_approximate_number_of_messages_visible() for queue in queues]),
        )
        self.add_widgets(
            _graph("Sent and failed", [_search("Sent"), _search("Failed"), _search("Throttled")]),
            _graph("Duration p95", [one.metric_duration(statistic="p95") for one in functions]),
            _graph("Running at once", [one.metric("ConcurrentExecutions", statistic="Maximum") for one in functions]),
        )


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=_WIDTH)


def _search(name: str) -> cloudwatch.MathExpression:
    """The engine's own metric `name`, of whichever functions report it."""
    return cloudwatch.MathExpression(
        expression=f"SUM(SEARCH('{{ariia,service}} MetricName=\"{name}\"', 'Sum', 300))", label=name, using_metrics={}
    )
