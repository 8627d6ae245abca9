"""A file as a stream of lines and records, in bounded memory whatever the file holds."""

from __future__ import annotations

import csv
import json
import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ariia.domain.errors import Problem
from ariia.domain.imports.job import MAX_RECORD_BYTES
from ariia.domain.text_values import shown

UTF8_BOM = b"\xef\xbb\xbf"
_LIMIT = f"at most {MAX_RECORD_BYTES // 1024} KB per line"


class Line(NamedTuple):
    """One physical line: where it starts, its number (from 1), its bytes without the line feed, and how many it has in
    the file; of an overlong one only the beginning is kept."""

    start: int
    number: int
    data: bytes
    size: int


@dataclass(frozen=True)
class Record:
    """One record: its first line, where it starts, its content, and what is wrong with it as a whole. The content of a
    faulty one is what could be read of it all the same: its noes count."""

    line: int
    start: int
    content: Any = None
    fault: Problem | None = None


def lines_of(blocks: Iterable[bytes], *, start: int = 0, number: int = 1) -> Iterator[Line]:
    """The lines in `blocks`, which begin at byte `start` with line `number`."""
    held, size = b"", 0
    for block in blocks:
        *whole, rest = block.split(b"\n")
        for piece in whole:
            size += len(piece) + 1
            yield Line(start, number, (held + piece)[: MAX_RECORD_BYTES + 1], size)
            start, number, held, size = start + size, number + 1, b"", 0
        held = (held + rest)[: MAX_RECORD_BYTES + 1]
        size += len(rest)
    if size:
        yield Line(start, number, held, size)


def csv_records(lines: Iterable[Line], delimiter: str, columns: int) -> Iterator[Record]:
    """The records of a CSV body (RFC 4180), each a list of `columns` cells; blank ones are left out.

    Where a record of several lines turns out wrong, only its first line is: a quotation mark left open must not
    swallow the good lines behind it."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        try:
            cells, fault = next(reader), feed.fault
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = [], feed.fault or Problem("line", f"is not valid CSV: {error}"[:200], allowed="RFC 4180")
        if fault is None and not any(map(str.strip, cells)):
            feed.accept()
            continue
        if fault is None and len(cells) != columns:
            fault = Problem("line", f"has {len(cells)} columns", allowed=f"{columns} columns, as the first line")
        readable = cells if len(cells) == columns else None
        yield feed.accept_record(cells) if fault is None else feed.reject_record(fault, readable)


def json_records(lines: Iterable[Line]) -> Iterator[Record]:
    """One JSON object per line; blank lines are left out."""
    for line in lines:
        if line.data.strip():
            text, undecodable = _decoded(line)
            content, fault = _json_object(text)
            yield Record(line.number, line.start, content, undecodable or fault)


class _Feed:
    """Hands lines to the CSV reader, and remembers those of the present record so that they can be read again."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self._size = 0
        self.fault: Problem | None = None

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        self._size += line.size
        if len(self._taken) > 1 and self._size > MAX_RECORD_BYTES:
            self.fault = Problem("line", "opens a quotation mark that is not closed", allowed=_LIMIT)
            raise csv.Error("too long")
        text, fault = _decoded(line)
        self.fault = self.fault or fault
        if line.size > MAX_RECORD_BYTES:
            raise csv.Error("too long")
        return text + "\n"

    def accept(self) -> Line:
        """The first line of the present record, which is over."""
        first, self._taken, self._size, self.fault = self._taken[0], [], 0, None
        return first

    def accept_record(self, cells: list[str]) -> Record:
        """The present record."""
        first = self.accept()
        return Record(first.number, first.start, cells)

    def reject_record(self, fault: Problem, readable: list[str] | None) -> Record:
        """The first line of the present record as a faulty one; its other lines are still to come."""
        self._again.extendleft(reversed(self._taken[1:]))
        first = self.accept()
        excerpt = fault.value or shown(first.data.decode("utf-8", "replace"))
        return Record(first.number, first.start, readable, replace(fault, value=excerpt))


def _decoded(line: Line) -> tuple[str, Problem | None]:
    if line.size > MAX_RECORD_BYTES:
        excerpt = shown(line.data[:120].decode("utf-8", "replace"))
        return "", Problem("line", f"has {line.size} bytes", value=excerpt, allowed=_LIMIT)
    try:
        text = line.data.decode()
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte 0x{line.data[error.start]:02X} at position {error.start + 1}"
        excerpt = shown(line.data.decode("utf-8", "replace"))
        problem = Problem("line", message, value=excerpt, allowed="text encoded as UTF-8")
        return line.data.decode("utf-8", "surrogateescape"), problem
    if "\0" in text:
        return text, Problem("line", "holds a NUL byte", value=shown(text.replace("\0", "␀")), allowed="text")
    return text, None


def _json_object(text: str) -> tuple[Any, Problem | None]:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
        if "\\u" in text:  # an unpaired surrogate can't be stored
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        message = f"is not valid JSON: {reason}"[:200].encode("utf-8", "replace").decode()
        return _readable(text), Problem("line", message, value=shown(text), allowed="one JSON object (RFC 8259)")
    if not isinstance(value, dict):
        return None, Problem("line", "is not a JSON object", value=shown(text), allowed="one JSON object")
    return value, None


def _readable(text: str) -> Any:
    """What a lenient reader makes of a text that a strict one refuses; None where that is no object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
