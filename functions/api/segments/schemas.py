"""Segments over HTTP; the names are those of the concept."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from ariia.domain.audience.segment import MemberSegment
from functions.api.gate.fields import NOT_BLANK, Instant, Name, RequestModel, ResponseModel, Version, example

_FILTER: dict[str, Any] = {
    "all": [
        {"field": "tags", "op": "in", "value": ["trial", "paused"]},
        {"field": "attributes.visits", "op": "gte", "value": 3},
        {"not": {"field": "last_opened_at", "op": "within_last", "value": 90}},
    ]
}
_WRITTEN: dict[str, Any] = {
    "name": "Inactive trials",
    "description": "Came three times and have not opened anything for 90 days",
    "filter_json": _FILTER,
    "is_dynamic": True,
}
_STORED: dict[str, Any] = {
    "id": "01k9qk3d8e5f2g9h6j4m1n7pqr",
    "tenant_id": "studio-nord",
    "frozen_from": None,
    "is_filled": True,
    "created_by": "anna",
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 1,
}
FilterJson = Annotated[
    dict[str, Any],
    Field(
        default_factory=dict,
        description="An expression, as GET /v1/segments/schema describes it; empty for a static segment.",
    ),
]


class SegmentFields(RequestModel):
    """What an author decides."""

    name: Annotated[str, Field(default_factory=str, min_length=1, max_length=200, pattern=NOT_BLANK)]
    description: Annotated[str | None, Field(max_length=2_000)] = None
    filter_json: FilterJson

    def fields(self) -> dict[str, Any]:
        """What was sent, by name."""
        return self.model_dump(exclude_unset=True, exclude={"version"})


class SegmentDraft(SegmentFields):
    """A new segment."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN))

    name: Name
    is_dynamic: Annotated[
        bool,
        Field(
            default_factory=lambda: True,
            description="Left out: true. A static segment (false) is a list of members. Never changes.",
        ),
    ]


class SegmentChange(SegmentFields):
    """Fields that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra=example({"version": 1, "name": "Sleeping trials"}))

    version: Version | None = None


class SegmentView(ResponseModel):
    """A segment."""

    model_config = ConfigDict(json_schema_extra=example(_STORED | _WRITTEN))

    id: str
    tenant_id: str
    name: str
    description: str | None
    filter_json: dict[str, Any]
    is_dynamic: bool
    frozen_from: Annotated[str | None, Field(description="The segment that this list was made of.")]
    is_filled: Annotated[bool, Field(description="False while the list of a frozen segment is being filled.")]
    created_by: str
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, segment: MemberSegment) -> Self:
        """The view of a segment."""
        stored = {name: getattr(segment, name) for name in cls.model_fields if name != "is_filled"}
        return cls.model_validate(stored | {"is_filled": segment.fill_job_id is None})


class FilterSchemaView(ResponseModel):
    """A JSON Schema, as a document of its own."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=example({"title": "filter_json", "description": "An expression over one member."}),
    )

    title: str
    description: str
