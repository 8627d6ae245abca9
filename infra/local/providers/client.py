"""A client of the simulator's control API, for tests and the demo."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]
PAGE = 1_000


class SimulatorError(Exception):
    """The simulator refused; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


@dataclass(frozen=True, slots=True)
class HappenedEvent:
    """One event of a message."""

    kind: str  # SES's eventType
    at: str
    recipient: str
    bot: bool
    published: int
    lost: bool
    transient: bool = False  # a bounce that says nothing about the mailbox for good
    mailed_to: str = ""  # a bounce or complaint that was mailed to the From address too


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that the simulator accepted, without its bodies."""

    number: int
    message_id: str
    at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    tags: Mapping[str, str]
    configuration_set: str | None
    status: str  # sent | rendering_failure | rejected
    events: tuple[HappenedEvent, ...]
    unsubscribes: tuple[Json, ...]

    def happened(self, kind: str, bot: bool = False) -> bool:
        """Whether an event of this kind occurred, by a person or (for opens and clicks) by a scanner."""
        return any(event.kind == kind and event.bot == bot for event in self.events)


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures against which a run is checked. Event figures are by SES's eventType."""

    accepted: int
    sent: int
    pairs: int  # distinct (tenant, campaign, member)
    doubled: tuple[Json, ...]  # members who were sent a campaign more than once
    occurred: Mapping[str, int]
    published: Mapping[str, int]
    lost: Mapping[str, int]
    given_up: Mapping[str, int]
    pending: int
    throttled_entries: int
    refused_entries: Mapping[str, int]
    calls: Mapping[str, int]
    lost_responses: int
    feedback_mails: int  # bounces and complaints that were mailed to the From address
    unsubscribes: Mapping[str, int]


class SimulatorClient:
    """Talks to a running simulator. Every method raises SimulatorError when the simulator refuses."""

    def __init__(self, address: str, timeout: float = 30.0) -> None:
        self._address = address.rstrip("/")
        self._timeout = timeout
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def settings(self) -> Json:
        """All settings."""
        return self._call("GET", "/settings")

    def change(self, **settings: Any) -> Json:
        """Changes the settings named; gives all."""
        return self._call("PUT", "/settings", settings)

    def reset(self, keep_settings: bool = False) -> None:
        """Forgets messages and calls; identities stay."""
        self._call("POST", "/reset", {"keep_settings": keep_settings})

    def messages(
        self, tags: Mapping[str, str] | None = None, to: str | None = None, text: str | None = None
    ) -> Iterator[SentMessage]:
        """Accepted messages in order, page by page."""
        query = [("tag", f"{name}:{value}") for name, value in (tags or {}).items()]
        query += [(name, value) for name, value in (("to", to), ("q", text)) if value]
        after: int | None = 0
        while after is not None:
            page = self._call("GET", "/messages?" + urlencode([*query, ("after", str(after)), ("limit", str(PAGE))]))
            yield from map(_sent_message, page["messages"])
            after = page["next_after"]

    def message(self, message_id: str) -> Json:
        """One message with `html`, `text`, `headers` and `records` (the event records as SES publishes them)."""
        return self._call("GET", f"/messages/{quote(message_id, safe='')}")

    def act(self, message_id: str, action: str) -> SentMessage:
        """Makes the recipient `open`, `click`, `bounce`, `complaint` or `unsubscribe` now."""
        return _sent_message(self._call("POST", f"/messages/{quote(message_id, safe='')}/{quote(action, safe='')}"))

    def replay(self, message_id: str) -> int:
        """Publishes all events of a message again; gives their number."""
        return int(self._call("POST", "/events/replay", {"message_id": message_id})["events"])

    def verify(self, identity: str) -> Json:
        """Verifies a domain or address now, creating it where there is none."""
        return self._call("POST", f"/identities/{quote(identity, safe='')}/verify")

    def summary(self) -> Summary:
        """The figures of the run so far."""
        body = self._call("GET", "/summary")
        events = body.pop("events")
        return Summary(**body | events | {"doubled": tuple(body["doubled"])})

    def calls(self) -> list[Json]:
        """The send calls: number, operation, entries, accepted, refused, outcome."""
        return list(self._call("GET", "/calls")["calls"])

    def refusals(self) -> list[Json]:
        """The entries that were not accepted, with status and error."""
        return list(self._call("GET", "/refusals")["refusals"])

    def rights(self) -> Json:
        """What the functions may do, by access key: lists of `actions` and `resources`."""
        return self._call("GET", "/rights")

    def grant(self, rights: Json) -> None:
        """Says what they may do, all of them at once."""
        self._call("PUT", "/rights", rights)

    def feedback_mails(self, to: str | None = None) -> list[Json]:
        """Bounces and complaints that were mailed to From addresses: to, at, subject, message_id, kind, recipient."""
        return list(self._call("GET", "/feedback" + (f"?{urlencode({'to': to})}" if to else ""))["feedback"])

    def wait_until_quiet(self, seconds: float = 30.0) -> Summary:
        """Waits until nothing is due, publishing or posting any more. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (summary := self.summary()).pending:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{summary.pending} events are still pending after {seconds} s")
            time.sleep(0.05)
        return summary

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        data = json.dumps(body or {}).encode() if method != "GET" else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._address}/control{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answer: Json = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            raise SimulatorError(error.code, error.read().decode("utf-8", "replace")) from error


def _sent_message(body: Json) -> SentMessage:
    return SentMessage(
        number=body["number"],
        message_id=body["message_id"],
        at=body["at"],
        sender=body["from"],
        to=tuple(body["to"]),
        subject=body["subject"],
        tags=body["tags"],
        configuration_set=body["configuration_set"],
        status=body["status"],
        events=tuple(HappenedEvent(**event) for event in body["events"]),
        unsubscribes=tuple(body["unsubscribes"]),
    )
