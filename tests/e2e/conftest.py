"""One laptop stack for all of these tests; each test works with tenants of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.stacks import is_on_the_first

from .function_logs import errors_logged
from .tenant import Tenant
from .unknown_outcomes import UnknownOutcomes, behaving

_HERE = Path(__file__).parent
# So short that a campaign's rounds follow each other in seconds.
_WAIT_SCALE = 0.2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes the longest comes last: it goes on while the others run."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=_is_unknown)


def _is_unknown(item: pytest.Item) -> bool:
    return "unknown_outcomes" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the functions logged as errors."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("laptop")
    if report.failed and isinstance(stack, LaptopStack) and stack.outputs:
        report.sections.append(("errors in the functions' logs", "\n".join(errors_logged(stack))))
    return report


@pytest.fixture(scope="session")
def laptop() -> Iterator[LaptopStack]:
    """The stacks as deployed, in the emulator, with the provider simulator."""
    with LaptopStack(wait_scale=_WAIT_SCALE) as stack:
        # Each test adds a domain of its own, which takes SES some seconds.
        stack.control("PUT", "settings", {"control_rate": 1_000})
        yield stack


@pytest.fixture(scope="session")
def provider(laptop: LaptopStack) -> SimulatorClient:
    """The simulated provider: its record, and what it is told to do."""
    return SimulatorClient(laptop.simulator_url)


@pytest.fixture(scope="session")
def unknown_outcomes(laptop: LaptopStack, provider: SimulatorClient) -> UnknownOutcomes:
    """Campaigns whose answers got lost; their leases of two minutes run out while the other tests work."""
    return UnknownOutcomes.begin(laptop, provider)


@pytest.fixture(autouse=True)
def _early_start(request: pytest.FixtureRequest) -> None:
    """On the stack where they are looked at, and on no other."""
    if is_on_the_first(request.node.nodeid) and any(_is_unknown(item) for item in request.session.items):
        request.getfixturevalue("unknown_outcomes")


@pytest.fixture
def new_tenant(laptop: LaptopStack, provider: SimulatorClient) -> Callable[[str], Tenant]:
    """Makes tenants."""
    return lambda name: Tenant(laptop, provider, name)


@pytest.fixture
def tenant(new_tenant: Callable[[str], Tenant]) -> Tenant:
    """A tenant of the test's own."""
    return new_tenant("nord")


@pytest.fixture
def provider_that(provider: SimulatorClient) -> Callable[..., AbstractContextManager[None]]:
    """`with provider_that(rate=5): …`: the provider behaves so inside, and as before afterwards."""
    return partial(behaving, provider)
