"""One laptop stack for all of these tests; each test works with tenants of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.local.simulator.client import SimulatorClient
from infra.local.stack import LaptopStack

from .tenant import Tenant

_HERE = Path(__file__).parent
# So short that a campaign's rounds follow each other in seconds.
_WAIT_SCALE = 0.2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on one worker (with --dist loadgroup), for there is one stack."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("laptop"))


@pytest.fixture(scope="session")
def laptop() -> Iterator[LaptopStack]:
    """The stacks as deployed, in the emulator, with the provider simulator."""
    with LaptopStack(wait_scale=_WAIT_SCALE) as stack:
        yield stack


@pytest.fixture(scope="session")
def provider(laptop: LaptopStack) -> SimulatorClient:
    """The simulated provider: its record, and what it is told to do."""
    return SimulatorClient(laptop.simulator_url)


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

    @contextmanager
    def behaves(**settings: Any) -> Iterator[None]:
        before = provider.settings()
        provider.change(**settings)
        try:
            yield
        finally:
            provider.change(**{name: before[name] for name in settings})

    return behaves
