"""Composing: from a campaign's frozen content and its members to one provider call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from ariia.domain.channel import Channel
from ariia.domain.consent.tracking import Tracking, tracking_of
from ariia.domain.content.content import Content
from ariia.domain.content.slots.compiled import CompiledContent, compile_content
from ariia.domain.errors import InvalidError
from ariia.domain.ledger.batch import Batch, Claim
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.members.member import Member
from ariia.domain.sending.message import MessageLinks, MessageValues, one_click_headers, without_tracking
from ariia.ports.ledger.sending import Addressee, SendCall, Skeleton

# SES names 1 MB for the JSON of a templated send (Developer Guide, "personalized email") and 10 MB for a message.
MAX_CALL_BYTES = 1_000_000
_KEPT = 16


@dataclass(frozen=True)
class Composed:
    """Calls ready to be made, one for all who are tracked alike; `failed` are members whose message can't be rendered,
    with the reason. Members who do not fit are in neither and stay pending. `marks` say what is not recorded of whom
    (tracking.Tracking.mark)."""

    calls: tuple[SendCall, ...]
    failed: dict[str, str] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many messages the calls hold together."""
        return sum(len(call.recipients) for call in self.calls)


@dataclass(frozen=True)
class _Compiled:
    content: CompiledContent
    values: MessageValues


class MessageComposer:
    """Compiles each message once and keeps it for the life of the process, whatever sends it."""

    def __init__(
        self,
        channel: Channel,
        links: MessageLinks,
        configuration_set: str,
        time_limit: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`time_limit` bounds the rendering of one batch: it raises InvalidError when the templates take too much of
        it, TransientError when the machine does."""
        self._channel, self._links, self._configuration_set = channel, links, configuration_set
        self._time_limit = time_limit
        self._messages: dict[tuple[str, MessageRef | None], CompiledContent] = {}
        self._compiled: dict[tuple[str, MessageRef | None], _Compiled] = {}

    def compose(
        self, campaign: Dispatch, content: Content, batch: Batch, claim: Claim, members: Sequence[Member]
    ) -> Composed:
        """The calls for `members`. InvalidError when the content itself does not compile, or takes too long;
        TransientError when it is not known whose fault that was."""
        with self._time_limit():
            return self._compose(campaign, content, batch, claim, members)

    def _compose(
        self, campaign: Dispatch, content: Content, batch: Batch, claim: Claim, members: Sequence[Member]
    ) -> Composed:
        compiled = self._compile(campaign, content, batch.key.lane)
        groups: dict[Tracking, list[Addressee]] = {}
        marks: dict[str, int] = {}
        failed: dict[str, str] = {}
        size = sum(len(part.encode()) for part in vars(compiled.content.skeleton).values())
        for member in members:
            try:
                recipient = self._recipient(campaign, batch, compiled, member)
            except InvalidError as error:
                failed[member.id] = error.message
                continue
            size += len(recipient.data.encode()) * 2 + 1_000
            if size > MAX_CALL_BYTES and groups:
                break
            # As the member wants it now: they may have changed their mind since the batch was planned.
            tracking = tracking_of(member, opens=campaign.track_opens, clicks=campaign.track_clicks)
            groups.setdefault(tracking, []).append(recipient)
            marks[member.id] = tracking.mark
        calls = tuple(
            self._call(campaign, content, compiled, batch, claim, tracking, recipients)
            for tracking, recipients in groups.items()
        )
        return Composed(calls, failed, marks)

    def _compile(self, campaign: Dispatch, content: Content, lane: str) -> _Compiled:
        place = (campaign.key, campaign.message_of(lane))
        if place not in self._compiled:
            compiled = self._compile_message((campaign.tenant_id, campaign.message_of(lane)), content)
            if len(self._compiled) >= _KEPT:
                self._compiled.clear()
            self._compiled[place] = _Compiled(compiled, MessageValues(campaign, content, compiled.use))
        return self._compiled[place]

    def _compile_message(self, place: tuple[str, MessageRef | None], content: Content) -> CompiledContent:
        if place not in self._messages:
            if len(self._messages) >= _KEPT:
                self._messages.clear()
            self._messages[place] = compile_content(
                content.subject, without_tracking(content.html), content.body or None
            )
        return self._messages[place]

    def _recipient(self, campaign: Dispatch, batch: Batch, compiled: _Compiled, member: Member) -> Addressee:
        wanted = compiled.content.use.links
        links = self._links.of(campaign, member.id, batch.key.lane, self._channel, wanted)
        if campaign.traits.asks:
            links |= self._links.confirming(campaign, member)
        rendered = compiled.content.render(compiled.values.of(member, links))
        address = member.address(self._channel) or ""
        return Addressee(member.id, address, rendered.data, one_click_headers(links["unsubscribe_url"]))

    def _call(
        self,
        campaign: Dispatch,
        content: Content,
        compiled: _Compiled,
        batch: Batch,
        claim: Claim,
        tracking: Tracking,
        recipients: Sequence[Addressee],
    ) -> SendCall:
        skeleton = compiled.content.skeleton
        return SendCall(
            from_address=content.from_address,
            reply_to=content.reply_to,
            configuration_set=f"{self._configuration_set}-{tracking.configuration}",
            skeleton=Skeleton(skeleton.subject, skeleton.html, skeleton.text),
            tags={
                "tenant": campaign.tenant_id,
                "campaign": campaign.id,
                "batch": batch.key.tag,
                "attempt": str(claim.attempt),
            },
            recipients=recipients,
        )
