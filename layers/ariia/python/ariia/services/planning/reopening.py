"""Retry of the failed and the unsent: settled failures become pending again, batch by batch."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger.batch import Batch, Entry, reopen
from ariia.domain.ledger.receipt import Receipt, RecipientStatus, status_of
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Ledger, Partition

_PAGES = 20


class ShardReopener:
    """Reopens one shard for the campaign's present run; each batch once per run, whatever is repeated."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    def run(self, campaign: Campaign, partition: Partition, deadline: int) -> bool:
        """True when every page was dealt with; False when `deadline` (epoch ms) passed first: start over then, what
        was reopened before is skipped."""
        after: str | None = None
        while pages := self._ledger.pages_after(partition, after, _PAGES):
            for page in pages:
                self._reopen_page(campaign, partition, page)
            if len(pages) < _PAGES:
                return True
            if self._clock.now() >= deadline:
                return False
            # The last page comes again as the first: what was reopened of it is known by the epoch.
            after = pages[-1][-1].key.page
        return True

    def _reopen_page(self, campaign: Campaign, partition: Partition, page: list[Batch]) -> None:
        members = [entry.member_id for batch in page for entry in batch.entries]
        receipts = self._ledger.receipts_between(partition, min(members), max(members))
        for batch in page:
            if batch.claim is not None or batch.reopened == campaign.epoch:
                continue
            entries = [_reopened(entry, receipts.get((entry.member_id, batch.key.lane))) for entry in batch.entries]
            if entries != batch.entries:
                self._ledger.rewrite(replace(batch, entries=entries, reopened=campaign.epoch), batch.entries)


def _reopened(entry: Entry, receipt: Receipt | None) -> Entry:
    if status_of(entry, receipt) is not RecipientStatus.FAILED:
        return entry
    return reopen(entry)
