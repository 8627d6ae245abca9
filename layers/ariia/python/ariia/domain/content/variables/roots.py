"""What every template can use: `member`, `tenant`, `campaign` and the three links, as plain data.

Plain dicts and text only, so that nothing of the engine's own objects is within a template's reach. Fields without a
value are left out, so that `|default('…')` works for them and printing them is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariia.domain.content.sandbox.unsendable import NOT_TEXT

MEMBER_FIELDS = frozenset(
    {"id", "external_id", "email", "phone", "first_name", "last_name", "language", "timezone", "tags", "attributes"}
)
TENANT_FIELDS = frozenset({"id", "name", "timezone", "language", "website", "address", "email", "phone"})
CAMPAIGN_FIELDS = frozenset({"id", "name", "type", "channel"})
ROOT_FIELDS = {"member": MEMBER_FIELDS, "tenant": TENANT_FIELDS, "campaign": CAMPAIGN_FIELDS}
LINKS = frozenset({"unsubscribe_url", "preferences_url", "view_url"})
ROOTS = LINKS | set(ROOT_FIELDS)
_MAX_NESTING = 8


def member_view(member: Mapping[str, Any], fields: frozenset[str] = MEMBER_FIELDS) -> dict[str, Any]:
    """The `member` of templates, from a mapping of a member's fields (others than `fields` are ignored).

    `tags` (a list) and `attributes` (a mapping) are always there. Control characters and lone surrogates, which no
    mail can carry, are removed from every text.
    """
    view = _view(member, fields)
    view.setdefault("tags", [])
    view.setdefault("attributes", {})
    return view


def tenant_view(tenant: Mapping[str, Any]) -> dict[str, Any]:
    """The `tenant` of templates: TENANT_FIELDS of the mapping that have a value."""
    return _view(tenant, TENANT_FIELDS)


def campaign_view(campaign: Mapping[str, Any]) -> dict[str, Any]:
    """The `campaign` of templates: CAMPAIGN_FIELDS of the mapping that have a value."""
    return _view(campaign, CAMPAIGN_FIELDS)


def clean(value: Any, depth: int = 0) -> Any:
    """`value` as plain data without unsendable characters; mappings lose their empty entries.

    What is nested deeper than eight levels is left out.
    """
    if isinstance(value, str):
        return value if value.isprintable() else NOT_TEXT.sub("", value)
    if isinstance(value, Mapping):
        if depth == _MAX_NESTING:
            return {}
        cleaned = {}
        for key, item in value.items():
            # What most attributes are is looked at first: this runs for each attribute of each recipient.
            kept = item if type(item) is int or (type(item) is str and item.isprintable()) else clean(item, depth + 1)
            if kept is not None and kept != "":
                cleaned[key if type(key) is str and key.isprintable() else str(clean(str(key)))] = kept
        return cleaned
    if isinstance(value, (list, tuple, set, frozenset)):
        return [] if depth == _MAX_NESTING else [clean(item, depth + 1) for item in value if item is not None]
    return value


def _view(source: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    view = {}
    for name in fields:
        value = source.get(name)
        if value is not None and value != "":
            view[name] = value if type(value) is str and value.isprintable() else clean(value)
    return view
