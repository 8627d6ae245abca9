"""Field types and base classes that all schemas are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from ariia.domain.identifiers import ID_PATTERN
from ariia.domain.local_time import iso


# `defer_build`: a model is worked out when it is first used, which takes a fourteenth off the API's cold start.
class RequestModel(BaseModel):
    """A request body: unknown fields and wrong types are errors; nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class ResponseModel(BaseModel):
    """A response body."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, defer_build=True)


def example(value: dict[str, Any]) -> Any:
    """For `json_schema_extra`: the example that the reference shows for this model."""
    return {"examples": [value]}


def epoch_ms(value: Any) -> int:
    """The instant (epoch ms) that an ISO 8601 text names; ValueError without a zone, or when it is no such text."""
    if not isinstance(value, str):
        raise ValueError("must be an ISO 8601 instant with a zone, for example 2026-03-01T18:00:00Z")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an ISO 8601 instant with a zone, for example 2026-03-01T18:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("must name its zone, for example by a Z at the end")
    return round(moment.timestamp() * 1000)


_INSTANT_SCHEMA = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T18:00:00.000Z"]})
# In responses: epoch milliseconds inside, ISO 8601 UTC outside.
Instant = Annotated[int, PlainSerializer(iso, return_type=str), _INSTANT_SCHEMA]
# In requests: ISO 8601 with any zone outside, epoch milliseconds inside.
InstantInput = Annotated[int, BeforeValidator(epoch_ms), _INSTANT_SCHEMA]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
# Of texts that people read: more than white space.
NOT_BLANK = r"\S"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NOT_BLANK)]
Version = Annotated[int, Field(ge=1, description="The version that the change is based on.")]
