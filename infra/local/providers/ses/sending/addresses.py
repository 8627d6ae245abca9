"""What SES accepts as an address. SES has no SMTPUTF8: local parts are 7-bit ASCII, domains are Punycode
(SES v2 API, shape `Destination`)."""

from __future__ import annotations

import re
from email.utils import parseaddr

_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\Z")
_CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f]")
MAX_ADDRESS_LENGTH = 320


def bare_address(text: str) -> str:
    """The address of `Name <local@domain>`, or the text itself."""
    if "<" not in text:
        return text.strip()
    return parseaddr(text)[1] or text.strip()


def domain_of(address: str) -> str:
    """The lower-case domain of a bare address, `""` when there is none."""
    return address.rpartition("@")[2].lower()


def local_part_of(address: str) -> str:
    """Everything before the last `@`."""
    return address.rpartition("@")[0]


def address_problem(text: str) -> str | None:
    """Why SES would refuse this address, in words like its own; None when it would take it."""
    if _PLAIN.match(text) and len(text) <= MAX_ADDRESS_LENGTH:
        return None
    address = bare_address(text)
    local, at, domain = address.rpartition("@")
    if not at:
        return "Missing final '@domain'"
    if not local:
        return "Missing local name"
    return _local_problem(local) or _domain_problem(domain) or _length_problem(address)


def _local_problem(local: str) -> str | None:
    if not local.isascii():
        return "Local address contains non-ASCII characters"
    if _CONTROL_OR_SPACE.search(local) and not (local.startswith('"') and local.endswith('"')):
        return "Local address contains control or whitespace"
    return None


def _domain_problem(domain: str) -> str | None:
    if not domain.isascii():
        return "Domain contains illegal character"
    if _CONTROL_OR_SPACE.search(domain):
        return "Domain contains control or whitespace"
    if not _DOMAIN.match(domain):
        return "Domain contains illegal character"
    if "." not in domain:
        return "Missing final '@domain'"
    return None


def _length_problem(address: str) -> str | None:
    return "Address length is more than 320 characters" if len(address) > MAX_ADDRESS_LENGTH else None
