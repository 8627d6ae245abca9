"""What is watched. Metric math joins many metrics into one alarm, so that seven say all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.aws_apigatewayv2 import HttpApi
from aws_cdk.aws_sqs import Queue

from infra.constructs.alarm import Watch
from infra.constructs.python_function import PythonFunction

FIVE_MINUTES = Duration.minutes(5)
METRICS_NAMESPACE = "ariia"
# Gmail and SES itself act on these: https://docs.aws.amazon.com/ses/latest/dg/monitor-sender-reputation.html
BOUNCE_RATE_LIMIT = 0.05
COMPLAINT_RATE_LIMIT = 0.001


def dead_letter_watch(queues: Sequence[Queue]) -> Watch:
    metrics = [
        queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum")
        for queue in queues
    ]
    advice = "Work was given up: read the message, mend the cause, redrive it or invoke its function."
    return Watch("dead-letters", advice, _sum(metrics), 1)


def function_error_watch() -> Watch:
    """Single errors are retried; five in five minutes are not going away. Lambda's own sum over all functions of
    account and region is one metric where a metric for each of ours would be ten, and misses none that is added."""
    errors = cloudwatch.Metric(namespace="AWS/Lambda", metric_name="Errors", statistic="Sum", period=FIVE_MINUTES)
    advice = "Functions of this account keep failing: see whose Errors grow, search their logs for ERROR."
    return Watch("function-errors", advice, errors, 5)


def queue_age_watch(queues: Sequence[Queue]) -> Watch:
    """Batches are queued two minutes ahead of the send rate, and events have no reason to wait."""
    metrics = [
        queue.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="Maximum") for queue in queues
    ]
    advice = "Sends or provider events wait: look for throttling and the functions' concurrency."
    return Watch("queue-age", advice, _joined("MAX([{}])", metrics), 600, bad=2, periods=2)


def statistics_lag_watch(function: PythonFunction) -> Watch:
    lag = function.metric("IteratorAge", period=FIVE_MINUTES, statistic="Maximum")
    return Watch("statistics-lag", "Counters stand still: a record can't be folded.", lag, 300_000, bad=2, periods=2)


def held_campaign_watch() -> Watch:
    """Our own metric, which all functions share."""
    metric = cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name="NeedsAttention",
        dimensions_map={"service": "campaigns"},
        statistic="Sum",
        period=FIVE_MINUTES,
    )
    advice = "A campaign paused itself or batches are held: the campaign's record says why."
    return Watch("held-campaigns", advice, metric, 1)


def reputation_watch() -> Watch:
    bounces, complaints = (
        cloudwatch.Metric(namespace="AWS/SES", metric_name=f"Reputation.{name}Rate", period=Duration.hours(1))
        for name in ("Bounce", "Complaint")
    )
    metric = _joined(
        f"MAX([{{}} / {BOUNCE_RATE_LIMIT}, {{}} / {COMPLAINT_RATE_LIMIT}])", [bounces, complaints], Duration.hours(1)
    )
    advice = "Bounces near 5 % or complaints near 0.1 %: find the tenant before SES suspends the account."
    return Watch("reputation", advice, metric, 1)


def api_watch(api: HttpApi) -> Watch:
    errors = api.metric_server_error(period=FIVE_MINUTES, statistic="Sum")
    return Watch("api-errors", "The API answers 5xx: search the access log and the api's log.", errors, 5)


def _sum(metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.MathExpression:
    return _joined("+".join(["FILL({}, 0)"] * len(metrics)), metrics)


def _joined(
    expression: str, metrics: Sequence[cloudwatch.IMetric], period: Duration = FIVE_MINUTES
) -> cloudwatch.MathExpression:
    names: Mapping[str, cloudwatch.IMetric] = {f"m{index}": metric for index, metric in enumerate(metrics)}
    places = expression.count("{}")
    text = expression.format(*names) if places == len(names) else expression.format(", ".join(names))
    return cloudwatch.MathExpression(expression=text, using_metrics=names, period=period, label="")
