"""Files as streams of records: good lines survive their neighbours."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.imports.records import Record, csv_records, json_records, lines_of


def blocks(data: bytes, size: int = 7) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def read(data: bytes, columns: int = 2, size: int = 7) -> dict[int, Any]:
    """Cells, or the message of what is wrong, by line."""
    return {one.line: outcome(one) for one in csv_records(lines_of(blocks(data, size)), ",", columns)}


def outcome(record: Record) -> Any:
    return record.fault.message if record.fault else record.content


def test_records_keep_line_numbers_over_quoted_line_feeds() -> None:
    assert read(b'a,1\n"b\nb","2"\n\nc,3') == {1: ["a", "1"], 2: ["b\nb", "2"], 5: ["c", "3"]}


def test_windows_line_ends_are_line_ends() -> None:
    assert read(b"a,1\r\nb,2\r\n") == {1: ["a", "1"], 2: ["b", "2"]}


def test_blank_lines_and_lines_of_delimiters_are_no_records() -> None:
    assert read(b"\n  \na,1\n,\n , \n\n") == {3: ["a", "1"]}


def test_open_quotation_mark_takes_only_its_own_line() -> None:
    assert read(b'a,1\n"b,2\nc,3\nd,4\n') == {1: ["a", "1"], 2: "is not valid CSV: unexpected end of data"} | {
        3: ["c", "3"],
        4: ["d", "4"],
    }
    closed_later = read(b'"a,1\nb,2\n"c",3\nd,4\n')
    assert closed_later[1].startswith("is not valid CSV")
    assert {line: closed_later[line] for line in (2, 3, 4)} == {2: ["b", "2"], 3: ["c", "3"], 4: ["d", "4"]}


def test_open_quotation_mark_far_from_the_end_is_found_by_size() -> None:
    data = b'"a,1\n' + b"b,2\n" * 40_000
    found = read(data, size=100_000)
    assert found[1] == "opens a quotation mark that is not closed"
    assert len(found) == 40_001
    assert found[40_001] == ["b", "2"]


def test_wrong_number_of_columns_is_said() -> None:
    assert read(b"a,1\nb\nc,3,4\nd,4") == {
        1: ["a", "1"],
        2: "has 1 columns",
        3: "has 3 columns",
        4: ["d", "4"],
    }


def test_bytes_that_are_not_utf8_are_named() -> None:
    found = read("a,Ä\n".encode() + "b,Müller\n".encode("latin-1") + b"c,3\n")
    assert found == {1: ["a", "Ä"], 2: "is not UTF-8: byte 0xFC at position 4", 3: ["c", "3"]}


def test_nul_bytes_are_refused() -> None:
    assert read(b"a,\0\nb,2\n") == {1: "holds a NUL byte", 2: ["b", "2"]}


@pytest.mark.parametrize("read_records", [lambda lines: csv_records(lines, ",", 2), json_records])
def test_line_of_ten_megabytes_is_refused_in_bounded_memory(read_records: Any) -> None:
    def huge() -> Iterator[bytes]:
        yield b'{"a":1}\n' if read_records is json_records else b"a,1\n"
        for _ in range(160):
            yield b"x" * 65_536
        yield b'\n{"b":2}\n' if read_records is json_records else b"\nb,2\n"

    tracemalloc.start()
    records = list(read_records(lines_of(huge())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [record.line for record in records] == [1, 2, 3]
    assert outcome(records[1]) == "has 10485761 bytes"
    assert records[0].fault is None
    assert records[2].fault is None
    assert peak < 2_000_000


def test_json_lines_are_objects_and_nothing_else() -> None:
    lines = [
        '{"id": "a", "n": 1.5}',
        "",
        "[1]",
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        "{" * 60,
        "[" * 5_000,
        '{"a": ' + "9" * 5_000 + "}",
        '{"id": "ä"}',
    ]
    found = list(json_records(lines_of([("\n".join(lines)).encode()])))

    assert [one.line for one in found if one.fault is None] == [1, 11]
    assert [one.line for one in found if one.fault is not None] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert all(one.fault and one.fault.allowed for one in found if one.fault)


csv_text = st.text(st.sampled_from('ab",;\n\r=ä\0'), max_size=60)


@given(csv_text, st.integers(1, 9))
def test_blocks_of_any_size_give_the_same_records(text: str, size: int) -> None:
    data = text.encode()
    whole = list(csv_records(lines_of([data]), ",", 2))

    assert list(csv_records(lines_of(blocks(data, size)), ",", 2)) == whole
    assert [one.start for one in whole] == sorted({one.start for one in whole})


@given(csv_text)
def test_reading_from_any_record_on_gives_the_same_rest(text: str) -> None:
    data = text.encode()
    whole = list(csv_records(lines_of([data]), ",", 2))
    for place, record in enumerate(whole):
        rest = lines_of([data[record.start :]], start=record.start, number=record.line)
        assert list(csv_records(rest, ",", 2)) == whole[place:]
        head = csv_records(lines_of([data[: record.start]]), ",", 2)
        assert [(one.line, one.content) for one in head] == [(one.line, one.content) for one in whole[:place]]
