"""Enumerations: one component for each set of values, wherever in the document it is used."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, get_args

from ariia.domain import channel, pause_cause, wait_cause
from ariia.domain import follow_ups as follow_up
from ariia.domain import senders as sender_domain
from ariia.domain.audience import target
from ariia.domain.audience.filters.fields import names_of
from ariia.domain.audience.filters.operators import Kind, Op
from ariia.domain.audit import entries as audit
from ariia.domain.campaigns import campaign
from ariia.domain.consent import refusal as consent
from ariia.domain.imports import job as import_job
from ariia.domain.ledger import dispatch, receipt
from ariia.domain.members import member
from ariia.domain.preflight import job as preflight_job
from ariia.domain.privacy import erasure
from ariia.domain.privacy import export as member_export
from ariia.domain.rules import frequency_cap, misfire
from ariia.domain.series import series
from ariia.domain.tenants import plan
from functions.api.campaigns.action_schemas import DespiteName
from functions.api.campaigns.schemas import StatusName as CampaignStatus
from functions.api.campaigns.views import ActionName as CampaignAction
from functions.api.consent.schemas import ReasonName as SuppressionReason
from functions.api.follow_ups.schemas import FollowUpActionName
from functions.api.reference.components.schemas import Schema, of_document, pascal, reference
from functions.api.series.views import SeriesActionName
from functions.api.templates.schemas import TypeName as TemplateType
from functions.api.tenants.timing import Weekday

# Enumerations of the engine are called as they are there.
_OF_THE_ENGINE: tuple[type[StrEnum], ...] = (
    audit.AuditKind,
    dispatch.CampaignType,
    target.FollowUpCondition,
    campaign.LateMembers,
    target.TargetType,
    channel.Channel,
    consent.ExclusionReason,
    erasure.ErasureReason,
    follow_up.FollowUpStatus,
    follow_up.MessageFormat,
    frequency_cap.Overflow,
    import_job.ImportFormat,
    import_job.ImportState,
    member.ConsentStatus,
    member_export.ExportState,
    misfire.MisfirePolicy,
    pause_cause.PauseCause,
    plan.AiLevel,
    plan.AnalyticsLevel,
    plan.Plan,
    preflight_job.PreflightStatus,
    receipt.RecipientStatus,
    sender_domain.Verification,
    series.SeriesStatus,
    wait_cause.WaitCause,
)
# The API's own.
_OF_THE_API: dict[str, tuple[str, ...]] = {
    "AcceptableFinding": get_args(DespiteName),
    "AgeOperator": (Op.WITHIN_LAST, Op.OLDER_THAN),
    "CampaignAction": get_args(CampaignAction),
    "CampaignStatus": get_args(CampaignStatus),
    "ConsentField": names_of(Kind.CONSENT),
    "CountStatus": ("running", "finished"),
    "EqualityOperator": (Op.EQ, Op.NE),
    "FollowUpAction": get_args(FollowUpActionName),
    "FindingSeverity": ("error", "warning"),
    "InstantField": names_of(Kind.INSTANT),
    "InstantOperator": (Op.BEFORE, Op.AFTER),
    "MessageChannel": tuple(map(str, channel.MESSAGE_CHANNELS)),
    "SeriesAction": get_args(SeriesActionName),
    "SuppressionReason": get_args(SuppressionReason),
    "TemplateType": get_args(TemplateType),
    "TextField": names_of(Kind.TEXT),
    "Weekday": get_args(Weekday),
}


def name_enumerations(document: dict[str, Any]) -> None:
    """Moves every enumeration that is listed above, or is used more than once, into a component, with references to it
    where it was. One that is not listed is named for its property; ValueError when that name is another's."""
    found = [(name, schema) for name, schema in of_document(document) if "enum" in schema]
    often = Counter(_values(schema) for _, schema in found)
    names, schemas = {_values(schema): name for name, schema in _listed().items()}, document["components"]["schemas"]
    for property_name, schema in found:
        values = _values(schema)
        name = names.setdefault(values, pascal(property_name)) if often[values] > 1 else names.get(values)
        if name is not None:
            component = _listed().get(name) or _component(schema["enum"])
            if _values(schemas.setdefault(name, {"title": name, **component})) != values:
                raise ValueError(f"list the enumeration {schema['enum']} with a name of its own: {name} is another's")
            _refer(schema, name)


@functools.cache
def _listed() -> dict[str, Schema]:
    engine = {kind.__name__: _component(kind, inspect.cleandoc(kind.__doc__ or "")) for kind in _OF_THE_ENGINE}
    return engine | {name: _component(values) for name, values in _OF_THE_API.items()}


def _component(values: Iterable[str], description: str = "") -> Schema:
    schema: Schema = {"type": "string", "enum": [str(value) for value in values]}
    return schema | ({"description": description} if description else {})


def _values(schema: Schema) -> frozenset[str]:
    """Of a schema that is no enumeration: none."""
    return frozenset(map(str, schema.get("enum", ())))


def _refer(schema: Schema, name: str) -> None:
    for keyword in ("enum", "type", "title"):
        schema.pop(keyword, None)
    schema |= reference(name)
