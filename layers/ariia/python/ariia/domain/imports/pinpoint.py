"""Endpoint definitions exported from Amazon Pinpoint, as CSV or JSON lines.

Reference: https://docs.aws.amazon.com/pinpoint/latest/userguide/segments-importing.html ("Supported attributes"). An
endpoint is one address of a user: several lines may be about one member, each with another channel."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ariia.domain.errors import Problem
from ariia.domain.imports.columns import UnusableFileError
from ariia.domain.imports.record_parts import attribute_name, fits
from ariia.domain.text_values import language, shown, timezone

SOURCE = "pinpoint"
_CHANNELS = {"EMAIL": ("email", "email"), "SMS": ("sms", "phone")}
_NAMES = {"firstname": "first_name", "first_name": "first_name", "lastname": "last_name", "last_name": "last_name"}
_GROUPS = ("User.UserAttributes.", "Attributes.", "Metrics.", "Location.")


def read_pinpoint_header(line: str) -> tuple[str, list[str]]:
    """Delimiter and column names of an export's first line; UnusableFileError when it is none."""
    columns = [one.strip() for one in next(csv.reader([line.strip("\r\n")]), [])]
    if not {"ChannelType", "Address"} <= set(columns):
        reads = shown(line.strip())
        raise UnusableFileError(
            f"no export of Pinpoint: the columns ChannelType and Address are needed; it reads {reads!r}"
        )
    return ",", columns


def flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested endpoint definition with the names that the columns of CSV have."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def from_cells(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """The same of a line of CSV; empty cells are left out."""
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}


def pinpoint_identity(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """What a member is told apart by, and the channel on which the line has an address of theirs: none for an endpoint
    without Address, which apps make before they know one."""
    address = _address(endpoint)
    known = endpoint.get("User.UserId") or endpoint.get("Id") or address
    channel = _kind(endpoint) if address else None
    return {"channel": channel} | ({"external_id": str(known)} if known else {})


def pinpoint_values(endpoint: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """One endpoint as a member in the API's shape, and what is wrong with it: a channel that no member is reached by, a
    word that is no opt-out.

    OptOut ALL is a no of the address, dated by the last change of the endpoint; NONE a yes without a date, which never
    undoes a no. An endpoint without the column, without Address or that is inactive says nothing of consent."""
    problems: list[Problem] = []
    kind = _kind(endpoint)
    if kind not in _CHANNELS:
        problems.append(Problem("ChannelType", "is no channel of ours", value=shown(kind), allowed=list(_CHANNELS)))
        return {}, problems
    channel, field = _CHANNELS[kind]
    identity = pinpoint_identity(endpoint)
    values: dict[str, Any] = {name: value for name, value in identity.items() if name == "external_id"}
    if address := _address(endpoint):
        values[field] = address
        if consent := _consent(endpoint, problems):
            values["consent"] = {channel: consent}
    attributes: dict[str, Any] = {}
    for name, value in _properties(endpoint):
        if name.lower() in _NAMES and isinstance(value, str):
            values.setdefault(_NAMES[name.lower()], value)
        else:
            attributes[attribute_name(name)] = value
    for column, ours, rule in (
        ("Demographic.Timezone", "timezone", timezone),
        ("Demographic.Locale", "language", language),
    ):
        if fits(rule, endpoint.get(column)):
            values[ours] = endpoint[column]
    return values | ({"attributes": attributes} if attributes else {}), problems


def _kind(endpoint: Mapping[str, Any]) -> str:
    return str(endpoint.get("ChannelType", "")).upper()


def _address(endpoint: Mapping[str, Any]) -> Any:
    address = endpoint.get("Address")
    return address if not isinstance(address, str) or address.strip() else None


def _properties(endpoint: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Custom properties by name; a list of one is its item."""
    for column, value in endpoint.items():
        group = next((one for one in _GROUPS if column.startswith(one)), None)
        if group is not None and value not in (None, "", []):
            yield column.removeprefix(group), value[0] if isinstance(value, list) and len(value) == 1 else value


def _consent(endpoint: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    opt_out = str(endpoint.get("OptOut") or "").upper()
    if opt_out not in ("ALL", "NONE", ""):
        allowed = ["ALL", "NONE"]
        problems.append(Problem("OptOut", "is not an opt-out", value=shown(endpoint["OptOut"]), allowed=allowed))
    if opt_out == "ALL":
        changed = endpoint.get("EffectiveDate")
        return {"status": "denied", "source": SOURCE} | ({"at": changed} if changed else {})
    is_active = str(endpoint.get("EndpointStatus") or "ACTIVE").upper() == "ACTIVE"
    return {"status": "granted", "source": SOURCE} if opt_out == "NONE" and is_active else {}
