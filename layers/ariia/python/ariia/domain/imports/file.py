"""An uploaded file: what it is by its first bytes, its records as members, and its cut into ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from ariia.domain.errors import InvalidError, Problem
from ariia.domain.imports.columns import UnusableFileError, identifying, read_header, values_of
from ariia.domain.imports.job import MAX_RECORD_BYTES, MAX_RECORDS, ContactStatus, ImportFormat, ImportJob, ImportRange
from ariia.domain.imports.mailchimp import contact_status, mailchimp_identity, mailchimp_values, read_mailchimp_header
from ariia.domain.imports.pinpoint import flat, from_cells, pinpoint_identity, pinpoint_values, read_pinpoint_header
from ariia.domain.imports.records import UTF8_BOM, Line, Record, csv_records, json_records, lines_of
from ariia.domain.imports.repair import repaired
from ariia.domain.members.member import Suppression
from ariia.domain.members.patch import member_id_for

RANGE_BYTES = 1024 * 1024
RANGE_RECORDS = 1_000
_FOREIGN = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a ZIP or Excel file",
    b"\xd0\xcf\x11\xe0": "an Excel file",
    b"\x1f\x8b": "a gzip file",
}


@dataclass(frozen=True)
class Reading:
    """What a record says: a member in the API's shape, `id` included; what is wrong with it; what of it was changed or
    left out; and why its e-mail address must get nothing, where it says so."""

    values: Mapping[str, Any]
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    suppression: Suppression | None = None


@dataclass(frozen=True)
class FileShape:
    """How to read a file's records. `contacts`: whose file an export of Mailchimp is."""

    format: ImportFormat
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    contacts: ContactStatus | None = None

    @classmethod
    def of(cls, job: ImportJob) -> FileShape:
        """The shape of the job's file, which was cut."""
        return cls(job.format, job.delimiter, tuple(job.columns), job.contact_status)

    def records(self, lines: Iterable[Line]) -> Iterator[Record]:
        """The records in these lines of the body."""
        if self.format.extension == "jsonl":
            return json_records(lines)
        return csv_records(lines, self.delimiter, len(self.columns))

    def identity(self, record: Record) -> Mapping[str, Any]:
        """What tells the member of a faultless record apart, unchecked; of an endpoint also its `channel`."""
        if self.format.has_endpoints:
            return pinpoint_identity(self._endpoint(record))
        if self.format is ImportFormat.JSONL:
            return dict(record.content)
        read = mailchimp_identity if self.format is ImportFormat.MAILCHIMP else identifying
        return read(self.columns, record.content)

    def read(self, record: Record, now: int) -> Reading:
        """What a record with content says, as far as it can be read; `now` (epoch ms) bounds its dates."""
        if self.format is ImportFormat.JSONL:
            return Reading(record.content)
        if self.format is ImportFormat.CSV:
            return Reading(*values_of(self.columns, record.content))
        if self.format.has_endpoints:
            values, problems = pinpoint_values(self._endpoint(record))
            mended, warnings = repaired(values, now=now)
            return Reading(mended, problems, warnings)
        assert self.contacts is not None
        contact = mailchimp_values(self.columns, record.content, self.contacts, now)
        mended, warnings = repaired(contact.values, now=now)
        return Reading(mended, (), [*contact.warnings, *warnings], contact.suppression)

    def _endpoint(self, record: Record) -> Mapping[str, Any]:
        if self.format is ImportFormat.PINPOINT_JSONL:
            return flat(record.content)
        return from_cells(self.columns, record.content)


@dataclass
class Cut:
    """A file cut into ranges. `duplicates` has, by range, each line whose member stood in an earlier line: that one."""

    shape: FileShape
    ranges: list[ImportRange] = field(default_factory=list)
    duplicates: dict[int, dict[int, int]] = field(default_factory=dict)


def cut(job: ImportJob, blocks: Iterable[bytes], *, range_records: int = RANGE_RECORDS) -> Cut:
    """Reads the whole file of `job` once and cuts it where records end, after `range_records` or about 1 MB; the same
    file is always cut alike. UnusableFileError when it can't be imported.

    A member's first line counts, whether it turns out importable or not."""
    lines = _body(blocks)
    first = next(lines, None)
    if first is None:
        raise UnusableFileError("the file is empty")
    if job.format.extension == "csv":
        shape = FileShape(job.format, *_header(first, _HEADERS[job.format]))
    else:
        shape, lines = FileShape(job.format), chain([first], lines)
    if job.format is ImportFormat.MAILCHIMP:
        shape = replace(shape, contacts=contact_status(shape.columns, job.contact_status, job.file_name))
    return _Cutter(job.tenant_id, shape, range_records).run(lines)


class _Cutter:
    def __init__(self, tenant_id: str, shape: FileShape, range_records: int) -> None:
        self._tenant_id, self._shape, self._range_records = tenant_id, shape, range_records
        self._cut = Cut(shape)
        self._seen: dict[str, int] = {}
        self._total = 0
        self._last_line: Line | None = None

    def run(self, lines: Iterable[Line]) -> Cut:
        """Goes through all records."""
        begin: Record | None = None
        count = 0
        duplicates: dict[int, int] = {}
        for record in self._shape.records(self._noted(lines)):
            if begin is None:
                begin = record
            elif count >= self._range_records or record.start - begin.start >= RANGE_BYTES:
                self._close(begin, record.start, count, duplicates)
                begin, count, duplicates = record, 0, {}
            count += 1
            self._count()
            earlier = self._earlier_line(record)
            if earlier is not None:
                duplicates[record.line] = earlier
        if begin is not None and self._last_line is not None:
            self._close(begin, self._last_line.start + self._last_line.size, count, duplicates)
        return self._cut

    def _noted(self, lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            self._last_line = line
            yield line

    def _count(self) -> None:
        self._total += 1
        if self._total > MAX_RECORDS:
            raise UnusableFileError(f"the file has more than {MAX_RECORDS:,} lines: split it and import the parts")

    def _close(self, begin: Record, end: int, count: int, duplicates: dict[int, int]) -> None:
        if duplicates:
            self._cut.duplicates[len(self._cut.ranges)] = duplicates
        self._cut.ranges.append(ImportRange(begin.start, end, begin.line, count, len(duplicates)))

    def _earlier_line(self, record: Record) -> int | None:
        if record.fault is not None:
            return None
        try:
            identity = self._shape.identity(record)
            member_id = member_id_for(self._tenant_id, identity)
        except InvalidError:
            return None
        if member_id is None:
            return None
        if self._shape.format.has_endpoints and identity["channel"] is None:
            return None
        # A member may have one endpoint on each channel.
        place = f"{member_id}#{identity['channel']}" if self._shape.format.has_endpoints else member_id
        earlier = self._seen.setdefault(place, record.line)
        return None if earlier == record.line else earlier


def _body(blocks: Iterable[bytes]) -> Iterator[Line]:
    """The file's lines behind the byte order mark; UnusableFileError for files that can't be UTF-8 text."""
    rest = iter(blocks)
    head = b""
    while len(head) < 4 and (block := next(rest, None)) is not None:
        head += block
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise UnusableFileError(f"the file is {name}: save it as CSV or JSON lines, encoded as UTF-8")
    first = head.partition(b"\n")[0][:256]
    # Of ASCII, every other byte is one.
    if 3 * first.count(b"\0") > len(first):
        raise UnusableFileError("the file holds NUL bytes, as UTF-16 has them: save it encoded as UTF-8")
    skipped = len(UTF8_BOM) if head.startswith(UTF8_BOM) else 0
    return lines_of(chain([head[skipped:]], rest), start=skipped)


_ReadHeader = Callable[[str], tuple[str, list[str]]]
_HEADERS: dict[ImportFormat, _ReadHeader] = {
    ImportFormat.CSV: read_header,
    ImportFormat.MAILCHIMP: read_mailchimp_header,
    ImportFormat.PINPOINT_CSV: read_pinpoint_header,
}


def _header(line: Line, read: _ReadHeader) -> tuple[str, tuple[str, ...]]:
    if line.size > MAX_RECORD_BYTES:
        raise UnusableFileError(f"the first line has {line.size} bytes: does a line feed end each line?")
    try:
        delimiter, columns = read(line.data.decode())
    except UnicodeDecodeError as error:
        where = f"byte 0x{line.data[error.start]:02X} at position {error.start + 1} of line 1"
        raise UnusableFileError(f"{where} is not UTF-8: save the file encoded as UTF-8") from None
    return delimiter, tuple(columns)


def duplicate_of(line: int) -> Problem:
    """What is wrong with a record whose member stood in `line` already."""
    return Problem("id", f"stands in line {line} already, which counts", allowed="one line per member")
