"""SES, SQS and Secrets Manager, as far as the engine speaks with them."""

from __future__ import annotations

from typing import Any

Request = dict[str, Any]
Answer = dict[str, Any]


class Ses:
    """Accepts everything, at a rate that never holds the engine up."""

    def __init__(self) -> None:
        self.rate = 50_000.0
        self._sent = 0

    def answer(self, path: str, request: Request) -> Answer:
        """The answer to one REST call."""
        if path == "/v2/email/account":
            quota = {"MaxSendRate": self.rate, "Max24HourSend": 50_000_000.0, "SentLast24Hours": 0.0}
            return {"SendQuota": quota, "SendingEnabled": True}
        if path == "/v2/email/outbound-emails":
            return {"MessageId": self._message_id()}
        entries = request["BulkEmailEntries"]
        return {"BulkEmailEntryResults": [{"Status": "SUCCESS", "MessageId": self._message_id()} for _ in entries]}

    def _message_id(self) -> str:
        self._sent += 1
        return f"0107019a{self._sent:08x}-6f6ac1d2-4be5-4e3c-9a4b-{self._sent:012x}-000000"


class Sqs:
    """Keeps messages until they are fetched."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def answer(self, operation: str, request: Request) -> Answer:
        """The answer to one call."""
        if operation == "SendMessageBatch":
            self.messages += request["Entries"]
            return {"Successful": [{"Id": one["Id"], "MessageId": one["Id"]} for one in request["Entries"]]}
        if operation == "GetQueueAttributes":
            return {"Attributes": dict.fromkeys(request["AttributeNames"], "0")}
        return {"Successful": [], "Failed": []}


def secret(request: Request) -> Answer:
    """One signing secret for everybody."""
    return {"ARN": request["SecretId"], "SecretString": "benchmark-" * 6}
