"""One planning page: who fits, who is left out, and that nobody is placed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ariia.domain.audit.entries import subject_of
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.ledger.batch import MAX_ENTRIES, MAX_EXCLUDED_ENTRIES, Entry, EntryState
from ariia.domain.members.member import Member
from ariia.domain.planning.lane_plan import LanePlan, single_lane
from ariia.domain.planning.page import (
    MAX_PAGE_ACTIONS,
    MAX_PAGE_BATCHES,
    MAX_PAGE_MEMBERS,
    PageDraft,
    draft_page,
    shared_hashes,
)
from ariia.domain.rules.wave import EXCLUDED_LANE
from tests.builders import TENANT, any_campaign, any_member

EMAIL = [Channel.EMAIL.value]


def planned(batch_size: int = MAX_ENTRIES, *, one_per_address: bool = True) -> Campaign:
    campaign = any_campaign(batch_size=batch_size, one_per_address=one_per_address)
    campaign.waves, campaign.lanes = single_lane(campaign)
    return campaign


def page_of(
    campaign: Campaign, members: Sequence[Member], owners: Mapping[str, str], after: str | None = None
) -> PageDraft:
    return draft_page(campaign, LanePlan(campaign), 3, members, owners, after)


def audience(count: int, *, every_shared: int = 0, sharers: int = 2, every_denied: int = 0) -> list[Member]:
    """`count` members in id order; every n-th shares its address with others, every n-th gave no consent."""
    made = []
    for number in range(count):
        fields: dict[str, object] = {}
        if every_shared and number % every_shared == 0:
            group = number // every_shared // sharers
            fields = {"email": f"family{group}@example.com", "shared_address": EMAIL}
        if every_denied and number % every_denied == 0:
            fields["consent"] = {}
        made.append(any_member(f"m{number:05d}", **fields))
    return made


def entries(draft: PageDraft) -> list[Entry]:
    return [entry for batch in draft.batches for entry in batch.entries]


def outcome(draft: PageDraft) -> dict[str, str]:
    return {entry.member_id: entry.detail for entry in entries(draft)}


@settings(max_examples=60, deadline=None)
@given(
    count=st.sampled_from([0, 1, 49, 50, 51, 200, 900, 2_000, 2_100]),
    batch_size=st.sampled_from([1, 2, 14, 50, 80]),
    every_shared=st.sampled_from([0, 1, 3, 40]),
    sharers=st.sampled_from([1, 2, 5]),
    every_denied=st.sampled_from([0, 1, 2, 7]),
    one_per_address=st.booleans(),
)
def test_a_page_keeps_its_limits_and_places_everybody_once(
    count: int, batch_size: int, every_shared: int, sharers: int, every_denied: int, one_per_address: bool
) -> None:
    members = audience(count, every_shared=every_shared, sharers=sharers, every_denied=every_denied)
    draft = page_of(planned(batch_size, one_per_address=one_per_address), members, {})
    assert draft.actions == len(draft.batches) + len(draft.address_claims) + 1 <= MAX_PAGE_ACTIONS == 100
    assert len(draft.batches) <= MAX_PAGE_BATCHES == 90
    assert draft.consumed <= MAX_PAGE_MEMBERS == 2_000
    assert draft.consumed > 0 or not members
    assert sorted(outcome(draft)) == [member.id for member in members[: draft.consumed]]
    assert len(entries(draft)) == draft.consumed
    assert all(0 < len(batch.entries) <= _capacity(batch.key.lane, batch_size) for batch in draft.batches)


def _capacity(lane: str, batch_size: int) -> int:
    return MAX_EXCLUDED_ENTRIES if lane == EXCLUDED_LANE else min(MAX_ENTRIES, batch_size)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([1, 7, 50]), st.sampled_from([0, 1, 3]), st.sampled_from([0, 2]))
def test_page_after_page_everybody_is_placed_once_and_each_address_once(
    batch_size: int, every_shared: int, every_denied: int
) -> None:
    campaign = planned(batch_size)
    members = audience(700, every_shared=every_shared, sharers=3, every_denied=every_denied)
    waiting, owners, seen, rows = members, dict[str, str](), Counter[str](), Counter[str]()
    after, pages = None, list[tuple[str, str, str]]()
    while waiting:
        draft = page_of(campaign, waiting, owners, after)
        owners |= draft.address_claims
        seen.update(entry.member_id for entry in entries(draft))
        rows.update(batch.key.row for batch in draft.batches)
        after = waiting[draft.consumed - 1].id
        pages.append((draft.batches[0].key.page, waiting[0].id, after))
        waiting = waiting[draft.consumed :]
    assert seen == Counter(member.id for member in members)
    assert set(rows.values()) == {1}
    assert len(set(owners.values())) == len(owners)
    assert all(name <= first and (behind is None or last < behind) for name, first, last, behind in _ranges(pages))
    assert not {name for name, _, _ in pages} & {member.id for member in members}


def _ranges(pages: list[tuple[str, str, str]]) -> list[tuple[str, str, str, str | None]]:
    """Each page's name, first and last id, and the name of the page behind it."""
    names: list[str | None] = [*(name for name, _, _ in pages[1:]), None]
    return [(*page, behind) for page, behind in zip(pages, names, strict=True)]


def test_the_page_is_named_by_the_beginning_of_its_first_id_and_numbers_its_batches() -> None:
    draft = page_of(planned(50), audience(120), {}, after="kim")
    assert [batch.key.row for batch in draft.batches] == ["batch#m#l0#00", "batch#m#l0#01", "batch#m#l0#02"]
    assert [len(batch.entries) for batch in draft.batches] == [50, 50, 20]


def test_of_two_who_share_an_address_the_first_gets_the_message() -> None:
    couple = [any_member(name, email="us@example.com", shared_address=EMAIL) for name in ("anna", "ben")]
    draft = page_of(planned(), couple, {})
    assert outcome(draft) == {"anna": "", "ben": "duplicate_address"}
    assert list(draft.address_claims.values()) == [subject_of(TENANT, "anna")]


def test_whoever_may_not_be_sent_anything_takes_no_address_away() -> None:
    anna = any_member("anna", email="us@example.com", shared_address=EMAIL, consent={})
    ben = any_member("ben", email="us@example.com", shared_address=EMAIL)
    assert outcome(page_of(planned(), [anna, ben], {})) == {"anna": "no_consent", "ben": ""}


def test_an_address_given_away_in_another_shard_stays_with_its_owner() -> None:
    ben = any_member("ben", email="us@example.com", shared_address=EMAIL)
    [shared] = shared_hashes(planned(), LanePlan(planned()), [ben])
    anna, himself = ({shared: subject_of(TENANT, one)} for one in ("anna", "ben"))
    assert outcome(page_of(planned(), [ben], anna)) == {"ben": "duplicate_address"}
    again = page_of(planned(), [ben], himself)
    assert outcome(again) == {"ben": ""}
    assert again.address_claims == {}


def test_case_does_not_make_two_addresses_of_one() -> None:
    couple = [
        any_member("anna", email="Us@example.com", shared_address=EMAIL),
        any_member("ben", email="us@example.com", shared_address=EMAIL),
    ]
    assert outcome(page_of(planned(), couple, {}))["ben"] == "duplicate_address"


def test_where_the_tenant_wants_it_everybody_who_shares_an_address_gets_a_message() -> None:
    campaign = planned(one_per_address=False)
    couple = [any_member(name, email="us@example.com", shared_address=EMAIL) for name in ("anna", "ben")]
    draft = page_of(campaign, couple, {})
    assert outcome(draft) == {"anna": "", "ben": ""}
    assert draft.address_claims == {}
    assert shared_hashes(campaign, LanePlan(campaign), couple) == set()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"email": None}, "no_address"),
        ({"email": "müller@example.com"}, "no_address"),
        ({"suppression": {"email": "x"}}, "suppressed"),
        ({"consent": {}}, "no_consent"),
    ],
)
def test_the_excluded_rest_in_a_lane_of_their_own_with_their_reason(fields: dict[str, object], reason: str) -> None:
    [batch] = page_of(planned(), [any_member("anna", **fields)], {}).batches
    assert batch.key.lane == EXCLUDED_LANE
    assert batch.entries == [Entry("anna", EntryState.EXCLUDED, reason)]
    assert batch.is_settled
