"""An erasure that is killed before or after every call to the world, or meets another one there: it always ends with
nothing of the member left, and counts the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariia.domain.audit.entries import AuditKind, subject_of
from ariia.domain.creation import Creation
from ariia.domain.errors import TransientError
from ariia.domain.revisits import RevisitKind
from tests.builders import TENANT
from tests.unit.ground.fuse import Fuse, KilledError
from tests.unit.privacy.privacy_desk import WHO, PrivacyDesk

_MOST_CALLS = 400
Strike = Callable[[PrivacyDesk], object]


def a_life(moment: int | None = None, strike: Strike | None = None) -> tuple[PrivacyDesk, int]:
    """Annika's erasure from the request, which the client repeats until it is answered, to its end; and the number of
    moments in it."""
    fuse = Fuse(moment)
    desk = PrivacyDesk(fuse.around).knows_annika()
    if strike is not None:
        fuse.blow = lambda: strike(desk)
    fuse.armed = True
    for _ in range(3):
        try:
            desk.start(Creation("k1", "print"))
            break
        except (KilledError, TransientError):
            continue
    desk.live(14, (KilledError,))
    fuse.armed = False
    return desk, fuse.count


def work_as_well(desk: PrivacyDesk) -> None:
    """Another invocation for the same erasure, from its start to its end."""
    desk.runs.run(RevisitKind.ERASURE, TENANT, "k1", desk.clock.now() + 90_000)


def ask_as_well(desk: PrivacyDesk) -> None:
    """Somebody else wants the same member erased."""
    desk.start(Creation("k2", "other print"))


@pytest.mark.parametrize(("strike", "every"), [(None, 1), (work_as_well, 4), (ask_as_well, 4)])
def test_whatever_happens_in_whichever_moment_she_is_gone_and_counted_once(strike: Strike | None, every: int) -> None:
    undisturbed, moments = a_life()
    counts = undisturbed.erasure("k1").counts
    assert counts["recipients"] == 2
    assert 100 < moments < _MOST_CALLS
    for moment in range(0, moments, every):
        desk, _ = a_life(moment, strike)
        assert desk.about_her() == [], moment
        over = desk.start(Creation("k1", "print"))
        assert (over.is_over, over.counts) == (True, counts), moment
        assert desk.schedules.waiting == {}, moment
        assert desk.figures() == undisturbed.figures(), moment
        trail = desk.trail.page_of_member(TENANT, subject_of(TENANT, WHO), 100, None).entries
        proofs = [one.details for one in trail if one.kind is AuditKind.ERASURE and one.action == "finished"]
        assert proofs == [{"erasure": over.id, "sha256": over.sha256}], moment
