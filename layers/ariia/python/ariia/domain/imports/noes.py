"""The noes in a line of an import, read as far as they can be: a no is never lost because something else in its line
can't be taken over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ariia.domain.channel import MESSAGE_CHANNELS, Channel
from ariia.domain.errors import InvalidError
from ariia.domain.members.address_index import AddressKey, address_key
from ariia.domain.members.claims import parse_claim
from ariia.domain.members.consent_changes import ConsentClaim
from ariia.domain.members.member import ConsentStatus, Suppression
from ariia.domain.members.patch import FIELDS, member_id_for
from ariia.domain.text_values import FieldError

_FIELD_OF = {Channel.EMAIL: "email", Channel.SMS: "phone", Channel.WHATSAPP: "phone", Channel.TELEGRAM: "telegram_id"}
# What of a denial has to be readable: all of it, else when it was said, else only that it was.
_READABLE = (("status", "source", "at", "proof"), ("status", "at"), ("status",))


@dataclass(frozen=True)
class LineNoes:
    """Whom a line names, if it does so properly, and to what it says no: denials and usable addresses by channel, and
    the suppression of the e-mail address."""

    member_id: str | None = None
    denials: Mapping[Channel, ConsentClaim] = field(default_factory=dict)
    addresses: Mapping[Channel, AddressKey] = field(default_factory=dict)
    suppression: Suppression | None = None


def noes_in(tenant_id: str, values: Mapping[str, Any], *, now: int, source: str, by: str) -> LineNoes:
    """The noes in `values`, a line in the API's member shape that may be wrong in every respect. `now` (epoch ms)
    bounds their dates, `source` names those that come without one, `by` is who states them. Raises nothing."""
    consent = values.get("consent")
    said = dict(_denials(consent, now, source, by)) if isinstance(consent, Mapping) else {}
    return LineNoes(_member_id(tenant_id, values), said, dict(_addresses(tenant_id, values)))


def with_origin(noes: LineNoes, origin: Mapping[str, Any]) -> LineNoes:
    """The same noes, whose proof says where they were read."""
    denials = {one: replace(claim, proof={**claim.proof, **origin}) for one, claim in noes.denials.items()}
    return replace(noes, denials=denials)


def _denials(consent: Mapping[str, Any], now: int, source: str, by: str) -> Iterator[tuple[Channel, ConsentClaim]]:
    for channel in MESSAGE_CHANNELS:
        said = consent.get(channel)
        if not isinstance(said, Mapping) or said.get("status") != ConsentStatus.DENIED:
            continue
        readings = ({name: said[name] for name in names if name in said} for names in _READABLE)
        claims = (parse_claim(one, path="consent", now=now, source=source, problems=[], by=by) for one in readings)
        yield channel, next(claim for claim in claims if claim is not None)


def _addresses(tenant_id: str, values: Mapping[str, Any]) -> Iterator[tuple[Channel, AddressKey]]:
    for channel, name in _FIELD_OF.items():
        try:
            address = FIELDS[name](values.get(name))
        except FieldError:
            continue
        yield channel, address_key(tenant_id, channel, str(address))


def _member_id(tenant_id: str, values: Mapping[str, Any]) -> str | None:
    try:
        return member_id_for(tenant_id, values)
    except (InvalidError, UnicodeError):  # half of a surrogate pair names nobody
        return None
