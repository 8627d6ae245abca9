"""Events of members: kept once, and told to everybody who reacts to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ariia.domain.channel import MESSAGE_CHANNELS, Channel
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import InvalidError, NotFoundError, Problem
from ariia.domain.events import MESSAGE_RECEIVED, MemberEvent, data_problem, event_names_problem
from ariia.ports.clock import Clock, Ids
from ariia.ports.events import EventStore, Reaction
from ariia.ports.members.members import MemberScan
from ariia.services.consent.stop_words import StopWords

# A sender's clock may be ahead by this much.
_AHEAD_MS = 300_000


class MemberEvents:
    """Takes events in. Everything is done again when the same event comes again, and comes to the same."""

    def __init__(
        self,
        events: EventStore,
        reactions: Sequence[Reaction],
        members: MemberScan,
        stop_words: StopWords,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._events, self._reactions = events, reactions
        self._members, self._stop_words, self._clock, self._ids = members, stop_words, clock, ids

    def take(
        self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None = None
    ) -> Created[MemberEvent]:
        """The event, stored, with the follow-ups that it cancelled. NotFoundError when there is no such member;
        InvalidError for wrong fields or when its id was used for another event."""
        event = self._made(tenant_id, by, fields, creation)
        if not self._members.get_many(tenant_id, [event.member_id]):
            raise NotFoundError("there is no member with this id")
        is_new = self._events.put(event)
        if not is_new:
            earlier = self._events.get(tenant_id, event.id)
            if earlier is None:
                raise NotFoundError("there is no such event")
            require_same(creation, earlier.fingerprint)
            event = earlier
        if event.handled_at is None:
            self._handle(event, by)
        return Created(event, replayed=not is_new)

    def _handle(self, event: MemberEvent, by: str) -> None:
        self._hear(event)
        for reaction in self._reactions:
            reaction.react(event, by, partial(self._events.note_handled, event))
        event.handled_at = self._clock.now()
        self._events.note_handled(event)

    def _hear(self, event: MemberEvent) -> None:
        """An answer that is nothing but STOP or START says so on the channel it came by."""
        text = event.data.get("text")
        if event.name == MESSAGE_RECEIVED and isinstance(text, str):
            channel = Channel(event.data["channel"])
            # A sender's clock that is ahead must not put what they say behind what they say next.
            at = min(event.at, event.received_at)
            self._stop_words.take(
                event.tenant_id,
                channel,
                text,
                at=at,
                event_id=event.id,
                by=event.received_by,
                member_id=event.member_id,
            )

    def _made(self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None) -> MemberEvent:
        now = self._clock.now()
        event = MemberEvent(
            id=creation.id if creation else self._ids.new(),
            tenant_id=tenant_id,
            member_id=fields["member_id"],
            name=fields["name"],
            at=min(fields.get("at") or now, now + _AHEAD_MS),
            conversation_id=fields.get("conversation_id"),
            data=dict(fields.get("data") or {}),
            received_at=now,
            received_by=by,
            fingerprint=creation.fingerprint if creation else None,
        )
        problems = [event_names_problem([event.name], "name"), data_problem(event.data, "data"), _heard_problem(event)]
        found = [one for one in problems if one is not None]
        if found:
            raise InvalidError("the event is not valid", problems=found)
        return event


def _heard_problem(event: MemberEvent) -> Problem | None:
    """An answer with its text must name the channel it came by: what it says holds there."""
    if event.name != MESSAGE_RECEIVED or not isinstance(event.data.get("text"), str):
        return None
    channel, allowed = event.data.get("channel"), [str(one) for one in MESSAGE_CHANNELS]
    return None if channel in allowed else Problem("data.channel", "is no channel", value=channel, allowed=allowed)
