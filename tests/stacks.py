"""Which laptop stack an end-to-end test runs on. They wait more than they work, so there are two stacks at once: on the
first one the provider and the functions are made to fail. The others are shared out so that both take about as long."""

from __future__ import annotations

E2E = "tests/e2e/"
ON_THE_FIRST = frozenset(
    {
        "test_account.py",
        "test_bad_input.py",
        "test_follow_ups.py",
        "test_killed_functions.py",
        "test_pause_and_cancel.py",
        "test_provider_faults.py",
        "test_series.py",
        "test_unsubscribe.py",
    }
)


def is_on_the_first(nodeid: str) -> bool:
    """True for the tests of the first stack, by node id."""
    path = nodeid.partition("::")[0]
    return path.startswith(E2E) and path.rpartition("/")[2] in ON_THE_FIRST
