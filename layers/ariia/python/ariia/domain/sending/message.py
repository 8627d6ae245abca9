"""One message to one member: the values its template may print, and the headers it must carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation_link import confirmation_token
from ariia.domain.content.content import Content
from ariia.domain.content.variables.declarations import VariableValues, parse_variables
from ariia.domain.content.variables.roots import LINKS, campaign_view, clean, member_view, tenant_view
from ariia.domain.content.variables.use import EVERYTHING, TemplateUse
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.links import LinkClaims, sign_each
from ariia.domain.members.member import Member

UNSUBSCRIBE, VIEW, PREFERENCES = "unsubscribe", "view", "preferences"
UNSUBSCRIBE_URL, CONFIRM_URL = "unsubscribe_url", "confirm_url"
# Purpose of the token, and the path that it stands under.
_LINKS = {
    UNSUBSCRIBE_URL: (UNSUBSCRIBE, "/u/"),
    "preferences_url": (PREFERENCES, "/preferences/"),
    "view_url": (VIEW, "/v/"),
}


@dataclass(frozen=True)
class MessageLinks:
    """Makes the signed links of a message. `base_url` has no slash at its end."""

    base_url: str
    key: bytes

    def of(
        self, campaign: Dispatch, member_id: str, message: str, channel: Channel, wanted: frozenset[str] = LINKS
    ) -> dict[str, str]:
        """The `wanted` ones of the links that every template may use; to unsubscribe in any case."""
        claims = LinkClaims(campaign.tenant_id, campaign.id, member_id, message, channel)
        names = [name for name in _LINKS if name in wanted or name == UNSUBSCRIBE_URL]
        tokens = sign_each(self.key, [_LINKS[name][0] for name in names], claims)
        return {name: f"{self.base_url}{_LINKS[name][1]}{token}" for name, token in zip(names, tokens, strict=True)}

    def confirming(self, container: Dispatch, member: Member) -> dict[str, str]:
        """The link of the message in `container`, which asks the member to confirm the address that it goes to."""
        return {CONFIRM_URL: f"{self.base_url}/c/{confirmation_token(self.key, member, container.created_at)}"}


class MessageValues:
    """Values for every member of one campaign; what does not depend on the member is made once."""

    def __init__(self, campaign: Dispatch, content: Content, use: TemplateUse = EVERYTHING) -> None:
        """`use`: nothing else of the member is shown to the template."""
        self._fields = use.member_fields
        self._declared = VariableValues(parse_variables(content.variables), content.values)
        shown = {"id": campaign.owner or campaign.id, "name": campaign.name}
        shown |= {"type": str(campaign.type), "channel": str(campaign.channel)}
        self._same = {"tenant": tenant_view(content.tenant), "campaign": campaign_view(shown)}
        if campaign.traits.has_context:
            self._same["context"] = clean(content.context)

    def of(self, member: Member, links: dict[str, str]) -> dict[str, Any]:
        """What the template of this member's message may print; InvalidError naming a required variable without one."""
        attributes = member.attributes
        shown = member_view(vars(member), self._fields)
        return {**self._declared.of(attributes), **self._same, "member": shown, **links}


def one_click_headers(unsubscribe_url: str) -> dict[str, str]:
    """The two headers of RFC 8058, which mailbox providers require of bulk senders."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


_ANCHOR = re.compile(r"<a\b([^>]*)", re.IGNORECASE)
_OWN = re.compile(rf"\b(?:unsubscribe_url|preferences_url|view_url|{CONFIRM_URL})\b", re.IGNORECASE)
_UNTRACKED = re.compile(r"\bses:no-track\b", re.IGNORECASE)


def without_tracking(html: str) -> str:
    """`html` with the anchors of our own links marked as not to be rewritten for click tracking (SES Developer Guide,
    "ses:no-track"): an unsubscribe link must work by itself, and its token is nobody else's business."""

    def mark(anchor: re.Match[str]) -> str:
        is_own = _OWN.search(anchor[1]) and not _UNTRACKED.search(anchor[1])
        return f"<a ses:no-track{anchor[1]}" if is_own else anchor[0]

    return _ANCHOR.sub(mark, html)
