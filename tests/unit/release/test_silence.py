"""When the provider's silence about an attempt is believed."""

from __future__ import annotations

import pytest

from ariia.domain.ledger.batch import Claim
from ariia.domain.ledger.dispatch import ONLY, MessageRef
from ariia.domain.ledger.event_watch import window_ms
from ariia.services.release.silence import Silence, SilenceProof
from tests.builders import any_campaign
from tests.doubles.event_pipeline import MemoryEventPipeline
from tests.world import GRACE_MS, HIDDEN_MS, World

WINDOW = window_ms(HIDDEN_MS)


class Desk:
    """A claim whose lease is over, on an account where others' events never end."""

    def __init__(self) -> None:
        self.world = World()
        self.pipeline: MemoryEventPipeline = self.world.pipeline
        self.campaign = self.world.approve(any_campaign(messages={ONLY: MessageRef("spring", "hash-1")}))
        self.proof = SilenceProof(self.world.campaigns, self.pipeline, self.world.clock, GRACE_MS, HIDDEN_MS)
        self.lease_until = self.world.clock.now() - 10_000
        self.grace_from: int | None = None
        self.pipeline.waiting = 7

    def look(self) -> Silence:
        claim = Claim(token="t", attempt=1, size=50, lease_until=self.lease_until, grace_from=self.grace_from)
        silence = self.proof.look(self.campaign, claim)
        if not silence.is_proven:
            self.grace_from = silence.grace_from
        return silence

    def traffic(self, seconds: float, *, age_ms: int = 1_000) -> None:
        """Others' events are handed out and recorded all the time."""
        for _ in range(int(seconds / 5)):
            self.world.clock.advance(5)
            now = self.world.clock.now()
            self.pipeline.note_received(now - age_ms, now)
            self.pipeline.note_event(now)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.pipeline.note_event(desk.world.clock.now())
    assert not desk.look().is_held
    return desk


def test_traffic_of_others_neither_holds_nor_shortens_the_proof(desk: Desk) -> None:
    desk.traffic(GRACE_MS / 1000 + WINDOW / 1000 - 15)
    assert not desk.look().is_proven
    desk.traffic(30)
    assert desk.look().is_proven


def test_an_old_event_that_is_handed_out_again_is_waited_for(desk: Desk) -> None:
    began = desk.world.clock.now()
    desk.traffic((GRACE_MS + WINDOW) / 1000 - 20)
    desk.pipeline.note_received(began, desk.world.clock.now())
    desk.traffic(60)
    assert not desk.look().is_proven
    desk.traffic(WINDOW / 1000)
    assert desk.look().is_proven


def test_an_empty_queue_is_proof_when_the_grace_is_over(desk: Desk) -> None:
    desk.pipeline.waiting = 0
    desk.world.clock.advance(GRACE_MS / 1000 - 1)
    assert not desk.look().is_proven
    desk.world.clock.advance(1)
    assert desk.look().is_proven


def test_a_pipeline_that_no_event_leaves_is_probed_and_calls_a_person(desk: Desk) -> None:
    desk.world.clock.advance((GRACE_MS + WINDOW) / 1000)
    silence = desk.look()
    assert (silence.is_proven, silence.is_held) == (False, True)
    assert desk.pipeline.probes


def test_no_young_event_is_no_proof_that_the_pipeline_is_alive() -> None:
    desk = Desk()
    desk.pipeline.note_event(desk.lease_until)
    assert desk.look().is_held
    assert desk.grace_from is None
    assert desk.pipeline.probes


@pytest.mark.parametrize(("age_ms", "is_held"), [(0, True), (900_000, True), (901_000, False), (-GRACE_MS, False)])
def test_a_dead_letter_holds_only_what_it_may_be_about(desk: Desk, age_ms: int, is_held: bool) -> None:
    desk.pipeline.waiting = 0
    desk.world.clock.advance(GRACE_MS / 1000)
    desk.pipeline.dead = [desk.lease_until - age_ms + (20_000 if age_ms < 0 else 0)]
    silence = desk.look()
    assert (silence.is_held, silence.is_proven) == (is_held, not is_held)


def test_the_grace_begins_anew_when_a_dead_letter_was_sent_back(desk: Desk) -> None:
    desk.traffic(GRACE_MS / 1000)
    desk.pipeline.dead = [desk.lease_until]
    assert desk.look().is_held
    assert desk.grace_from is None
    desk.pipeline.dead = []
    desk.traffic(20)
    desk.look()
    assert desk.grace_from == desk.world.clock.now()


def test_one_look_at_the_queues_serves_many_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.traffic(GRACE_MS / 1000)
    counted: list[int] = []
    monkeypatch.setattr(desk.pipeline, "backlog", lambda: counted.append(1) or 1)
    for _ in range(50):
        desk.look()
    assert len(counted) == 1
