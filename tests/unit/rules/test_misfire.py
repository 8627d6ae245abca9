"""What becomes of what is late."""

from __future__ import annotations

import pytest

from ariia.domain.rules.misfire import Misfire, MisfirePolicy, late_reason

DUE = 1_000_000_000


@pytest.mark.parametrize("policy", list(MisfirePolicy))
def test_policy_decides_only_beyond_the_threshold(policy: MisfirePolicy) -> None:
    misfire = Misfire(policy, after_seconds=600)
    assert misfire.judge(DUE, DUE + 600_000) is MisfirePolicy.SEND
    assert misfire.judge(DUE, DUE + 600_001) is policy


def test_reason_says_how_late() -> None:
    assert "90 minutes" in late_reason(DUE, DUE + 90 * 60_000)
