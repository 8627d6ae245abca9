"""Templates over HTTP; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.channel import Channel
from ariia.domain.content.template import CampaignTemplate
from functions.api.gate.fields import NOT_BLANK, Instant, Name, RequestModel, ResponseModel, Version, example

TypeName = Literal["email", "whatsapp", "sms"]
_WRITTEN: dict[str, Any] = {
    "name": "Studio letter",
    "description": "Logo above, address and unsubscribe link below",
    "type": "email",
    "header_html": '<img src="https://studio-nord.example/logo.png" alt="Studio Nord">',
    "body_template": "<p>Hello {{ member.first_name|default('there') }}, {{ offer }} until {{ offer_end }}.</p>",
    "footer_html": '<p>{{ tenant.name }} · <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
    "variables_json": {
        "offer": {"type": "string", "default": "ten weeks for eight"},
        "offer_end": {"type": "date", "required": True},
    },
    "thumbnail_url": None,
    "is_default": True,
    "is_active": True,
}
_THUMBNAIL = "https://api.example.com/t/MXxzdHVkaW8tbm9yZHwwMWs5.Zk3v"
_STORED: dict[str, Any] = {
    "id": "01k9qjx2v4c1m8r6t5w3y7z0ab",
    "tenant_id": "studio-nord",
    "created_by": "anna",
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 1,
}


class TemplateFields(RequestModel):
    """What an author decides. `header_html + body_template + footer_html` is the message; Jinja2 throughout."""

    name: Annotated[str, Field(default_factory=str, min_length=1, max_length=200, pattern=NOT_BLANK)]
    description: Annotated[str | None, Field(max_length=2_000)] = None
    header_html: Annotated[str, Field(default_factory=str)]
    body_template: Annotated[str, Field(default_factory=str)]
    footer_html: Annotated[str, Field(default_factory=str)]
    variables_json: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="Placeholders by name: `type` (string, number, boolean, date, url), `default`, `required`.",
        ),
    ]
    thumbnail_url: Annotated[str | None, Field(max_length=2_000, pattern="^https?://")] = None
    is_default: Annotated[
        bool,
        Field(default_factory=bool, description="The default of its type; the former default stops being it."),
    ]
    is_active: Annotated[
        bool, Field(default_factory=lambda: True, description="Left out: true. An inactive one can't be chosen.")
    ]

    def fields(self) -> dict[str, Any]:
        """What was sent, by name, with the engine's own types."""
        sent = self.model_dump(exclude_unset=True, exclude={"version"})
        return sent | ({"type": Channel(sent["type"])} if "type" in sent else {})


class TemplateDraft(TemplateFields):
    """A new template."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN))

    name: Name
    type: Annotated[TypeName, Field(default_factory=lambda: "email", description="Left out: `email`. Never changes.")]


class TemplateChange(TemplateFields):
    """Fields that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=example({"version": 1, "is_default": False}))

    version: Version | None = None


class TemplateView(ResponseModel):
    """A template."""

    model_config = ConfigDict(json_schema_extra=example(_STORED | _WRITTEN | {"thumbnail_url": _THUMBNAIL}))

    id: str
    tenant_id: str
    name: str
    description: str | None
    type: TypeName
    header_html: str
    body_template: str
    footer_html: str
    variables_json: dict[str, Any]
    thumbnail_url: Annotated[
        str, Field(description="As given; else an SVG of the template for a sample member, drawn when it was stored.")
    ]
    is_default: bool
    is_active: bool
    created_by: str
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, template: CampaignTemplate, thumbnail_url: str) -> Self:
        """The view of a template."""
        fields = {name: getattr(template, name) for name in cls.model_fields}
        return cls.model_validate(fields | {"thumbnail_url": thumbnail_url})


class SampleMember(RequestModel):
    """A member to render for; every field may be left out."""

    id: str = "sample"
    external_id: str | None = None
    email: str | None = "sample@example.com"
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    language: str | None = None
    timezone: str | None = None
    tags: Annotated[list[str], Field(default_factory=list, max_length=200)]
    attributes: Annotated[dict[str, Any], Field(default_factory=dict)]


class RenderRequest(RequestModel):
    """What to render a template with."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "subject": "Your spring, {{ member.first_name }}",
                "member": {"first_name": "Anna", "tags": ["trial"]},
                "values": {"offer_end": "2026-03-31"},
            }
        )
    )

    subject: Annotated[str, Field(default_factory=str, max_length=1_000)]
    member: Annotated[SampleMember, Field(default_factory=lambda: SampleMember.model_validate({}))]
    values: Annotated[dict[str, Any], Field(default_factory=dict, description="Values of the declared variables.")]


class RenderedView(ResponseModel):
    """The message as that member would read it. The HTML is the tenant's own: show it in a sandboxed frame only."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "subject": "Your spring, Anna",
                "html": "<p>Hello Anna, ten weeks for eight until 31.03.2026.</p>",
                "text": "Hello Anna, ten weeks for eight until 31.03.2026.",
            }
        )
    )

    subject: str
    html: str
    text: str
