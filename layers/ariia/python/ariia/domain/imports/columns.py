"""The columns of a CSV file: their names, and what the cells below them mean as fields of a member."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ariia.domain.channel import MESSAGE_CHANNELS
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.members.attributes import is_attribute_name
from ariia.domain.members.proof import DOUBLE_OPT_IN
from ariia.domain.text_values import shown

DELIMITERS = (",", ";", "\t")
_TEXT = ("external_id", "first_name", "last_name")
_PLAIN = ("id", *_TEXT, "email", "phone", "telegram_id", "language", "timezone", "tags")
_PARTS = ("", "_source", "_at", "_proof")
_CONFIRMED = "consent_email_confirmed_at"
_CONSENT = (*(f"consent_{one}{suffix}" for one in MESSAGE_CHANNELS for suffix in _PARTS), _CONFIRMED)
_ALIASES = {
    "member_id": "id",
    "e_mail": "email",
    "mail": "email",
    "email_address": "email",
    "mobile": "phone",
    "phone_number": "phone",
    "firstname": "first_name",
    "given_name": "first_name",
    "lastname": "last_name",
    "surname": "last_name",
    "family_name": "last_name",
    "lang": "language",
    "time_zone": "timezone",
    "interests": "tags",
}
ALLOWED_COLUMNS = (*_PLAIN, *_CONSENT, "attributes.<name>")
_ATTRIBUTE = "attributes."
_CONSENT_WORDS = {
    **dict.fromkeys(("granted", "yes", "true", "1"), "granted"),
    **dict.fromkeys(("denied", "no", "false", "0"), "denied"),
    "pending": "pending",
}
_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,10})?")
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnusableFileError(InvalidError):
    """The file as a whole can't be imported; the message is for the person who uploaded it."""


def read_header(line: str) -> tuple[str, list[str]]:
    """Delimiter and column names, in their usual form, of a CSV file's first line; UnusableFileError when it is no
    header, or not ours."""
    rows = {delimiter: _split(line, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: sum(map(_is_known, rows[one])))
    columns = rows[delimiter]
    if not any(map(_is_known, columns)):
        raise UnusableFileError(
            f"the first line must name the columns, for example id,email,first_name; it reads {shown(line.strip())!r}"
        )
    unknown = [str(shown(one)) for one in columns if not _is_known(one)]
    if unknown:
        raise UnusableFileError(f"unknown columns: {', '.join(unknown)}; allowed are {', '.join(ALLOWED_COLUMNS)}")
    repeated = sorted({one for one in columns if columns.count(one) > 1})
    if repeated:
        raise UnusableFileError(f"columns that stand twice: {', '.join(repeated)}")
    if not {"id", "external_id", "email"} & set(columns):
        raise UnusableFileError("one of the columns id, external_id and email is needed to tell members apart")
    return delimiter, columns


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [_usual(cell) for cell in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
    except csv.Error:
        return []


def _usual(name: str) -> str:
    clean = name.strip()
    if clean.lower().startswith(_ATTRIBUTE):
        return _ATTRIBUTE + clean[len(_ATTRIBUTE) :]
    plain = re.sub(r"[\s-]+", "_", clean.lower())
    return _ALIASES.get(plain, plain)


def _is_known(column: str) -> bool:
    if column.startswith(_ATTRIBUTE):
        return is_attribute_name(column.removeprefix(_ATTRIBUTE))
    return column in _PLAIN or column in _CONSENT


def identifying(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Only what a member is told apart by, of one record; empty cells are left out."""
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if name in _KEYS and cell.strip()}


_KEYS = frozenset({"id", "external_id", "email"})


def values_of(columns: Sequence[str], cells: Sequence[str]) -> tuple[dict[str, Any], list[Problem]]:
    """One record as a member in the API's shape, `id` included (empty cells are left out), and what is wrong with it:
    cells that a spreadsheet would run as formulas, and words that are no consent."""
    given = {name: cell for name, cell in zip(columns, cells, strict=True) if cell.strip()}
    problems = [_formula(name, cell) for name, cell in given.items() if _is_formula(name, cell)]
    return member_values(given, problems), problems


def member_values(given: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """Cells by column as a member in the API's shape; `problems` gets the words that are no consent."""
    values: dict[str, Any] = {name: cell.strip() for name, cell in given.items() if name in _PLAIN}
    if "tags" in given:
        values["tags"] = [one.strip() for one in re.split("[;|]", given["tags"]) if one.strip()]
    attributes = {name.removeprefix(_ATTRIBUTE): cell for name, cell in given.items() if name.startswith(_ATTRIBUTE)}
    if attributes:
        values["attributes"] = {name: attribute_value(cell) for name, cell in attributes.items()}
    consent = _consents(given, problems)
    if consent:
        values["consent"] = consent
    return values


def _is_formula(name: str, cell: str) -> bool:
    """Phones and numbers may start with a sign; an address may do so with all but an equals sign."""
    if name == "email":
        return cell.startswith("=")
    is_text = name in _TEXT or name == "tags" or name.endswith(("_source", "_proof")) or name.startswith(_ATTRIBUTE)
    return is_text and cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell.strip())


def _formula(name: str, cell: str) -> Problem:
    return Problem(name, "would be run as a formula by a spreadsheet", value=shown(cell), allowed="no = + - @ in front")


def attribute_value(cell: str) -> Any:
    """Numbers and truth values as such, all else as text; a leading zero keeps a postal code a text."""
    clean = cell.strip()
    if _NUMBER.fullmatch(clean):
        return float(clean) if "." in clean else int(clean)
    return {"true": True, "false": False}.get(clean.lower(), clean)


def _consents(given: Mapping[str, str], problems: list[Problem]) -> dict[str, dict[str, Any]]:
    consents: dict[str, dict[str, Any]] = {}
    for channel in MESSAGE_CHANNELS:
        column = f"consent_{channel}"
        extras: dict[str, Any] = {
            part: given[f"{column}_{part}"].strip() for part in ("source", "at") if f"{column}_{part}" in given
        }
        proof: dict[str, Any] = {"text": given[f"{column}_proof"].strip()} if f"{column}_proof" in given else {}
        if f"{column}_confirmed_at" in given:
            proof[DOUBLE_OPT_IN] = {"confirmed_at": given[f"{column}_confirmed_at"].strip()}
        if proof:
            extras["proof"] = proof
        if column in given:
            word = given[column].strip()
            status = _CONSENT_WORDS.get(word.lower())
            if status is None:
                allowed = list(_CONSENT_WORDS)
                problems.append(Problem(column, "is not a consent", value=shown(word), allowed=allowed))
            else:
                consents[channel.value] = {"status": status, **extras}
    return consents
