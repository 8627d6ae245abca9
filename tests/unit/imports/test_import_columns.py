"""Columns and cells of an import."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.errors import Problem
from ariia.domain.imports.columns import UnusableFileError, read_header, values_of


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_the_one_that_gives_known_columns(delimiter: str) -> None:
    header = delimiter.join(["External ID", "E-Mail", '"First Name"', "lastname", "Consent_Email", "attributes.Level"])

    assert read_header(header + "\r") == (
        delimiter,
        ["external_id", "email", "first_name", "last_name", "consent_email", "attributes.Level"],
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("anna@example.com,Anna,Kowalska", "must name the columns"),
        ("email,birthday,shoe size", "unknown columns: birthday, shoe_size; allowed are id"),
        ("email,attributes.1st", "unknown columns: attributes.1st"),
        ("email,mail", "stand twice: email"),
        ("first_name,last_name", "one of the columns id, external_id and email"),
        ('email,"first_name', "must name the columns"),
        ("", "must name the columns"),
    ],
)
def test_header_that_is_none_of_ours_is_refused(header: str, said: str) -> None:
    with pytest.raises(UnusableFileError, match=said):
        read_header(header)


def one(**cells: str) -> dict[str, Any]:
    values, problems = read(**cells)
    assert problems == []
    return values


def read(**cells: str) -> tuple[dict[str, Any], list[Problem]]:
    names = [name.replace("attributes_", "attributes.") for name in cells]
    return values_of(names, list(cells.values()))


def test_empty_cells_say_nothing() -> None:
    assert one(id="a", email="", first_name="  ", tags="", consent_email="") == {"id": "a"}


def test_cells_become_fields() -> None:
    assert one(
        email=" a@example.com ",
        tags="yoga; früh |yoga;",
        consent_email="Yes",
        consent_email_source="form",
        consent_email_at="2026-01-02",
        consent_sms="denied",
        attributes_visits="-3",
        attributes_price="1.50",
        attributes_zip="01067",
        attributes_vip="TRUE",
        attributes_club="Nord",
    ) == {
        "email": "a@example.com",
        "tags": ["yoga", "früh", "yoga"],
        "consent": {
            "email": {"status": "granted", "source": "form", "at": "2026-01-02"},
            "sms": {"status": "denied"},
        },
        "attributes": {"visits": -3, "price": 1.5, "zip": "01067", "vip": True, "club": "Nord"},
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r"])
@pytest.mark.parametrize("column", ["first_name", "external_id", "tags", "attributes_note", "consent_email_source"])
def test_formulas_are_refused(start: str, column: str) -> None:
    _, problems = read(id="a", **{column: f"{start}cmd|' /C calc'!A0"})
    assert [problem.field for problem in problems] == [column.replace("attributes_", "attributes.")]


def test_signs_that_belong_to_numbers_and_phones_are_no_formulas() -> None:
    values = one(id="-a", phone="+49 30 123", attributes_balance="-12.5", attributes_score="+7", telegram_id="-100")
    assert values["attributes"] == {"balance": -12.5, "score": 7}


def test_formula_as_an_address_is_refused() -> None:
    assert [problem.field for problem in read(email="=1+1@example.com")[1]] == ["email"]


def test_word_that_is_no_consent_is_refused() -> None:
    _, problems = read(email="a@example.com", consent_email="perhaps")
    assert [(problem.field, problem.value) for problem in problems] == [("consent_email", "perhaps")]
