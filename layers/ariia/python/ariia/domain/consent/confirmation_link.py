"""The token in the link that confirms a double opt-in: bound to the address that it was sent to."""

from __future__ import annotations

from typing import NamedTuple

from ariia.domain.links import sign_parts, verified_parts
from ariia.domain.members.member import Member

_PURPOSE = "confirm"


class ConfirmationClaims(NamedTuple):
    """What the link says: whose consent, at which address (its hash), asked when (epoch ms)."""

    tenant_id: str
    member_id: str
    address: str
    asked_at: str


def confirmation_token(key: bytes, member: Member, asked_at: int) -> str:
    """The token of the link that goes to the member's present address."""
    return sign_parts(key, _PURPOSE, (member.tenant_id, member.id, member.email_hash or "", str(asked_at)))


def confirmation_claims(key: bytes, token: str) -> ConfirmationClaims:
    """What a token made by `confirmation_token` says; NotFoundError for anything else."""
    return ConfirmationClaims(*verified_parts(key, _PURPOSE, token, 4))
