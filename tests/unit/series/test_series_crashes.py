"""Killed before and after every call to the world, once for each: one campaign for every occurrence, none left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import Series, SeriesStatus
from tests.unit.follow_ups.test_follow_up_crashes import Fuse, KilledError, moments
from tests.unit.series.series_desk import DAILY, NoTrial, SeriesDesk

CRASH = (KilledError,)
Life = Callable[[Fuse], SeriesDesk]
TWO = CalendarRule("FREQ=DAILY;COUNT=2", "2027-01-16", "18:00", "Europe/Berlin")
_WANTED = [f"News 2027-01-{day}" for day in (16, 17)]


def only(desk: SeriesDesk) -> Series:
    [series] = desk.series.page("gym", 10, None).series
    return series


def insist(step: Callable[[], object]) -> None:
    """What a client repeats until it is answered."""
    for _ in range(4):
        try:
            step()
            return
        except KilledError:
            continue


def a_life(fuse: Fuse) -> SeriesDesk:
    """Approved and left alone until its rule has no more occurrences."""
    desk = SeriesDesk(fuse.around, NoTrial())
    series = desk.series_submitted(TWO)
    fuse.armed = True
    try:
        desk.series_review.approve("gym", series.id, "ben", series.submitted_hash or "")
    except KilledError:
        fresh = desk.read(series)
        if fresh.status is SeriesStatus.PENDING_REVIEW:
            desk.series_review.approve("gym", series.id, "ben", series.submitted_hash or "")
    desk.live(60, CRASH)
    fuse.armed = False
    return desk


def killed_once(fuse: Fuse) -> SeriesDesk:
    """As `a_life`, but Lambda does not repeat what died, as if its whole host had gone: only the checks are left."""
    desk = SeriesDesk(fuse.around, NoTrial())
    series = desk.series_approved(TWO)
    desk.repeat = lambda step, crash: _once(step)  # type: ignore[method-assign]
    fuse.armed = True
    desk.live(60, CRASH)
    fuse.armed = False
    assert series
    return desk


def _once(step: Callable[[], object]) -> None:
    try:
        step()
    except KilledError:
        return


def test_there_is_something_to_kill() -> None:
    assert 60 < moments(a_life) < 400


@pytest.mark.parametrize("life", [a_life, killed_once])
def test_killed_anywhere_every_occurrence_has_one_campaign_and_each_goes_out_once(life: Life) -> None:
    for moment in range(moments(life)):
        desk = life(Fuse(moment))
        series = only(desk)
        assert [one.name for one in desk.made(series)] == _WANTED, moment
        assert Counter(desk.begun) == Counter(one.id for one in desk.made(series)), moment
        assert series.status is SeriesStatus.ENDED, moment
        assert desk.units() == (2, 0), moment
        assert not desk.series_schedules.waiting, moment
        assert not desk.schedules.waiting, moment


def a_paused_life(fuse: Fuse) -> SeriesDesk:
    """Paused while its first campaign waits; resumed a day later. The client repeats what was not answered."""
    desk = SeriesDesk(fuse.around, NoTrial())
    series = desk.series_approved(DAILY)
    desk.live(24)
    assert [one.status for one in desk.made(series)] == [CampaignStatus.SCHEDULED]
    fuse.armed = True
    insist(lambda: desk.series_stopping.pause("gym", series.id, "ben"))
    desk.live(24, CRASH)
    assert desk.begun == []

    def resume() -> None:
        if desk.read(series).status is SeriesStatus.PAUSED:
            desk.series_review.resume("gym", series.id, "ben")

    insist(resume)
    fuse.armed = False
    desk.live(48)
    return desk


def test_killed_anywhere_a_pause_holds_and_what_comes_after_is_made_once() -> None:
    for moment in range(moments(a_paused_life)):
        desk = a_paused_life(Fuse(moment))
        made = desk.made(only(desk))
        begun = [one.name for one in made if one.id in desk.begun]
        assert begun == ["News 2027-01-17", "News 2027-01-18"], moment
        assert made[0].status is CampaignStatus.CANCELLED, moment
        assert desk.units() == (2, 1), moment


def an_edited_life(fuse: Fuse) -> SeriesDesk:
    """Edited while its first campaign waits, and approved again in time for the same occurrence."""
    desk = SeriesDesk(fuse.around, NoTrial())
    series = desk.series_approved(DAILY)
    desk.live(24)
    fuse.armed = True

    def edit() -> None:
        fresh = desk.read(series)
        if fresh.draft.name == "News":
            desk.series_editing.change("gym", series.id, "anna", {"name": "New"}, fresh.version)

    insist(edit)

    def approve() -> None:
        if desk.read(series).status is SeriesStatus.DRAFT:
            desk.series_review.submit("gym", series.id, "anna")
        fresh = desk.read(series)
        if fresh.status is SeriesStatus.PENDING_REVIEW:
            desk.series_review.approve("gym", series.id, "ben", fresh.submitted_hash or "")

    insist(approve)
    desk.live(12, CRASH)
    fuse.armed = False
    return desk


def test_killed_anywhere_what_was_approved_last_is_what_goes_out() -> None:
    for moment in range(moments(an_edited_life)):
        desk = an_edited_life(Fuse(moment))
        made = desk.made(only(desk))
        assert [one.name for one in made if one.id in desk.begun] == ["New 2027-01-16"], moment
        assert sorted(one.name for one in made) == ["New 2027-01-16", "News 2027-01-16"], moment
