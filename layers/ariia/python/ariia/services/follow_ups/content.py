"""The message of a follow-up: judged when it is saved, frozen when it goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ariia.domain.channel import Channel
from ariia.domain.content.assembly import assemble
from ariia.domain.content.content import Content
from ariia.domain.content.message_draft import MessageDraft
from ariia.domain.content.variables.roots import campaign_view, clean, member_view, tenant_view
from ariia.domain.documents import encode
from ariia.domain.errors import InvalidError
from ariia.domain.follow_ups import MessageFormat, ScheduledFollowUp
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.members.member import Member
from ariia.domain.tenants.sending_rules import rules_of
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.senders import SenderDirectory
from ariia.services.campaigns.from_addresses import verified_sender

NAME = "Follow-up"
_UNSUBSCRIBE = {"de": "Abmelden"}


class FindsErrors(Protocol):
    """Judges a draft."""

    def require_sendable(self, draft: MessageDraft, members: Sequence[Mapping[str, Any]]) -> object:
        """InvalidError naming every error; `members` are views of those who will get it."""
        ...


class FollowUpContents:
    """Makes the frozen content of a follow-up. Without `checks` it does not judge, which saving has done."""

    def __init__(self, senders: SenderDirectory, checks: FindsErrors | None = None) -> None:
        self._senders, self._checks = senders, checks

    def require_valid(self, follow_up: ScheduledFollowUp, tenant: Tenant, member: Member) -> None:
        """InvalidError naming each field that is wrong: syntax and unknown variables with their line, and what would
        not render for this member."""
        self._require_fields(follow_up)
        self.sender(follow_up, tenant)
        if self._checks is not None:
            content = self._written(follow_up, tenant)
            self._checks.require_sendable(_draft(follow_up, tenant, content), [member_view(vars(member))])

    def of(self, follow_up: ScheduledFollowUp, tenant: Tenant) -> Content:
        """The content as it will be sent; InvalidError when the sender is not verified any more."""
        written = self._written(follow_up, tenant)
        return replace(written, from_address=self.sender(follow_up, tenant), tenant=tenant_view(encode(tenant)))

    def container(self, follow_up: ScheduledFollowUp, tenant: Tenant) -> Dispatch:
        """What the follow-up's message goes out in."""
        settings = tenant.settings
        return Dispatch(
            id=follow_up.container_id,
            tenant_id=follow_up.tenant_id,
            name=NAME,
            channel=follow_up.channel,
            kind=DispatchKind.FOLLOW_UP,
            hold_unknown=settings.hold_unknown,
            track_opens=settings.track_opens,
            track_clicks=settings.track_clicks,
            rules=rules_of(tenant),
        )

    def sender(self, follow_up: ScheduledFollowUp, tenant: Tenant) -> str:
        """The verified from-address; empty for channels without one. InvalidError when there is none."""
        if follow_up.channel is not Channel.EMAIL:
            return ""
        return verified_sender(self._senders, tenant, follow_up.sender)

    def _written(self, follow_up: ScheduledFollowUp, tenant: Tenant) -> Content:
        source, context = follow_up.message_template, clean(follow_up.ai_context_json)
        content = Content(subject=follow_up.subject or "", context=context)
        if follow_up.message_format is MessageFormat.HTML:
            return replace(content, html=source + _html_footer(source, tenant))
        footer = _text_footer(source, tenant) if follow_up.channel is Channel.EMAIL else ""
        return replace(content, body=source + footer)

    def _require_fields(self, follow_up: ScheduledFollowUp) -> None:
        is_email = follow_up.channel is Channel.EMAIL
        if not follow_up.message_template.strip():
            raise InvalidError.of("message_template", "is empty")
        if is_email and not (follow_up.subject or "").strip():
            raise InvalidError.of("subject", "is required for e-mail")
        if not is_email and (follow_up.subject or follow_up.sender):
            raise InvalidError.of(
                "subject" if follow_up.subject else "sender", f"is nothing that {follow_up.channel} has"
            )
        if not is_email and follow_up.message_format is MessageFormat.HTML:
            raise InvalidError.of("message_format", f"is nothing that {follow_up.channel} shows", "html", ["text"])


def _draft(follow_up: ScheduledFollowUp, tenant: Tenant, content: Content) -> MessageDraft:
    view = {"id": follow_up.container_id, "name": NAME, "type": "broadcast", "channel": str(follow_up.channel)}
    roots = {"tenant": tenant_view(encode(tenant)), "campaign": campaign_view(view), "context": content.context}
    return MessageDraft(
        subject=content.subject or NAME,
        html=assemble("", content.html, ""),
        text=content.body or None,
        roots=roots,
        fields={"subject": "subject", "text": "message_template", "body_template": "message_template"},
    )


def _label(tenant: Tenant) -> str:
    return _UNSUBSCRIBE.get(tenant.language.partition("-")[0], "Unsubscribe")


def _text_footer(source: str, tenant: Tenant) -> str:
    """Nobody writes a link to unsubscribe into a chat; the law wants one in every mail."""
    return "" if "unsubscribe_url" in source else f"\n\n-- \n{_label(tenant)}: {{{{ unsubscribe_url }}}}\n"


def _html_footer(source: str, tenant: Tenant) -> str:
    if "unsubscribe_url" in source:
        return ""
    return f'\n<p style="font-size:12px"><a href="{{{{ unsubscribe_url }}}}">{_label(tenant)}</a></p>'
