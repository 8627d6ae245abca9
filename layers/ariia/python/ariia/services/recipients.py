"""Answers about recipients: the list in key order, and one member's story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import Batch, Entry
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import Receipt, RecipientStatus
from ariia.domain.recipients.recipient import Recipient, recipient
from ariia.domain.recipients.timeline import Story, timeline
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Partition, RecipientLedger

# Rows after which one request stops looking for matching ones, so that a rare status can't outlast the request.
MAX_ROWS_READ = 10_000


@dataclass(frozen=True)
class Position:
    """Where a list goes on: behind `member_id` in the page that starts with `page`. Members erased since keep their
    place in the page under a random id, which is why the page is named."""

    shard: int
    page: str | None = None
    member_id: str = ""

    @property
    def text(self) -> str:
        """The position as text without its own meaning to clients."""
        return f"{self.shard}|{self.page or ''}|{self.member_id}"

    @classmethod
    def parse(cls, text: str | None) -> Position:
        """The position that `text` stands for, the start for None; InvalidError for anything else."""
        if text is None:
            return cls(0)
        shard, _, rest = text.partition("|")
        page, separator, member_id = rest.partition("|")
        if not separator or not shard.isdecimal():
            raise InvalidError("the cursor is not one of this list")
        return cls(int(shard), page or None, member_id)


@dataclass(frozen=True)
class RecipientFilter:
    """Which rows are wanted; None = any."""

    status: RecipientStatus | None = None
    reason: str | None = None

    def accepts(self, row: Recipient) -> bool:
        """True when the row is wanted."""
        return self.status in (None, row.status) and self.reason in (None, row.reason)


@dataclass(frozen=True)
class RecipientPage:
    """Rows in key order, and where to go on; None = this was the end. With a filter, a page may hold fewer rows than
    asked for, even none, and still have a `next`."""

    rows: list[Recipient]
    next: str | None


class Recipients:
    """Reads the ledger for people."""

    def __init__(self, campaigns: CampaignStore, ledger: RecipientLedger, clock: Clock) -> None:
        self._campaigns, self._ledger, self._clock = campaigns, ledger, clock

    def page(
        self, tenant_id: str, campaign_id: str, limit: int, after: str | None, wanted: RecipientFilter
    ) -> RecipientPage:
        """Up to `limit` recipients behind `after`; NotFoundError for an unknown campaign."""
        campaign = self._campaign(tenant_id, campaign_id)
        position, rows, read = Position.parse(after), list[Recipient](), 0
        while position.shard < campaign.shards and len(rows) < limit and read < MAX_ROWS_READ:
            chunk = self._chunk(campaign, position, limit - len(rows), wanted)
            rows += chunk.rows
            read += chunk.read
            position = chunk.next
        return RecipientPage(rows, position.text if position.shard < campaign.shards else None)

    def story(self, tenant_id: str, campaign_id: str, member_id: str) -> Story:
        """What this campaign did about one member. NotFoundError when it has nothing to do with them, which says
        whether that can still change."""
        campaign = self._campaign(tenant_id, campaign_id)
        if not campaign.shards:
            raise NotFoundError("this campaign has not been planned yet: nobody is a recipient so far")
        partition = Partition(tenant_id, campaign_id, shard_of(member_id, campaign.shards))
        for batch in self._ledger.page_of(partition, member_id):
            for entry in batch.entries:
                if entry.member_id == member_id:
                    return self._story(campaign, partition, batch, entry)
        if campaign.planned_at is None:
            raise NotFoundError("planning is still going on: this member is not a recipient so far")
        raise NotFoundError("planning is over: this member was not targeted")

    def _story(self, campaign: Dispatch, partition: Partition, batch: Batch, entry: Entry) -> Story:
        receipts = self._ledger.receipts_between(partition, entry.member_id, entry.member_id)
        receipt = receipts.get((entry.member_id, batch.key.lane))
        return Story(self._row(campaign, batch, entry, receipt), timeline(campaign, entry, receipt))

    def _row(self, campaign: Dispatch, batch: Batch, entry: Entry, receipt: Receipt | None) -> Recipient:
        return recipient(campaign, batch, entry, receipt, self._clock.now())

    def _campaign(self, tenant_id: str, campaign_id: str) -> Dispatch:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign is None or campaign.kind is not DispatchKind.CAMPAIGN:
            raise NotFoundError("there is no such campaign")
        return campaign

    def _chunk(self, campaign: Dispatch, position: Position, limit: int, wanted: RecipientFilter) -> _Chunk:
        partition = Partition(campaign.tenant_id, campaign.id, position.shard)
        pages = self._ledger.pages_after(partition, position.page, 2)
        places = [place for place in _in_order(pages[0]) if place[1].member_id > position.member_id] if pages else []
        rows = []
        for read, (batch, entry, receipt) in enumerate(self._with_receipts(partition, places), start=1):
            row = self._row(campaign, batch, entry, receipt)
            if wanted.accepts(row):
                rows.append(row)
            if len(rows) == limit and read < len(places):
                return _Chunk(rows, read, Position(position.shard, batch.key.page, entry.member_id))
        following = pages[1][0].key.page if len(pages) > 1 else None
        after = Position(position.shard, following) if following is not None else Position(position.shard + 1)
        return _Chunk(rows, len(places), after)

    def _with_receipts(
        self, partition: Partition, places: list[tuple[Batch, Entry]]
    ) -> Iterator[tuple[Batch, Entry, Receipt | None]]:
        step = 200
        for start in range(0, len(places), step):
            part = places[start : start + step]
            receipts = self._ledger.receipts_between(partition, part[0][1].member_id, part[-1][1].member_id)
            for batch, entry in part:
                yield batch, entry, receipts.get((entry.member_id, batch.key.lane))


@dataclass(frozen=True)
class _Chunk:
    rows: list[Recipient]
    read: int
    next: Position


def _in_order(page: list[Batch]) -> list[tuple[Batch, Entry]]:
    places = [(batch, entry) for batch in page for entry in batch.entries]
    return sorted(places, key=lambda place: place[1].member_id)
