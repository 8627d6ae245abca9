"""Other campaigns' events, which never end: the queue of a busy account is never empty."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any, Self

_EVERY_SECONDS = 0.25


class ForeignEvents:
    """`with ForeignEvents(...)` publishes them to the topic of SES's events inside; `published` counts them."""

    def __init__(self, sns: Any, topic_arn: str) -> None:
        self.published = 0
        self.errors: list[Exception] = []
        self._sns, self._topic_arn = sns, topic_arn
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._publish)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _publish(self) -> None:
        try:
            while not self._over.wait(_EVERY_SECONDS):
                self._sns.publish(TopicArn=self._topic_arn, Message=json.dumps(_event()))
                self.published += 1
        except Exception as error:  # told by the run: trouble that was not made proves nothing
            self.errors.append(error)


def _event() -> dict[str, Any]:
    """A delivery of a message that is none of ours: it has no tags."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    mail = {"messageId": "foreign", "timestamp": now, "tags": {}}
    return {"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": now}}
