"""Writes members.csv: 2,000 members of a fictitious studio as its back office might export them, and a dozen lines that
must be rejected. Always the same file. What a recipient does with a message follows from the address, as the provider
simulator reads it: `bounce@…`, `complaint@…`, `ooto@…` and the like, and `+open`, `+click`, `+bounce` for the rest.

    python -m examples.make_members
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from examples.names import LOCALES, Locale

COLUMNS = (
    "id",
    "external_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "language",
    "timezone",
    "tags",
    "consent_email",
    "consent_email_source",
    "consent_email_at",
    "consent_sms",
    "attributes.home_studio",
    "attributes.membership",
    "attributes.visits",
    "attributes.note",
)
GOOD_LINES = 2_000
REJECTED_LINES = 12
TARGET = Path(__file__).with_name("members.csv")

_COUPLES = 30
_DOMAINS = ("example.com", "example.org", "example.net", "post.example", "mail.example", "bücher.example")
_TAGS = ("yoga", "pilates", "spinning", "früh", "sauna", "rücken-fit", "boxen", "trial", "vip", "60+", "kids", "aqua")
_SOURCES = ("membership form", "website", "front desk", "double opt-in")
_STUDIOS = ("Nord", "Süd", "Hafen", "Altstadt")
_FIRST_CONSENT = datetime(2019, 1, 7, 8, 0)
# Tags behind the plus sign, with how many members of a hundred do so.
_HABITS = (("+open", 34.0), ("+open+click", 12.0), ("+botopen", 3.0), ("+open+unsubscribe", 0.6), ("+bounce", 0.8))
_MAILBOXES = ("bounce", "bounce", "softbounce", "complaint", "ooto", "ooto", "suppressionlist", "reject")
_UNWRITABLE = (
    ("de", "jörg.müller@example.com"),
    ("ja", "山田太郎@example.org"),
    ("uk", "олена@post.example"),
    ("el", "γιώργος@example.net"),
)

Row = dict[str, str]


def good_rows(chance: random.Random) -> list[Row]:
    """The members; the first rows are those that the simulator and the engine treat in a special way."""
    rows = [_person(chance, number) for number in range(1, GOOD_LINES + 1)]
    _give_mailboxes(rows)
    _make_couples(chance, rows)
    _take_things_away(chance, rows)
    return rows


def _person(chance: random.Random, number: int) -> Row:
    locale: Locale = chance.choices(LOCALES, [one.weight for one in LOCALES])[0]
    first, last = chance.choice(locale.first_names), chance.choice(locale.last_names)
    local = f"{first[1]}.{last[1]}{number}{_habit(chance)}"
    return {
        "id": f"m{number:05}",
        "email": f"{local}@{chance.choices(_DOMAINS, [40, 20, 20, 9, 9, 2])[0]}",
        "phone": f"{locale.dialling_code}{chance.randrange(10**8, 10**9)}" if chance.random() < 0.4 else "",
        "first_name": first[0],
        "last_name": last[0],
        "language": locale.language,
        "timezone": locale.timezone,
        "tags": ";".join(sorted(chance.sample(_TAGS, chance.choices((0, 1, 2, 3, 4), (10, 30, 30, 20, 10))[0]))),
        **_consent(chance),
        "attributes.home_studio": chance.choice(_STUDIOS),
        "attributes.membership": chance.choices(("basic", "premium", "trial", "paused"), (50, 30, 12, 8))[0],
        "attributes.visits": str(min(400, int(chance.expovariate(1 / 40)))),
    }


def _habit(chance: random.Random) -> str:
    shares = [share for _, share in _HABITS]
    return chance.choices(["", *(name for name, _ in _HABITS)], [100 - sum(shares), *shares])[0]


def _consent(chance: random.Random) -> Row:
    status = chance.choices(("granted", "yes", "denied", "pending", ""), (60, 29, 5, 2, 4))[0]
    if not status:
        return {}
    at = _FIRST_CONSENT + timedelta(minutes=chance.randrange(60 * 24 * 365 * 5))
    dated = at.isoformat() + "Z" if chance.random() < 0.8 else ""
    sms = chance.choice(("yes", "no")) if chance.random() < 0.2 else ""
    return {
        "consent_email": status,
        "consent_email_source": chance.choice(_SOURCES),
        "consent_email_at": dated,
        "consent_sms": sms,
    }


def _give_mailboxes(rows: Sequence[Row]) -> None:
    """Some of each kind that the simulator's special mailboxes stand for, and addresses that SES can't write to."""
    for place, local in enumerate(_MAILBOXES):
        rows[40 + 45 * place] |= {"email": f"{local}@studio-{place}.example", "consent_email": "granted"}
    for place, (language, address) in enumerate(_UNWRITABLE):
        rows[500 + 20 * place] |= {"email": address, "language": language, "consent_email": "granted"}
    rows[700] |= {"email": "greta.lund700+complaint@example.com", "consent_email": "granted"}
    rows[710]["attributes.note"] = 'Prefers "early" classes,\nnever on Mondays'
    rows[711]["first_name"], rows[711]["last_name"] = "Maria, genannt Mia", "O'Neill-Çelik"


def _make_couples(chance: random.Random, rows: Sequence[Row]) -> None:
    for place in range(800, 800 + 4 * _COUPLES, 4):
        one, other = rows[place], rows[place + chance.choice((1, 2))]
        for column in ("email", "last_name", "language", "timezone"):
            other[column] = one[column]
    family = rows[1_000]["email"]
    rows[1_001]["email"] = rows[1_002]["email"] = family.upper()


def _take_things_away(chance: random.Random, rows: Sequence[Row]) -> None:
    """What real exports lack: addresses, names, ids of our kind."""
    for row in rows[1_100:1_160]:
        row["email"], row["phone"] = "", row["phone"] or f"+4930{chance.randrange(10**6, 10**7)}"
    for row in rows[1_200:1_240]:
        row["first_name"] = row["last_name"] = ""
    for number, row in enumerate(rows[1_300:1_340]):
        row["id"], row["external_id"] = "", f"CRM/{4000 + number}"
    for row in rows[1_400:1_410]:
        row["id"] = ""


def rejected_records(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Lines that must be rejected, each with the number of the good row that it stands in front of."""
    yield 120, _line({**rows[5], "id": "x01", "email": "anna.kowalska.example.com"})
    yield 245, _line({**rows[6], "id": "x02", "first_name": '=HYPERLINK("https://evil.example","Click")'})
    yield 380, _line({**rows[12], "first_name": "Twice"})
    yield 555, _line({**rows[7], "id": "m 17!", "email": "blank.in.id@example.com"})
    yield 640, _line({**rows[8], "id": "x05", "timezone": "Europe/Hamburg"})
    yield 777, _line({**rows[9], "id": "x06", "phone": "030 123456"})
    yield 903, "x07,,short.line@example.com,,Short\n"
    yield 1_111, _line({**rows[10], "id": "x08", "consent_email": "maybe"})
    yield 1_250, _line({**rows[11], "id": "", "external_id": "", "email": ""})
    yield 1_466, _line({**rows[13], "id": "x10", "consent_email": "granted", "consent_email_at": "2999-01-01"})
    yield 1_600, 'x11,,open.quote@example.com,,"Otto' + "," * 12 + "\n"
    yield 1_922, _line({**rows[300], "email": "somebody.else@example.com"})


def _line(row: Row) -> str:
    buffer = io.StringIO()
    csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n").writerow(row)
    return buffer.getvalue()


def members_csv() -> str:
    """The whole file."""
    rows = good_rows(random.Random(20))
    rejected = dict(rejected_records(rows))
    lines = (rejected.get(number, "") + _line(row) for number, row in enumerate(rows))
    return ",".join(COLUMNS) + "\n" + "".join(lines)


if __name__ == "__main__":
    TARGET.write_text(members_csv(), encoding="utf-8", newline="")
    print(f"{TARGET}: {GOOD_LINES} members and {REJECTED_LINES} lines to be rejected")
