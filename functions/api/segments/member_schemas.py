"""Counts, samples and lists of segments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.audience.segment import MAX_LISTED_AT_ONCE
from ariia.domain.members.member import Member
from ariia.services.audience.segment_counts import SegmentCount
from ariia.services.audience.segment_members import ListChange
from functions.api.gate.fields import Id, Instant, Name, RequestModel, ResponseModel, example
from functions.api.members.schemas import MemberView

ChannelName = Literal["email", "sms", "whatsapp", "telegram"]
_COUNT: dict[str, Any] = {
    "status": "finished",
    "at": "2026-03-01T18:00:00.000Z",
    "age_seconds": 0,
    "progress": {"done": 16, "total": 16},
    "channel": "email",
    "members": 15000,
    "reachable": 14300,
    "unreachable": {"no_consent": 650, "suppressed": 50},
}
_Ids = Annotated[list[Id], Field(default_factory=list, max_length=MAX_LISTED_AT_ONCE)]


class FilterQuestion(RequestModel):
    """A filter that need not be saved."""

    model_config = ConfigDict(
        json_schema_extra=example({"filter_json": {"field": "tags", "op": "contains", "value": "trial"}})
    )

    filter_json: dict[str, Any]
    channel: Annotated[ChannelName, Field(default_factory=lambda: "email", description="Left out: `email`.")]


class CountProgress(ResponseModel):
    """Parts of the members that are counted."""

    model_config = ConfigDict(json_schema_extra=example(_COUNT["progress"]))

    done: int
    total: int


class SegmentCountView(ResponseModel):
    """How many members there are in it. While it is being counted the figures are null: ask again."""

    model_config = ConfigDict(json_schema_extra=example(_COUNT))

    status: Literal["running", "finished"]
    at: Instant
    age_seconds: int
    progress: CountProgress
    channel: ChannelName
    members: int | None
    reachable: Annotated[int | None, Field(description="Members who may be sent something on `channel` now.")]
    unreachable: Annotated[dict[str, int] | None, Field(description="The others, by the reason.")]

    @classmethod
    def of(cls, count: SegmentCount, channel: ChannelName) -> Self:
        """The view of a count."""
        counted = count.counted
        return cls(
            status="finished" if counted else "running",
            at=count.at,
            age_seconds=count.age_ms // 1000,
            progress=CountProgress(done=count.shards_done, total=count.shards),
            channel=channel,
            members=counted.matched if counted else None,
            reachable=counted.will_get if counted else None,
            unreachable=counted.excluded if counted else None,
        )


class SegmentSampleView(ResponseModel):
    """A few of the members in it; null while they are being looked for: ask again."""

    model_config = ConfigDict(json_schema_extra=example({"status": "running", "items": None}))

    status: Literal["running", "finished"]
    items: list[MemberView] | None

    @classmethod
    def of(cls, count: SegmentCount, members: list[Member]) -> Self:
        """The view of the sample that a count has taken."""
        if count.counted is None:
            return cls(status="running", items=None)
        return cls(status="finished", items=[MemberView.of(one) for one in members])


class ListChangeInput(RequestModel):
    """Members to put on the list of a static segment and to take off it, at most 5,000 together."""

    model_config = ConfigDict(json_schema_extra=example({"add": ["m-4711", "m-4712"], "remove": ["m-0815"]}))

    add: _Ids
    remove: _Ids


class ListChangeView(ResponseModel):
    """What the change came to. `unknown` are ids that are no members; they were left out."""

    model_config = ConfigDict(json_schema_extra=example({"added": 1, "removed": 1, "unknown": ["m-4712"]}))

    added: int
    removed: int
    unknown: list[str]

    @classmethod
    def of(cls, change: ListChange) -> Self:
        """The view of a change."""
        return cls(added=change.added, removed=change.removed, unknown=change.unknown)


class ListedMemberView(ResponseModel):
    """A member on the list."""

    model_config = ConfigDict(json_schema_extra=example({"member_id": "m-4711"}))

    member_id: str


class FreezeInput(RequestModel):
    """The name of the static segment that is made."""

    model_config = ConfigDict(json_schema_extra=example({"name": "Inactive trials on 1 March"}))

    name: Name
