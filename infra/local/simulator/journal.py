"""The append-only state file: one JSON object a line, read again at the next start."""

from __future__ import annotations

import dataclasses
import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.local.simulator.identities import Identity
from infra.local.simulator.message import Content, EventRecord, Message, UnsubscribeAnswer, content_of

Line = dict[str, Any]


class Journal:
    """Writes what must survive a restart. Contents are written once; messages name theirs by number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._contents: dict[int, tuple[str, Content]] = {}  # by id(); the content is held so that the id stays its own
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def message(self, message: Message) -> None:
        """Appends an accepted message."""
        names = [item.name for item in dataclasses.fields(Message)]
        line = {name: getattr(message, name) for name in names if name not in ("content", "events", "unsubscribes")}
        self._append({"kind": "message", "content": self._content_number(message.content), "message": line})

    def event(self, message: Message, record: EventRecord) -> None:
        """Appends something that happened to a message."""
        self._append({"kind": "event", "message_id": message.message_id, "event": dataclasses.asdict(record)})

    def unsubscribe(self, message: Message, answer: UnsubscribeAnswer) -> None:
        """Appends the answer to a one-click request."""
        self._append({"kind": "unsubscribe", "message_id": message.message_id, "answer": dataclasses.asdict(answer)})

    def identity(self, name: str, identity: Identity | None) -> None:
        """Appends an identity's new state, None when it was deleted."""
        self._append({"kind": "identity", "name": name, "identity": dataclasses.asdict(identity) if identity else None})

    def clear(self) -> None:
        """Empties the file."""
        with self._lock:
            self._file.truncate(0)
            self._contents.clear()

    def close(self) -> None:
        """Ends writing; what was appended is on disk."""
        with self._lock:
            self._file.close()

    def _content_number(self, content: Content) -> str:
        known = self._contents.get(id(content))
        if known is not None:
            return known[0]
        number = uuid.uuid4().hex
        self._contents[id(content)] = (number, content)
        parts = {"subject": content.subject.source, "html": content.html.source, "text": content.text.source}
        self._append({"kind": "content", "number": number, "templated": content.templated, **parts})
        return number

    def _append(self, line: Line) -> None:
        with self._lock:
            if not self._file.closed:
                self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
                self._file.flush()


def _drop_unfinished_line(path: Path) -> None:
    if path.exists() and (data := path.read_bytes()) and not data.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(data.rfind(b"\n") + 1)


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of a state file, which loses a last line that a kill cut short."""
    _drop_unfinished_line(path)
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def content_from(line: Line) -> Content:
    """The content of a `content` line."""
    return content_of(line["subject"], line["html"], line["text"], line["templated"])


def message_from(line: Line, content: Content) -> Message:
    """The message of a `message` line."""
    fields = dict(line["message"])
    for name in ("to", "cc", "bcc", "reply_to"):
        fields[name] = tuple(fields[name])
    fields["headers"] = tuple((name, value) for name, value in fields["headers"])
    return Message(**fields, content=content)
