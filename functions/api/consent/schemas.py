"""Suppressions and the audit trail as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.audit.entries import AuditEntry
from ariia.ports.suppressions import SuppressedAddress
from functions.api.gate.fields import NOT_BLANK, Instant, RequestModel, ResponseModel, example
from functions.api.members.schemas import ChannelName

ReasonName = Literal["hard_bounce", "complaint", "manual"]
KindName = Literal["consent", "suppression", "tracking", "member", "settings", "erasure", "export"]
_HASH = "973dfe463ec85785f5f95af5ba3906ee"
_SUPPRESSION: dict[str, Any] = {
    "id": f"email-{_HASH}",
    "channel": "email",
    "address_hash": _HASH,
    "reason": "manual",
    "note": "asked for it on the phone",
    "by": "anna",
    "at": "2026-03-01T09:00:00.000Z",
    "member_ids": ["m0042"],
}
_ENTRY: dict[str, Any] = {
    "kind": "consent",
    "action": "granted",
    "at": "2026-03-01T09:00:00.120Z",
    "by": "anna",
    "member_id": "m0042",
    "channel": "email",
    "address_hash": None,
    "reason": "membership form",
    "details": {"said_at": 1772355600000, "proof": {"text": "Yes, send me news", "form": "F-17"}},
}


class SuppressionDraft(RequestModel):
    """An address that shall get nothing more."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"channel": "email", "address": "anna.kowalska@example.com", "reason": "asked for it on the phone"}
        )
    )

    channel: ChannelName
    address: Annotated[str, Field(min_length=1, max_length=320)]
    reason: Annotated[str, Field(min_length=1, max_length=300, pattern=NOT_BLANK)]


class LiftInput(RequestModel):
    """Why the address may be used again."""

    model_config = ConfigDict(json_schema_extra=example({"reason": "the mailbox works again, says the member"}))

    reason: Annotated[str, Field(min_length=1, max_length=300, pattern=NOT_BLANK)]


class SuppressedAddressView(ResponseModel):
    """An address that gets nothing more. The address itself is not kept with it, only its hash."""

    model_config = ConfigDict(json_schema_extra=example(_SUPPRESSION))

    id: str
    channel: ChannelName
    address_hash: str
    reason: str
    note: str | None
    by: str | None
    at: Instant
    member_ids: Annotated[list[str], Field(description="The members who have the address now.")]

    @classmethod
    def of(cls, address: SuppressedAddress, member_ids: list[str]) -> Self:
        """The view of a suppressed address."""
        fields = {name: getattr(address.suppression, name) for name in ("reason", "note", "by", "at")}
        return cls.model_validate(
            {
                **fields,
                "id": address.id,
                "channel": address.channel,
                "address_hash": address.address_hash,
                "member_ids": member_ids,
            }
        )


class LiftedView(ResponseModel):
    """Whom the lifting freed."""

    model_config = ConfigDict(json_schema_extra=example({"id": f"email-{_HASH}", "member_ids": ["m0042"]}))

    id: str
    member_ids: list[str]


class AuditEntryView(ResponseModel):
    """One change, who made it, when and why. Of an erased member the ids and texts are gone and a hash is left."""

    model_config = ConfigDict(json_schema_extra=example(_ENTRY))

    kind: KindName
    action: str
    at: Annotated[Instant, Field(description="When it was noted.")]
    by: Annotated[str, Field(description="The token's subject, or how the member said it: `one_click`, `page`, …")]
    member_id: str | None
    channel: ChannelName | None
    address_hash: str | None
    reason: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """The view of an entry."""
        fields = {name: getattr(entry, name) for name in cls.model_fields if hasattr(entry, name)}
        return cls.model_validate({**fields, "kind": entry.kind.value, "address_hash": entry.address})
