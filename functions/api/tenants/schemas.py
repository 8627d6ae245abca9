"""Tenants as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.rules.reputation import BOUNCE_RATE, COMPLAINT_RATE
from ariia.domain.tenants.plan import Plan
from ariia.domain.tenants.tenant import MAX_NAME, Tenant
from functions.api.gate.fields import Id, Instant, RequestModel, ResponseModel, Version
from functions.api.tenants.settings_schemas import (
    SETTINGS_EXAMPLE,
    SETTINGS_VIEW_EXAMPLE,
    SettingsChange,
    SettingsDraft,
    SettingsView,
)

PlanName = Literal["starter", "professional", "business", "enterprise"]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
Zone = Annotated[str, Field(max_length=64, description="An IANA time zone.")]
Language = Annotated[str, Field(max_length=35, description="A BCP 47 language tag.")]
Sender = Annotated[str | None, Field(max_length=450, description="`local@domain` or `Name <local@domain>`.")]
BounceLimit = Annotated[float, Field(description="Share of hard bounces (0 to 1) from which on campaigns pause.")]
ComplaintLimit = Annotated[float, Field(description="Share of complaints (0 to 1) from which on campaigns pause.")]
Text = Annotated[str | None, Field(max_length=300)]
# PATCH models publish no defaults: an omitted field keeps its value.
_LeftOut = Field(default_factory=str)

_PROFILE: dict[str, Any] = {
    "name": "Gym Nord",
    "timezone": "Europe/Berlin",
    "language": "de",
    "default_sender": "Gym Nord <hallo@gym-nord.example>",
    "website": "https://gym-nord.example",
    "address": "Nordstraße 1, 20095 Hamburg",
    "email": "kontakt@gym-nord.example",
    "phone": "+4940123456",
    "settings": SETTINGS_EXAMPLE,
}
_TENANT: dict[str, Any] = {
    "id": "gym-nord",
    "plan": "professional",
    **_PROFILE,
    "settings": SETTINGS_VIEW_EXAMPLE,
    "bounce_rate_limit": 0.05,
    "complaint_rate_limit": 0.001,
    "created_at": "2026-03-01T18:00:00.000Z",
    "updated_at": "2026-03-01T18:00:00.000Z",
    "version": 1,
}


class TenantView(ResponseModel):
    """A tenant."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TENANT]})

    id: str
    name: str
    plan: PlanName
    timezone: str
    language: str
    default_sender: str | None
    website: str | None
    address: str | None
    email: str | None
    phone: str | None
    settings: SettingsView
    bounce_rate_limit: float
    complaint_rate_limit: float
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        """The view of a tenant."""
        return cls.model_validate(tenant)


class TenantDraft(RequestModel):
    """A new tenant. Its `id` is the value of the tenant claim in its users' tokens."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "gym-nord", "plan": "professional", **_PROFILE}]})

    id: Id
    name: Name
    plan: PlanName = "starter"
    timezone: Zone = "Europe/Berlin"
    language: Language = "de"
    default_sender: Sender = None
    website: Text = None
    address: Text = None
    email: Text = None
    phone: Text = None
    settings: SettingsDraft = SettingsDraft()
    bounce_rate_limit: BounceLimit = BOUNCE_RATE
    complaint_rate_limit: ComplaintLimit = COMPLAINT_RATE

    def tenant(self) -> Tenant:
        """The tenant it describes."""
        fields = self.model_dump(exclude={"plan", "settings"})
        return Tenant(**fields, plan=Plan(self.plan), settings=self.settings.settings())


class ProfileChange(RequestModel):
    """What a tenant's admin may change; what is left out stays, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "en", "version": 1}]})

    name: Annotated[Name, _LeftOut]
    timezone: Annotated[Zone, _LeftOut]
    language: Annotated[Language, _LeftOut]
    default_sender: Sender = None
    website: Text = None
    address: Text = None
    email: Text = None
    phone: Text = None
    settings: Annotated[SettingsChange, Field(default_factory=SettingsChange)]
    version: Version | None = None

    def changes(self) -> dict[str, object]:
        """The fields that the request names."""
        changes = self.model_dump(exclude_unset=True, exclude={"version", "settings"})
        return {**changes, "settings": self.settings.changes()} if "settings" in self.model_fields_set else changes


class TenantChange(ProfileChange):
    """What the platform may change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plan": "business", "version": 1}]})

    plan: Annotated[PlanName, Field(default_factory=lambda: "starter")]
    bounce_rate_limit: Annotated[BounceLimit, Field(default_factory=lambda: BOUNCE_RATE)]
    complaint_rate_limit: Annotated[ComplaintLimit, Field(default_factory=lambda: COMPLAINT_RATE)]

    def changes(self) -> dict[str, object]:
        """The fields that the request names."""
        changes = super().changes()
        return {**changes, "plan": Plan(self.plan)} if "plan" in changes else changes
