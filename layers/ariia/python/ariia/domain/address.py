"""Addresses: the one form that is compared and hashed, and the form a provider takes."""

from __future__ import annotations

import hashlib
import re

from ariia.domain.channel import Channel
from ariia.domain.errors import InvalidError
from ariia.domain.hostname import punycode

# RFC 5321 4.5.3.1: local part at most 64 octets, path at most 256.
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f\ud800-\udfff]{1,64}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_NAMES = {"email": "e-mail address", "phone": "phone number"}
_NOT_PHONE_DIGITS = re.compile(r"[\s().\-/]")


def parse_email(value: str) -> str:
    """The address with its domain in lower-case punycode (RFC 5891), local part untouched; InvalidError if wrong."""
    local, at, domain = value.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise _invalid("email", value, "local@domain.tld (RFC 5321)")
    try:
        ascii_domain = punycode(domain)
    except ValueError:
        raise _invalid("email", value, "local@domain.tld (RFC 5321)") from None
    return f"{local}@{ascii_domain}"


def parse_phone(value: str) -> str:
    """The number in E.164, with spaces and punctuation removed; InvalidError when malformed."""
    compact = _NOT_PHONE_DIGITS.sub("", value.strip())
    if not _PHONE.fullmatch(compact):
        raise _invalid("phone", value, "E.164, for example +4930123456")
    return compact


def is_deliverable_email(address: str) -> bool:
    """False for a non-ASCII local part: SES has no SMTPUTF8 (SES API_Destination)."""
    return address.rpartition("@")[0].isascii()


def canonical(channel: Channel, address: str) -> str:
    """The one form under which two spellings of an address are the same: mail hosts ignore case in practice."""
    return address.lower() if channel is Channel.EMAIL else address


def address_hash(channel: Channel, address: str) -> str:
    """A 32-character hash of the canonical address, so that no key or log holds the address itself."""
    return hashlib.sha256(canonical(channel, address).encode()).hexdigest()[:32]


def _invalid(field: str, value: str, allowed: str) -> InvalidError:
    return InvalidError.of(field, f"is not a valid {_NAMES[field]}", value[:320], allowed)
