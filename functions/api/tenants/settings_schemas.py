"""The tenant's settings as the API shows and takes them: choices that hold for all that it sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from ariia.domain.tenants.tenant import Tenant, TenantSettings
from functions.api.gate.fields import RequestModel, ResponseModel, Version
from functions.api.tenants.timing import (
    CAP_EXAMPLE,
    MISFIRE_EXAMPLE,
    QUIET_HOURS_EXAMPLE,
    FrequencyCapInput,
    FrequencyCapView,
    HoursByChannel,
    MisfireInput,
    MisfireView,
    QuietHoursView,
    hours_by_channel,
)

# PATCH models publish no defaults: an omitted field keeps its value.
_Flag = Annotated[bool, Field(default_factory=bool)]
_OWN = "from which on a campaign pauses itself; null = the platform's limit, which this may only undercut."
_CAP = "The whole cap; null = none."
BounceRate = Annotated[float | None, Field(description=f"Share of hard bounces (0 to 1) {_OWN}")]
ComplaintRate = Annotated[float | None, Field(description=f"Share of complaints (0 to 1) {_OWN}")]

_DOUBLE_OPT_IN = (
    "A new consent to e-mail is `pending` until the member follows the link of an e-mail that asks for it. Can be set "
    "once the tenant has a default_sender on a verified domain."
)
DoubleOptIn = Annotated[bool, Field(description=_DOUBLE_OPT_IN)]

SETTINGS_EXAMPLE: dict[str, Any] = {
    "one_per_address": True,
    "hold_unknown": False,
    "track_opens": True,
    "track_clicks": True,
    "quiet_hours": {"email": QUIET_HOURS_EXAMPLE},
    "frequency_cap": CAP_EXAMPLE,
    "misfire": MISFIRE_EXAMPLE,
    "pause_at_bounce_rate": 0.03,
    "pause_at_complaint_rate": None,
}
SETTINGS_VIEW_EXAMPLE: dict[str, Any] = {**SETTINGS_EXAMPLE, "double_opt_in": True}


class SettingsView(ResponseModel):
    """Choices that hold for all campaigns of the tenant."""

    model_config = ConfigDict(json_schema_extra={"examples": [SETTINGS_VIEW_EXAMPLE]})

    one_per_address: Annotated[bool, Field(description="Members who share an address get one message.")]
    hold_unknown: Annotated[bool, Field(description="A send without a known outcome waits for a person.")]
    track_opens: bool
    track_clicks: bool
    double_opt_in: DoubleOptIn
    quiet_hours: Annotated[dict[str, QuietHoursView], Field(description="By channel: when nothing leaves.")]
    frequency_cap: Annotated[FrequencyCapView | None, Field(description="null = no cap.")]
    misfire: MisfireView
    pause_at_bounce_rate: BounceRate
    pause_at_complaint_rate: ComplaintRate


class SettingsDraft(RequestModel):
    """The choices of a new tenant; a double opt-in takes a sender, which a new tenant has not got."""

    model_config = ConfigDict(json_schema_extra={"examples": [SETTINGS_EXAMPLE]})

    one_per_address: bool = True
    hold_unknown: bool = False
    track_opens: bool = True
    track_clicks: bool = True
    quiet_hours: HoursByChannel = Field(default={})
    frequency_cap: Annotated[FrequencyCapInput | None, Field(description=_CAP)] = None
    misfire: MisfireInput = MisfireInput()
    pause_at_bounce_rate: BounceRate = None
    pause_at_complaint_rate: ComplaintRate = None

    def settings(self) -> TenantSettings:
        """The settings it describes."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return TenantSettings(**_values(fields))


class SettingsChange(RequestModel):
    """The choices to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hold_unknown": True}]})

    one_per_address: _Flag
    hold_unknown: _Flag
    track_opens: _Flag
    track_clicks: _Flag
    double_opt_in: Annotated[bool, Field(default_factory=bool, description=_DOUBLE_OPT_IN)]
    quiet_hours: Annotated[HoursByChannel, Field(default_factory=dict)]
    frequency_cap: Annotated[FrequencyCapInput | None, Field(description=_CAP)] = None
    misfire: Annotated[MisfireInput, Field(default_factory=MisfireInput)]
    pause_at_bounce_rate: BounceRate = None
    pause_at_complaint_rate: ComplaintRate = None

    def changes(self) -> dict[str, object]:
        """The settings that the request names."""
        return _values({name: getattr(self, name) for name in self.model_fields_set})


class OwnSettingsView(SettingsView):
    """The settings of the caller's tenant. `version` is the tenant's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SETTINGS_VIEW_EXAMPLE, "version": 1}]})

    version: int

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        """The view of a tenant's settings."""
        names = (name for name in cls.model_fields if name != "version")
        return cls(**{name: getattr(tenant.settings, name) for name in names}, version=tenant.version)


class OwnSettingsChange(SettingsChange):
    """The settings to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hold_unknown": True, "version": 1}]})

    version: Version | None = None

    def changes(self) -> dict[str, object]:
        """The settings that the request names."""
        return {name: value for name, value in super().changes().items() if name != "version"}


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` with the engine's own types."""
    types: dict[str, Callable[[Any], Any]] = {
        "quiet_hours": hours_by_channel,
        "frequency_cap": lambda given: given.cap() if given is not None else None,
        "misfire": MisfireInput.misfire,
    }
    return {name: types[name](value) if name in types else value for name, value in fields.items()}
