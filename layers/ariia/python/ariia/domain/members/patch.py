"""What a client or an import wants to change about a member: checked as a whole, then laid over the stored member."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ariia.domain import text_values as member_text
from ariia.domain.address import canonical, parse_email
from ariia.domain.channel import Channel
from ariia.domain.documents import encode
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.identifiers import ID_PATTERN, derived_id, is_id
from ariia.domain.members.attributes import merge_attributes, parse_attributes
from ariia.domain.members.claims import parse_claims
from ariia.domain.members.consent_changes import ConsentClaim
from ariia.domain.members.member import Member
from ariia.domain.text_values import FieldError

MAX_DOCUMENT_BYTES = 16 * 1024
FIELDS: dict[str, Callable[[object], object]] = {
    "external_id": member_text.external_id,
    "email": member_text.email,
    "phone": member_text.phone,
    "telegram_id": member_text.telegram_id,
    "first_name": member_text.name,
    "last_name": member_text.name,
    "language": member_text.language,
    "timezone": member_text.timezone,
    "tags": member_text.tags,
}
ALLOWED = (*FIELDS, "attributes", "consent")


@dataclass(frozen=True)
class MemberPatch:
    """Checked changes. `fields` holds stored forms, None to clear; `attributes` are merged, None removes one;
    `clear_attributes` drops the present ones first."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    clear_attributes: bool = False
    consent: Mapping[Channel, ConsentClaim] = field(default_factory=dict)


def parse_patch(values: Mapping[str, Any], *, now: int, source: str, by: str | None = None) -> MemberPatch:
    """The patch in `values` (the API's member shape, RFC 7396: absent = as it is, null = cleared).

    `now` (epoch ms) bounds consent dates, `source` names consents that come without one, `by` is who states them.
    InvalidError lists every problem."""
    problems = [
        Problem(member_text.shown(name), "is not a field of a member", allowed=list(ALLOWED))  # type: ignore[arg-type]
        for name in values
        if name not in ALLOWED
    ]
    fields = {name: _field(name, values[name], problems) for name in FIELDS if name in values}
    attributes = _object("attributes", values, problems)
    patch = MemberPatch(
        fields=fields,
        attributes=parse_attributes(attributes, problems),
        clear_attributes="attributes" in values and values["attributes"] is None,
        consent=parse_claims(_object("consent", values, problems), now, source, problems, by),
    )
    if problems:
        raise InvalidError("the member is not valid", problems=problems)
    return patch


def _field(name: str, value: object, problems: list[Problem]) -> object:
    if value is None:
        return None
    try:
        return FIELDS[name](value)
    except FieldError as error:
        problems.append(error.problem(name, value))
        return None


def _object(name: str, values: Mapping[str, Any], problems: list[Problem]) -> Mapping[str, Any]:
    value = values.get(name)
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    problems.append(Problem(name, "is not an object", value=member_text.shown(value), allowed="an object"))
    return {}


def member_id_for(tenant_id: str, values: Mapping[str, Any]) -> str | None:
    """The id that `values` name: `id` itself, or one derived from `external_id` or else from the e-mail address.
    None when they name none; InvalidError when the id, or the address that it would follow from, is malformed."""
    given = values.get("id")
    if given is not None:
        if isinstance(given, str) and is_id(given):
            return given
        problem = Problem("id", "is not a valid id", value=member_text.shown(given), allowed=ID_PATTERN)
        raise InvalidError("the id is not valid", problems=[problem])
    external, address = values.get("external_id"), values.get("email")
    if isinstance(external, str) and external.strip():
        return derived_id(tenant_id, "external_id", member_text.normal(external))
    if isinstance(address, str) and address.strip():
        return derived_id(tenant_id, "email", canonical(Channel.EMAIL, parse_email(member_text.normal(address))))
    return None


def apply_fields(member: Member, patch: MemberPatch) -> Member:
    """A copy of `member` with everything of the patch but the consents; InvalidError for too many attributes."""
    base = {} if patch.clear_attributes else member.attributes
    try:
        attributes = merge_attributes(base, patch.attributes)
    except FieldError as error:
        raise InvalidError("the member is not valid", problems=[error.problem("attributes", None)]) from None
    fields = {name: [] if name == "tags" and value is None else value for name, value in patch.fields.items()}
    return replace(
        member,
        **fields,
        attributes=attributes,
        consent=dict(member.consent),
        suppression=dict(member.suppression),
    )


def require_size(member: Member) -> None:
    """InvalidError when the stored member would be larger than 16 KB (a batch reads 50 of them with one call)."""
    size = len(json.dumps(encode(member)))
    if size > MAX_DOCUMENT_BYTES:
        allowed = f"at most {MAX_DOCUMENT_BYTES} bytes as JSON"
        problem = Problem("member", "is too large", value=size, allowed=allowed)
        raise InvalidError("the member is too large", problems=[problem])
