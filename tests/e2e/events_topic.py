"""The topic that SES's events come by, and the two queues behind it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.local.providers.client import SentMessage
from infra.local.providers.ses.events.records import iso
from infra.local.stack import PREFIX, LaptopStack

from .waiting import eventually

_CASES = Path(__file__).parents[1] / "cases"
_FIGURES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def case(name: str) -> str:
    """A message of the topic as it was seen elsewhere."""
    return (_CASES / name).read_text()


def report_about(name: str, message: SentMessage, at: float) -> dict[str, Any]:
    """A bounce as it was seen elsewhere, put as one of this message at that instant (epoch seconds)."""
    made: dict[str, Any] = json.loads(case(name).replace("s01@mail.example", message.to[0]))
    tags = {key: [value] for key, value in message.tags.items()}
    made["mail"] |= {"messageId": message.message_id, "timestamp": iso(at), "tags": tags}
    made["bounce"]["timestamp"] = iso(at)
    return made


class EventsTopic:
    """Publishes as SES does, and looks at what became of it."""

    def __init__(self, laptop: LaptopStack) -> None:
        self._topic = laptop.outputs["EmailEventsTopicArn"]
        self._sns, self._sqs = laptop.client("sns"), laptop.client("sqs")

    def publish(self, *texts: str) -> None:
        """Puts these messages into the topic."""
        for text in texts:
            self._sns.publish(TopicArn=self._topic, Message=text)

    def waiting(self, name: str) -> int:
        """How many messages are in the queue, those in flight among them."""
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url(name), AttributeNames=list(_FIGURES))
        return sum(int(answer["Attributes"][one]) for one in _FIGURES)

    def is_worked_off(self) -> None:
        """Waits until no event waits any more."""
        eventually(lambda: self.waiting("events") == 0, "the events are worked off", seconds=30)

    def take_put_aside(self) -> list[tuple[str, str]]:
        """Takes what rests in the dead letters: SES's text, and why it was put aside."""
        url = self._url("events-dead-letters")
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        found = answer.get("Messages", [])
        for one in found:
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        return [
            (json.loads(one["Body"])["Message"], one["MessageAttributes"]["reason"]["StringValue"]) for one in found
        ]

    def _url(self, name: str) -> str:
        return str(self._sqs.get_queue_url(QueueName=f"{PREFIX}-{name}")["QueueUrl"])
