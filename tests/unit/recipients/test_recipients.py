"""What the API says about recipients: the list in key order and one member's story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, EntryState, PlanCursor
from ariia.domain.ledger.receipt import Receipt, RecipientStatus
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition, PlanPage, ReceiptKey
from ariia.services import recipients as module
from ariia.services.recipients import RecipientFilter, Recipients
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import ManualClock
from tests.doubles.ledger import MemoryLedger

SHARDS = 4
ANY = RecipientFilter()
MEMBERS = [f"m{number:03d}" for number in range(60)]


class Desk:
    """A planned campaign of 60 members on four shards, in pages of ten and batches of four."""

    def __init__(self, *, planned: bool = True) -> None:
        self.campaigns, self.ledger = MemoryCampaigns(), MemoryLedger()
        self.campaign = Campaign(id="c1", tenant_id="t1", name="News", status=CampaignStatus.SENDING)
        if planned:
            self.campaign.shards, self.campaign.planned_at = SHARDS, 1_000
            for shard in range(SHARDS):
                self._plan(shard, [one for one in MEMBERS if shard_of(one, SHARDS) == shard])
        self.campaigns.create(CampaignChange(self.campaign))
        self.service = Recipients(self.campaigns, self.ledger, ManualClock())

    def _plan(self, shard: int, members: list[str]) -> None:
        cursor = PlanCursor()
        for start in range(0, len(members), 10):
            page = members[start : start + 10]
            # Two lanes within a page, as excluded members have their own: ids of both interleave.
            batches = [
                Batch(BatchKey("t1", "c1", shard, page[0], lane, 0), [Entry(one) for one in page[offset::2]])
                for lane, offset in (("l0", 0), ("x", 1))
                if page[offset::2]
            ]
            for batch in batches:
                if batch.key.lane == "x":
                    batch.entries = [Entry(one.member_id, EntryState.EXCLUDED, "no_consent") for one in batch.entries]
            cursor = replace(cursor, version=cursor.version + 1)
            assert self.ledger.commit_page(PlanPage(Partition("t1", "c1", shard), cursor, batches))

    def collect(self, limit: int, wanted: RecipientFilter = ANY) -> list[str]:
        seen: list[str] = []
        after = None
        for _ in range(500):
            page = self.service.page("t1", "c1", limit, after, wanted)
            assert len(page.rows) <= limit
            seen += [row.member_id for row in page.rows]
            after = page.next
            if after is None:
                return seen
        raise AssertionError("the list never ends")

    def settle(self, member_id: str, entry: Entry, receipt: Receipt | None = None) -> None:
        partition = Partition("t1", "c1", shard_of(member_id, SHARDS))
        for batch in self.ledger.batches[partition.key].values():
            batch.entries = [entry if one.member_id == member_id else one for one in batch.entries]
        if receipt:
            self.ledger.merge_receipt(ReceiptKey(partition, member_id, "l0"), receipt)


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 100])
def test_list_shows_every_recipient_once_whatever_the_page_size(limit: int) -> None:
    seen = Desk().collect(limit)
    assert sorted(seen) == MEMBERS
    assert len(seen) == len(set(seen))


def test_list_is_in_key_order_within_a_shard() -> None:
    seen = Desk().collect(100)
    for shard in range(SHARDS):
        of_shard = [one for one in seen if shard_of(one, SHARDS) == shard]
        assert of_shard == sorted(of_shard)


def test_filter_by_status_and_reason_keeps_its_place_in_the_list() -> None:
    desk = Desk()
    excluded = desk.collect(3, RecipientFilter(RecipientStatus.EXCLUDED, "no_consent"))
    pending = desk.collect(3, RecipientFilter(RecipientStatus.PENDING))
    assert sorted(excluded + pending) == MEMBERS
    assert excluded
    assert pending
    assert desk.collect(3, RecipientFilter(reason="quota")) == []


def test_rare_status_stops_looking_and_goes_on_with_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS_READ", 10)
    desk = Desk()
    page = desk.service.page("t1", "c1", 10, None, RecipientFilter(RecipientStatus.CLICKED))
    assert page.rows == []
    assert page.next is not None
    assert desk.collect(10, RecipientFilter(RecipientStatus.CLICKED)) == []


def test_member_erased_inside_a_page_hides_nobody_else() -> None:
    desk = Desk()
    for rows in desk.ledger.batches.values():
        for batch in rows.values():
            batch.entries[0] = replace(batch.entries[0], member_id=f"zz-{batch.key.page}-{batch.key.lane}")
    seen = desk.collect(3)
    assert len(seen) == len(set(seen)) == len(MEMBERS)


def test_rows_carry_what_the_provider_and_the_member_did() -> None:
    desk = Desk()
    anna = next(row for row in desk.collect(100) if desk.service.story("t1", "c1", row).recipient.status == "pending")
    receipt = Receipt(times={"sent_at": 2_001, "delivered_at": 3_000, "opened_at": 4_000})
    desk.settle(anna, Entry(anna, EntryState.ACCEPTED, "ses-1", 1, 2_000), receipt)
    row = next(row for row in desk.service.page("t1", "c1", 100, None, ANY).rows if row.member_id == anna)
    assert (row.status, row.sent_at, row.delivered_at, row.opened_at) == ("opened", 2_000, 3_000, 4_000)
    story = desk.service.story("t1", "c1", anna)
    assert story.recipient == row
    assert [(one.at, one.event) for one in story.timeline] == [
        (1_000, "planned"),
        (2_000, "sent"),
        (3_000, "delivered"),
        (4_000, "opened"),
    ]


def test_story_of_a_failure_tells_why() -> None:
    desk = Desk()
    anna = desk.collect(100)[0]
    desk.settle(anna, Entry(anna, EntryState.FAILED, "address is not valid", 1, 2_000))
    story = desk.service.story("t1", "c1", anna)
    assert (story.recipient.status, story.recipient.error_message) == ("failed", "address is not valid")
    assert story.timeline[-1].event == "failed"
    assert story.timeline[-1].detail == "address is not valid"


def test_story_of_a_bounce_tells_why() -> None:
    desk = Desk()
    anna = desk.collect(100)[0]
    receipt = Receipt(times={"bounced_at": 3_000}, bounce_reason="Permanent/General")
    desk.settle(anna, Entry(anna, EntryState.ACCEPTED, "ses-1", 1, 2_000), receipt)
    last = desk.service.story("t1", "c1", anna).timeline[-1]
    assert (last.event, last.detail) == ("bounced", "Permanent/General")


@pytest.mark.parametrize(
    ("planned", "planned_at", "words"),
    [(False, None, "not been planned yet"), (True, None, "still going on"), (True, 1_000, "planning is over")],
)
def test_who_is_no_recipient_is_told_whether_that_can_change(planned: bool, planned_at: int | None, words: str) -> None:
    desk = Desk(planned=planned)
    desk.campaign.planned_at = planned_at
    desk.campaigns.save(CampaignChange(desk.campaign))
    with pytest.raises(NotFoundError, match=words):
        desk.service.story("t1", "c1", "nobody")


def test_unplanned_campaign_has_no_recipients() -> None:
    assert Desk(planned=False).collect(10) == []


def test_another_tenants_campaign_is_not_found() -> None:
    desk = Desk()
    with pytest.raises(NotFoundError):
        desk.service.page("t2", "c1", 10, None, ANY)
    with pytest.raises(NotFoundError):
        desk.service.story("t2", "c1", MEMBERS[0])


@pytest.mark.parametrize("cursor", ["", "x|y|z", "1", "1|y"])
def test_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidError):
        Desk().service.page("t1", "c1", 10, cursor, ANY)


def test_list_that_fits_into_one_page_has_no_other() -> None:
    page = Desk().service.page("t1", "c1", len(MEMBERS), None, ANY)
    assert len(page.rows) == len(MEMBERS)
    assert page.next is None
