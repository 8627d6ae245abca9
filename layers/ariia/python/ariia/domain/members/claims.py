"""Consents as clients and imports state them: read, checked, and applied to a member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ariia.domain import text_values as member_text
from ariia.domain.channel import MESSAGE_CHANNELS, Channel
from ariia.domain.errors import Problem
from ariia.domain.members.address_index import AddressKey, address_key
from ariia.domain.members.consent_changes import ConsentClaim, take_imported_claim
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.members.proof import parse_proof
from ariia.domain.text_values import FieldError

_STATUSES = tuple(status.value for status in ConsentStatus)
_CHANNELS = tuple(channel.value for channel in MESSAGE_CHANNELS)
_FIELDS = ("status", "source", "at", "proof")


def parse_claims(
    values: Mapping[str, Any], now: int, source: str, problems: list[Problem], by: str | None = None
) -> dict[Channel, ConsentClaim]:
    """The consents in `values`, by channel, as stated by `by`; `problems` gets what is wrong with the others."""
    claims: dict[Channel, ConsentClaim] = {}
    for name, value in values.items():
        path = f"consent.{name[:40]}"
        if name not in _CHANNELS:
            problems.append(Problem(path, "is not a channel", allowed=list(_CHANNELS)))
        elif not isinstance(value, Mapping):
            problems.append(Problem(path, "is not an object", value=member_text.shown(value), allowed="an object"))
        elif claim := parse_claim(value, path=path, now=now, source=source, problems=problems, by=by):
            claims[Channel(name)] = claim
    return claims


def parse_claim(
    value: Mapping[str, Any], *, path: str, now: int, source: str, problems: list[Problem], by: str | None = None
) -> ConsentClaim | None:
    """The consent in `value`: `status`, optionally `source` (else the given one), `at` (ISO 8601 or epoch ms, not after
    `now`) and `proof`. None when `problems` got something."""
    before = len(problems)
    unknown = sorted(value.keys() - set(_FIELDS))
    problems += [
        Problem(f"{path}.{name[:40]}", "is not a field of a consent", allowed=list(_FIELDS)) for name in unknown
    ]
    if value.get("status") not in _STATUSES:
        shown = member_text.shown(value.get("status"))
        problems.append(Problem(f"{path}.status", "is not a consent status", value=shown, allowed=list(_STATUSES)))
    named = _optional(value, "source", path, problems, lambda one: member_text.text(one, member_text.MAX_SOURCE))
    at = _optional(value, "at", path, problems, lambda one: member_text.instant(one, now))
    proof = _optional(value, "proof", path, problems, lambda one: parse_proof(one, now))
    if len(problems) > before:
        return None
    return ConsentClaim(ConsentStatus(value["status"]), named or source, at, proof or {}, by)


def agreed_addresses(member: Member, claims: Mapping[Channel, ConsentClaim]) -> dict[Channel, AddressKey]:
    """The addresses of `member` of which it matters whether they ever opted out: those for which the claims state
    consent."""
    agreed = [one for one, claim in claims.items() if claim.status is not ConsentStatus.DENIED]
    reached = {channel: member.address(channel) for channel in agreed}
    return {one: address_key(member.tenant_id, one, address) for one, address in reached.items() if address}


def apply_claims(
    member: Member,
    claims: Mapping[Channel, ConsentClaim],
    *,
    at: int,
    withdrawals: Mapping[AddressKey, Consent],
) -> list[Channel]:
    """Applies the claims in place, as said at `at` (epoch ms) where they don't say when; `withdrawals` are the opt-outs
    of `agreed_addresses`. The channels on which the member's own no was kept instead."""
    keys = agreed_addresses(member, claims)
    kept = []
    for channel, claim in claims.items():
        withdrawal = withdrawals.get(keys[channel]) if channel in keys else None
        if not take_imported_claim(member, channel, claim, imported_at=at, withdrawal=withdrawal):
            kept.append(channel)
    return kept


def _optional(
    value: Mapping[str, Any], name: str, path: str, problems: list[Problem], parse: Callable[[object], Any]
) -> Any:
    if value.get(name) is None:
        return None
    try:
        return parse(value[name])
    except FieldError as error:
        problems.append(error.problem(f"{path}.{name}", value[name]))
        return None
