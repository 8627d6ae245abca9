"""A queue that loses nothing, and the function that works it off."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from infra.config import VISIBILITY_MULTIPLE, StageConfig
from infra.constructs.python_function import PythonFunction

RECEIVES_BEFORE_DEAD_LETTER = 5
# A sender without tokens gives its messages back for ten seconds at a time: an hour of that is no fault yet, and what
# nobody can read still reaches the dead letters (300 times the visibility timeout) before it expires.
RECEIVES_BY_SENDERS = 300
# Receives that find no room for an invocation count too, and events are evidence: five hours of throttling bury none.
RECEIVES_OF_EVENTS = 100
DEAD_LETTERS_KEPT = Duration.days(14)


class WorkQueue(sqs.Queue):
    """A standard queue, fair between the message groups that senders name. What it can't do goes to `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        worker_timeout_seconds: int,
        dead_letters: sqs.Queue,
        receives: int = RECEIVES_BEFORE_DEAD_LETTER,
        visibility_seconds: int | None = None,
    ) -> None:
        self.name = name
        self.worker_timeout_seconds = worker_timeout_seconds
        self.dead_letters = dead_letters
        super().__init__(
            scope,
            f"{_title(name)}Queue",
            queue_name=f"{config.prefix}-{name}",
            visibility_timeout=Duration.seconds(visibility_seconds or VISIBILITY_MULTIPLE * worker_timeout_seconds),
            retention_period=Duration.days(4),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=receives),
        )


def dead_letter_queue(scope: Construct, config: StageConfig, name: str | None = None) -> sqs.Queue:
    """Where `name`, or everything without one of its own, puts what it can't do; kept 14 days for a person to look at
    and redrive."""
    return sqs.Queue(
        scope,
        f"{_title(name or '')}DeadLetters",
        queue_name="-".join(filter(None, (config.prefix, name, "dead-letters"))),
        retention_period=DEAD_LETTERS_KEPT,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
    )


def work_off(
    queue: WorkQueue,
    function: PythonFunction,
    *,
    batch_size: int,
    window_seconds: int = 0,
    concurrency: int | None = None,
) -> None:
    """Lets `function` take messages of `queue`; it answers which of a batch failed, and only those come back.
    Raises ValueError if a message could come back while the function still has it."""
    if function.timeout_seconds > queue.worker_timeout_seconds:
        raise ValueError(f"{function.folder} may run longer than {queue.name} was made for")
    source: lambda_.IEventSource = SqsEventSource(
        queue,
        batch_size=batch_size,
        max_batching_window=Duration.seconds(window_seconds) if window_seconds else None,
        max_concurrency=concurrency,
        report_batch_item_failures=True,
    )
    function.add_event_source(source)


def _title(name: str) -> str:
    return "".join(part.title() for part in name.split("-"))
