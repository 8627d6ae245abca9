"""A file of members as tenants really upload them: mostly good, some lines not."""

from __future__ import annotations

HEADER = "id,email,first_name,tags,consent_email,consent_email_source,consent_email_at"
_GOOD = 50
_WORD = "granted,form,2026-03-01T09:00:00Z"
# What a line holds, and the field that its rejection names.
_BAD: tuple[tuple[bytes, str], ...] = (
    (f"encoding,caf\xe9@example.com,Ren\xe9,,{_WORD}".encode("latin-1"), "line"),
    (f'formula,formula@example.com,"=HYPERLINK(""http://x.example"")",,{_WORD}'.encode(), "first_name"),
    (f"g0001,again@example.com,Again,,{_WORD}".encode(), "id"),
    (f"malformed,nobody at nowhere,Mal,,{_WORD}".encode(), "email"),
    (f"long,long@example.com,{'x' * 70_000},,{_WORD}".encode(), "line"),
    (b"short,short@example.com", "line"),
    (b"undecided,undecided@example.com,Un,,perhaps,form,2026-03-01T09:00:00Z", "consent_email"),
)
_REACTIONS = ("", "+open", "+open+click", "+botopen", "+delay")


def good_ids() -> set[str]:
    """The members who are imported."""
    special = {"bounces", "complains", "says-no", "is-silent", "shares-a", "shares-b"}
    return special | {f"g{n:04d}" for n in range(_GOOD)}


def rejected() -> dict[int, str]:
    """Line numbers of the file that are rejected, with the field each is rejected for."""
    return {number: field for number, _, field in _lines() if field}


def content() -> bytes:
    """The file."""
    return b"\n".join([HEADER.encode(), *(line for _, line, _ in _lines())]) + b"\n"


def _lines() -> list[tuple[int, bytes, str]]:
    """Number, bytes and fault of every line behind the header; the bad ones stand among the good."""
    good = [_member(f"g{n:04d}", f"reader{n}{_REACTIONS[n % len(_REACTIONS)]}@example.com") for n in range(_GOOD)]
    special = [
        _member("bounces", "bounce@example.com"),
        _member("complains", "complaint@example.com"),
        _member("says-no", "no@example.com", "denied,form,2026-03-01T09:00:00Z"),
        _member("is-silent", "silent@example.com", ",,"),
        _member("shares-a", "family@example.com"),
        _member("shares-b", "family@example.com"),
    ]
    mixed = [(line, "") for line in good + special]
    for place, (line, field) in enumerate(_BAD):
        mixed.insert(5 + 7 * place, (line, field))
    return [(number, line, field) for number, (line, field) in enumerate(mixed, start=2)]


def _member(member_id: str, email: str, consent: str = _WORD) -> bytes:
    return f"{member_id},{email},Zoë {member_id},yoga;trial,{consent}".encode()
