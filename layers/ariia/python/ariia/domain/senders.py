"""Sender domains: who may send from where, and the DNS records that prove it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import formataddr
from enum import StrEnum

from ariia.domain.address import parse_email
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.hostname import punycode

MAIL_FROM_LABEL = "bounce"
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# One mailbox (RFC 5322 3.4): a bare address, or a name, in quotes where it holds special characters, and <address>.
_FROM = re.compile(
    r"""(?P<bare>[^\s<>"]+)|("(?P<quoted>([^"\\]|\\.){0,120})"|(?P<name>[^"<>()\[\]:;@\\,]{0,120}))\s*<(?P<address>[^<>]+)>"""
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Verification(StrEnum):
    """How far the proof of a domain is. The values are those of SES (API_DkimAttributes), in lower case."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    SUCCESS = "success"
    TEMPORARY_FAILURE = "temporary_failure"
    FAILED = "failed"


@dataclass
class SenderDomain:
    """A domain of a tenant. `checked_at` (epoch ms) is when the provider was last asked; 0 = never.
    `was_verified` stays true once the tenant has proven the domain, even if it was removed and added again.

    Only DKIM decides whether the domain may send; without a verified MAIL FROM, SES uses its own."""

    tenant_id: str
    domain: str
    mail_from_domain: str
    dkim: Verification = Verification.NOT_STARTED
    mail_from: Verification = Verification.NOT_STARTED
    sending_enabled: bool = False
    dkim_tokens: list[str] = field(default_factory=list)
    dkim_zone: str = ""
    feedback_host: str = ""
    error: str | None = None
    created_at: int = 0
    checked_at: int = 0
    was_verified: bool = False
    version: int = 0

    @property
    def is_verified(self) -> bool:
        """True when the tenant may send from this domain."""
        return self.dkim is Verification.SUCCESS and self.sending_enabled


@dataclass(frozen=True)
class DnsRecord:
    """One record to publish. `required`: sending waits for it; the others make mail arrive better."""

    type: str
    name: str
    value: str
    purpose: str
    required: bool


def dns_records(sender: SenderDomain) -> list[DnsRecord]:
    """What the owner of the domain publishes: Easy DKIM (3 CNAME), MAIL FROM (MX, TXT) and a DMARC policy to start with
    (Amazon SES developer guide: Easy DKIM, Custom MAIL FROM domain, DMARC)."""
    records = [
        DnsRecord("CNAME", f"{token}._domainkey.{sender.domain}", f"{token}.{sender.dkim_zone}", "dkim", True)
        for token in sender.dkim_tokens
    ]
    if sender.feedback_host:
        spf = '"v=spf1 include:amazonses.com ~all"'
        records.append(DnsRecord("MX", sender.mail_from_domain, f"10 {sender.feedback_host}", "mail_from", False))
        records.append(DnsRecord("TXT", sender.mail_from_domain, spf, "mail_from", False))
    records.append(DnsRecord("TXT", f"_dmarc.{sender.domain}", '"v=DMARC1; p=none;"', "dmarc", False))
    return records


def parse_domain(value: str) -> str:
    """The domain in lower-case punycode (RFC 5891), without a trailing dot; InvalidError when it is not one."""
    try:
        return punycode(value.strip().rstrip("."))
    except ValueError:
        allowed = "a domain name, like mail.example.com"
        problem = Problem("domain", "is not a domain", value=value[:253], allowed=allowed)
        raise InvalidError("the domain is not valid", problems=[problem]) from None


@dataclass(frozen=True)
class FromAddress:
    """A from-address with an optional display name."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the @, in lower-case punycode."""
        return self.address.rpartition("@")[2]

    @property
    def text(self) -> str:
        """`Name <local@domain>` as people read it, or the bare address."""
        return f"{_quoted(self.name)} <{self.address}>" if self.name else self.address

    @property
    def header(self) -> str:
        """The same for a provider: a name that is not ASCII as an encoded word (RFC 2047)."""
        return formataddr((self.name, self.address))


def parse_from(value: str, field_name: str = "from_address") -> FromAddress:
    """The from-address in `value` (`local@domain` or `Name <local@domain>`); InvalidError naming `field_name`.

    The local part must be ASCII, as SES has no SMTPUTF8."""
    match = _FROM.fullmatch(value.strip())
    try:
        if match is None or _CONTROL.search(value):
            raise InvalidError("not a from-address")
        parsed = parse_email(match["bare"] or match["address"])
        if not parsed.isascii():
            raise InvalidError("not a from-address")
    except InvalidError:
        allowed = "local@domain or Name <local@domain>, the local part in ASCII"
        problem = Problem(field_name, "is not a valid from-address", value=value[:320], allowed=allowed)
        raise InvalidError(f"{field_name} is not a valid from-address", problems=[problem]) from None
    quoted = re.sub(r"\\(.)", r"\1", match["quoted"] or "")
    return FromAddress((quoted or match["name"] or "").strip(), parsed)


def _quoted(name: str) -> str:
    if re.search(r"[()<>\[\]:;@\\,.\"]", name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return name
