"""Every message that a member was meant to get: what became of it, and what it said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ariia.domain.errors import NotFoundError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import Batch, Entry, EntryState
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import Receipt
from ariia.domain.members.member import Member
from ariia.domain.recipients.recipient import recipient
from ariia.domain.sending.message import CONFIRM_URL
from ariia.domain.sending.web_message import web_message
from ariia.ports.campaigns import CampaignStore
from ariia.ports.content import MessageRenderer
from ariia.ports.ledger.ledger import Partition, RecipientLedger
from ariia.ports.personal_data import Told, told_page

_PAGE = 25
# Our own links would act for the member: a reader of the archive must not unsubscribe them by looking at it.
_DEAD_LINKS = {"unsubscribe_url": "#", "preferences_url": "#", "view_url": "#", CONFIRM_URL: "#"}


class MemberMessages:
    """Reads the ledger about one member."""

    def __init__(self, campaigns: CampaignStore, ledger: RecipientLedger, renderer: MessageRenderer) -> None:
        self._campaigns, self._ledger, self._renderer = campaigns, ledger, renderer

    def of_campaign(self, campaign: Dispatch, member: Member) -> Iterator[dict[str, Any]]:
        """The member's row in the campaign, as of CampaignRecipient, with the links they clicked and, when it was sent
        and can still be rendered, `subject`, `html` and `text`. Nothing when they were not targeted."""
        if not campaign.shards:
            return
        partition = Partition(campaign.tenant_id, campaign.id, shard_of(member.id, campaign.shards))
        for batch in self._ledger.page_of(partition, member.id):
            for entry in batch.entries:
                if entry.member_id == member.id:
                    yield self._row(campaign, partition, batch, entry, member)

    def of_single(self, container_id: str, member: Member) -> Iterator[dict[str, Any]]:
        """The same of a single message; nothing while it is not on its way."""
        container = self._campaigns.get(member.tenant_id, container_id)
        if container is not None:
            yield from self.of_campaign(container, member)

    def _row(
        self, campaign: Dispatch, partition: Partition, batch: Batch, entry: Entry, member: Member
    ) -> dict[str, Any]:
        receipts = self._ledger.receipts_between(partition, member.id, member.id)
        receipt = receipts.get((member.id, batch.key.lane)) or Receipt()
        shown = asdict(recipient(campaign, batch, entry, receipt))
        del shown["id"], shown["member_id"]
        told = {name: value for name, value in shown.items() if value is not None}
        links = [{"link": link, "at": at} for link, at in sorted(receipt.links.items())]
        row = {"campaign": campaign.name, "channel": campaign.channel.value, **told, "clicked_links": links}
        return row | (self._rendered(campaign, batch.key.lane, member) if entry.state is EntryState.ACCEPTED else {})

    def _rendered(self, campaign: Dispatch, lane: str, member: Member) -> dict[str, str]:
        try:
            said = campaign.message_of(lane)
            if said is None:
                return {}
            content = self._campaigns.message(campaign.tenant_id, said)
            message = web_message(self._renderer.page, campaign, content, member, _DEAD_LINKS)
        except NotFoundError:
            return {}
        return {"subject": message.subject, "html": message.html, "text": message.text}


class CampaignMessagesSection:
    """The messages of campaigns, newest campaign first."""

    name = "campaign_messages"
    document = "messages"
    tables = ("ledger",)

    def __init__(self, campaigns: CampaignStore, messages: MemberMessages) -> None:
        self._campaigns, self._messages = campaigns, messages

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        page = self._campaigns.page(member.tenant_id, _PAGE, after)
        rows = [row for one in page for row in self._messages.of_campaign(one, member)]
        return told_page(page, _PAGE, lambda one: one.id, rows)
