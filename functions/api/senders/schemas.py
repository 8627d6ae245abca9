"""Sender domains as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.senders import SenderDomain, dns_records
from functions.api.gate.fields import Instant, RequestModel, ResponseModel

Status = Literal["not_started", "pending", "success", "temporary_failure", "failed"]
_RECORD: dict[str, Any] = {
    "type": "CNAME",
    "name": "abc123._domainkey.gym-nord.example",
    "value": "abc123.dkim.amazonses.com",
    "purpose": "dkim",
    "required": True,
}
_SENDER: dict[str, Any] = {
    "domain": "gym-nord.example",
    "verified": False,
    "dkim_status": "pending",
    "mail_from_domain": "bounce.gym-nord.example",
    "mail_from_status": "pending",
    "error": None,
    "dns_records": [_RECORD],
    "created_at": "2026-03-01T18:00:00.000Z",
    "checked_at": "2026-03-01T18:00:00.000Z",
}


class DnsRecordView(ResponseModel):
    """A DNS record for the owner of the domain to publish."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECORD]})

    type: Literal["CNAME", "MX", "TXT"]
    name: str
    value: str
    purpose: Literal["dkim", "mail_from", "dmarc"]
    required: Annotated[bool, Field(description="True: nothing can be sent before it is found.")]


class SenderView(ResponseModel):
    """A sender domain. Any local part at exactly this domain may send once it is verified."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SENDER]})

    domain: str
    verified: bool
    dkim_status: Status
    mail_from_domain: str
    mail_from_status: Status
    error: Annotated[str | None, Field(description="What the last check of the records ran into.")]
    dns_records: list[DnsRecordView]
    created_at: Instant
    checked_at: Instant

    @classmethod
    def of(cls, sender: SenderDomain) -> Self:
        """The view of a sender domain."""
        return cls(
            domain=sender.domain,
            verified=sender.is_verified,
            dkim_status=sender.dkim.value,
            mail_from_domain=sender.mail_from_domain,
            mail_from_status=sender.mail_from.value,
            error=sender.error,
            dns_records=[DnsRecordView.model_validate(record) for record in dns_records(sender)],
            created_at=sender.created_at,
            checked_at=sender.checked_at,
        )


class SenderDraft(RequestModel):
    """A domain to send from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"domain": "gym-nord.example"}]})

    domain: Annotated[str, Field(min_length=1, max_length=253)]
