"""A message as a web page, for those whose mail program shows it badly."""

from __future__ import annotations

from ariia.domain.channel import Channel
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.containers import SingleKind, kind_of
from ariia.domain.links import verify
from ariia.domain.sending.message import VIEW, MessageLinks
from ariia.domain.sending.web_message import WebMessage, web_message
from ariia.ports.campaigns import CampaignStore
from ariia.ports.content import MessageRenderer
from ariia.ports.members import MemberScan
from ariia.ports.signing import SigningKeys


class ViewOnline:
    """Renders a message again, from the content that was approved and the member as they are now."""

    def __init__(
        self,
        keys: SigningKeys,
        campaigns: CampaignStore,
        members: MemberScan,
        base_url: str,
        renderer: MessageRenderer,
    ) -> None:
        self._keys, self._campaigns, self._members, self._base_url = keys, campaigns, members, base_url
        self._renderer = renderer

    def show(self, token: str) -> WebMessage:
        """The message that the link belongs to. NotFoundError for a link that we did not make, for a member or content
        that is gone, and for a member to whom the content no longer fits; TransientError."""
        claims = verify(self._keys.key(), VIEW, token)
        campaign = self._campaigns.get(claims.tenant_id, claims.campaign_id)
        is_test = kind_of(claims.campaign_id) is SingleKind.TEST
        found = (
            self._campaigns.stand_ins(claims.tenant_id, claims.campaign_id, [claims.member_id])
            if is_test
            else self._members.get_many(claims.tenant_id, [claims.member_id])
        )
        member = found.get(claims.member_id)
        if campaign is None or member is None or campaign.approved_hash is None:
            raise NotFoundError("this message is not available any more")
        content = self._campaigns.content(claims.tenant_id, claims.campaign_id, campaign.approved_hash)
        links = MessageLinks(self._base_url, self._keys.key())
        urls = links.of(campaign, member.id, claims.message, Channel(claims.channel))
        return web_message(self._renderer.page, campaign, content, member, urls)
