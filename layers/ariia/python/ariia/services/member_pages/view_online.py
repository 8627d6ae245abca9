"""A message as a web page, for those whose mail program shows it badly."""

from __future__ import annotations

from ariia.domain.channel import Channel
from ariia.domain.errors import NotFoundError
from ariia.domain.links import verify
from ariia.domain.sending.message import VIEW, MessageLinks
from ariia.domain.sending.web_message import WebMessage, web_message
from ariia.ports.content import MessageRenderer
from ariia.ports.ledger.dispatches import DispatchStore
from ariia.ports.members.members import MemberScan
from ariia.ports.signing import SigningKeys


class ViewOnline:
    """Renders a message again, from the content that was approved and the member as they are now."""

    def __init__(
        self,
        keys: SigningKeys,
        dispatches: DispatchStore,
        members: MemberScan,
        base_url: str,
        renderer: MessageRenderer,
    ) -> None:
        self._keys, self._dispatches, self._members, self._base_url = keys, dispatches, members, base_url
        self._renderer = renderer

    def show(self, token: str) -> WebMessage:
        """The message that the link belongs to. NotFoundError for a link that we did not make, for a member or content
        that is gone, and for a member to whom the content no longer fits; TransientError."""
        claims = verify(self._keys.key(), VIEW, token)
        campaign = self._dispatches.get(claims.tenant_id, claims.campaign_id)
        found = (
            self._dispatches.test_recipients(claims.tenant_id, claims.campaign_id, [claims.member_id])
            if campaign is not None and campaign.traits.to_test_recipients
            else self._members.get_many(claims.tenant_id, [claims.member_id])
        )
        member = found.get(claims.member_id)
        said = campaign.message_of(claims.message) if campaign is not None else None
        if campaign is None or member is None or said is None:
            raise NotFoundError("this message is not available any more")
        content = self._dispatches.message(claims.tenant_id, said)
        links = MessageLinks(self._base_url, self._keys.key())
        urls = links.of(campaign, member.id, claims.message, Channel(claims.channel))
        return web_message(self._renderer.page, campaign, content, member, urls)
