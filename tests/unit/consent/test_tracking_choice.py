"""What a member wants recorded holds for every message, by the configuration set that it leaves with."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.errors import UnknownOutcomeError
from ariia.domain.ledger.batch import EntryState
from ariia.domain.members.member import TrackingChoice
from ariia.domain.statistics.counts import batch_counts
from ariia.domain.statistics.totals import totals
from ariia.ports.ledger.sending import EntryOutcome, SendCall
from tests.builders import TENANT, any_campaign, any_member
from tests.world import World

NEITHER, NO_OPENS = TrackingChoice("page", 1, opens=False, clicks=False), TrackingChoice("page", 1, opens=False)


def sets(world: World) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for call in world.provider.calls:
        ids = found.setdefault(call.configuration_set, [])
        ids += [one.member_id for one in call.recipients]
    return {name: sorted(ids) for name, ids in found.items()}


def crowd() -> World:
    world = World(shards=1)
    world.add(*(any_member(f"m{n:02d}", tracking=NEITHER if n % 5 == 0 else None) for n in range(20)))
    world.add(any_member("m99", tracking=NO_OPENS))
    return world


def test_members_who_are_recorded_alike_go_together_in_one_call_each() -> None:
    world = crowd()
    world.run(world.approve())

    found = sets(world)
    assert found["test-untracked"] == ["m00", "m05", "m10", "m15"]
    assert found["test-clicks"] == ["m99"]
    assert len(found["test-tracked"]) == 16
    assert len(world.provider.calls) == 3


def test_the_figures_say_how_many_were_not_recorded() -> None:
    world = crowd()
    world.run(world.approve())

    counted = [batch_counts("l0", batch.entries) for rows in world.ledger.batches.values() for batch in rows.values()]
    together = {key: sum(one.get(key, 0) for one in counted) for one in counted for key in one}
    figures = totals(together, targeted=21, cancelled=False)
    assert (figures.sent, figures.opens_untracked, figures.clicks_untracked) == (21, 5, 4)


def test_a_choice_made_after_planning_splits_the_batch() -> None:
    world = World(shards=1)
    world.add(any_member("anna"), any_member("ben"))
    campaign = world.approve()
    epoch = world.start(campaign)
    anna = world.members.get(TENANT, "anna")
    assert anna is not None
    world.members.save([replace(anna, tracking=NEITHER)])

    world.loop(campaign, epoch)

    assert sets(world) == {"test-untracked": ["anna"], "test-tracked": ["ben"]}
    entries = world.entries()
    assert {one: entry.untracked for one, entry in entries.items()} == {"anna": 3, "ben": 0}
    assert {entry.state for entry in entries.values()} == {EntryState.ACCEPTED}


def test_a_campaign_that_records_less_is_recorded_less_for_everybody() -> None:
    world = World(shards=1)
    world.add(any_member("anna", tracking=TrackingChoice("page", 1, opens=True, clicks=True)), any_member("ben"))
    world.run(world.approve(any_campaign(track_opens=False)))

    assert sets(world) == {"test-clicks": ["anna", "ben"]}


def test_an_unknown_outcome_of_the_second_call_leaves_all_of_the_claim_to_the_resolver() -> None:
    world = World(shards=1)
    world.add(any_member("anna"), any_member("ben"))
    campaign = world.approve()
    epoch = world.start(campaign)
    anna = world.members.get(TENANT, "anna")
    assert anna is not None
    world.members.save([replace(anna, tracking=NEITHER)])
    accept = world.provider.answer

    def answer(call: SendCall) -> list[EntryOutcome]:
        if len(world.provider.calls) == 2:
            raise UnknownOutcomeError("the answer got lost")
        return accept(call)

    world.provider.answer = answer
    world.round(campaign, epoch)

    report = world.work_off()

    assert (report.ambiguous, report.sent) == (2, 0)
    assert {entry.state for entry in world.entries().values()} == {EntryState.PENDING}
