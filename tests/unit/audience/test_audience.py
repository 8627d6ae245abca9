"""Which members a target means."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.audience import MAX_SELECTED, AudienceFilter
from ariia.domain.audience.target import TargetType
from ariia.domain.errors import InvalidError
from ariia.domain.members.member import Member


def member(member_id: str = "anna", *tags: str) -> Member:
    return Member(id=member_id, tenant_id="t1", tags=list(tags))


def parse(kind: TargetType, filter_json: Any = None, exclude: Any = None) -> AudienceFilter:
    return AudienceFilter.parse(kind, {} if filter_json is None else filter_json, exclude)


def problems_of(kind: TargetType, filter_json: Any = None, exclude: Any = None) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        parse(kind, filter_json, exclude)
    return [problem.field for problem in caught.value.problems]


def test_all_members_means_everyone() -> None:
    audience = parse(TargetType.ALL_MEMBERS)
    assert audience.matches(member())
    assert audience.selected_ids is None


def test_selected_names_the_only_members_worth_reading() -> None:
    audience = parse(TargetType.SELECTED, {"member_ids": ["ben", "anna", "ben", "cleo"]}, {"member_ids": ["cleo"]})
    assert audience.selected_ids == ["anna", "ben"]
    assert audience.matches(member("anna"))
    assert not audience.matches(member("dora"))
    assert not audience.matches(member("cleo"))


@pytest.mark.parametrize(
    ("tags", "meant"),
    [
        (("yoga",), True),
        (("pilates", "trial"), True),
        (("trial",), False),
        (("yoga", "paused"), False),
        (("yoga", "vip"), True),
    ],
)
def test_tags_any_and_none_hold_together(tags: tuple[str, ...], meant: bool) -> None:
    audience = parse(TargetType.TAGS, {"any": ["yoga", "pilates"], "none": ["paused"]})
    assert audience.matches(member("anna", *tags)) is meant


def test_all_asks_for_every_tag() -> None:
    audience = parse(TargetType.TAGS, {"all": ["yoga", "vip"]})
    assert audience.matches(member("anna", "vip", "yoga", "x"))
    assert not audience.matches(member("ben", "yoga"))


def test_none_alone_means_everyone_without_the_tag() -> None:
    audience = parse(TargetType.TAGS, {"none": ["paused"]})
    assert audience.matches(member("anna"))
    assert not audience.matches(member("ben", "paused"))


@pytest.mark.parametrize("kind", [TargetType.ALL_MEMBERS, TargetType.TAGS, TargetType.SELECTED])
def test_excluded_tags_and_ids_are_not_targeted_whatever_the_target(kind: TargetType) -> None:
    filters = {TargetType.TAGS: {"any": ["yoga"]}, TargetType.SELECTED: {"member_ids": ["anna", "ben", "cleo"]}}
    audience = parse(kind, filters.get(kind, {}), {"tags": ["vip"], "member_ids": ["ben"]})
    assert audience.matches(member("anna", "yoga"))
    assert not audience.matches(member("ben", "yoga"))
    assert not audience.matches(member("cleo", "yoga", "vip"))


def test_tags_compare_exactly() -> None:
    assert not parse(TargetType.TAGS, {"any": ["Yoga"]}).matches(member("anna", "yoga"))


def test_tags_are_asked_for_in_the_form_in_which_members_have_them() -> None:
    audience = parse(TargetType.TAGS, {"any": ["  Ru\u0308ckkehr "]})
    assert audience.matches(member("anna", "R\u00fcckkehr"))


@pytest.mark.parametrize(
    ("kind", "filter_json", "exclude", "fields"),
    [
        (TargetType.ALL_MEMBERS, {"any": ["x"]}, None, ["target_filter_json.any"]),
        (TargetType.ALL_MEMBERS, [], None, ["target_filter_json"]),
        (TargetType.ALL_MEMBERS, {}, {"segments": []}, ["exclude.segments"]),
        (TargetType.ALL_MEMBERS, {}, ["vip"], ["exclude"]),
        (TargetType.ALL_MEMBERS, {}, {"tags": "vip"}, ["exclude.tags"]),
        (TargetType.SELECTED, {}, None, ["target_filter_json.member_ids"]),
        (TargetType.SELECTED, {"member_ids": []}, None, ["target_filter_json.member_ids"]),
        (TargetType.SELECTED, {"member_ids": ["a@b.de"]}, None, ["target_filter_json.member_ids"]),
        (TargetType.SELECTED, {"member_ids": [7]}, None, ["target_filter_json.member_ids"]),
        (TargetType.TAGS, {}, None, ["target_filter_json"]),
        (TargetType.TAGS, {"any": [""]}, None, ["target_filter_json.any"]),
        (TargetType.TAGS, {"any": ["x"] * 201}, {"tags": [None]}, ["exclude.tags", "target_filter_json.any"]),
        (
            TargetType.SEGMENT,
            {"segment_id": "s1"},
            None,
            ["target_filter_json.segment_ids", "target_filter_json.segment_id"],
        ),
        (TargetType.SEGMENT, {"segment_ids": ["s1"]}, None, ["target_filter_json.segment_ids"]),
        (TargetType.ALL_MEMBERS, {}, {"segment_ids": ["s1"]}, ["exclude.segment_ids"]),
        (TargetType.ALL_MEMBERS, {}, {"campaign_ids": ["c"] * 11}, ["exclude.campaign_ids"]),
    ],
)
def test_malformed_target_names_its_field(kind: TargetType, filter_json: Any, exclude: Any, fields: list[str]) -> None:
    assert problems_of(kind, filter_json, exclude) == fields


def test_selected_takes_five_thousand_and_no_more() -> None:
    ids = [f"m{number}" for number in range(MAX_SELECTED + 1)]
    assert len(parse(TargetType.SELECTED, {"member_ids": ids[:-1]}).selected_ids or ()) == MAX_SELECTED
    assert problems_of(TargetType.SELECTED, {"member_ids": ids}) == ["target_filter_json.member_ids"]
