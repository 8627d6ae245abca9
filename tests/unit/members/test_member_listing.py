"""Lists of members."""

from __future__ import annotations

import pytest

from ariia.domain.errors import InvalidError
from ariia.domain.members.member import Member
from ariia.services.members.listing import MemberListing
from tests.doubles.members.members import MemoryMembers

TENANT = "studio"


@pytest.fixture
def listing() -> MemberListing:
    store = MemoryMembers(shards=4)
    for number in range(60):
        tags = ["yoga"] if number % 10 == 0 else []
        store.save([Member(f"m{number:02}", TENANT, email=f"M{number % 30}@example.com", tags=tags)])
    store.save([Member("other", "another-tenant")])
    return MemberListing(store, shards=4)


def walk(listing: MemberListing, limit: int, tag: str | None = None) -> list[str]:
    ids, after, pages = [], None, 0
    while True:
        page = listing.page(TENANT, limit, after, tag=tag)
        assert len(page.members) <= limit
        ids += [member.id for member in page.members]
        after, pages = page.after, pages + 1
        if after is None:
            return ids
        assert pages < 100


@pytest.mark.parametrize("limit", [1, 7, 60, 100])
def test_pages_give_every_member_once(listing: MemberListing, limit: int) -> None:
    ids = walk(listing, limit)

    assert sorted(ids) == [f"m{number:02}" for number in range(60)]
    assert ids == walk(listing, 100)


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_tag_filters_over_all_pages(listing: MemberListing, limit: int) -> None:
    assert sorted(walk(listing, limit, "yoga")) == ["m00", "m10", "m20", "m30", "m40", "m50"]
    assert walk(listing, limit, "nobody-has-it") == []


def test_members_are_found_by_address_whatever_its_case(listing: MemberListing) -> None:
    assert [member.id for member in listing.with_email(TENANT, "m7@EXAMPLE.com")] == ["m07", "m37"]
    assert listing.with_email(TENANT, "nobody@example.com") == []
    with pytest.raises(InvalidError):
        listing.with_email(TENANT, "nobody")


@pytest.mark.parametrize("place", ["", "x", "4:m01", "-1:m01"])
def test_malformed_place_is_refused(listing: MemberListing, place: str) -> None:
    with pytest.raises(InvalidError):
        listing.page(TENANT, 10, place)
