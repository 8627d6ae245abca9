"""No test reaches an account: fake credentials, a fixed region, no metadata service."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler.loadfile import LoadFileScheduling  # type: ignore[import-untyped]

from tests.stacks import E2E, is_on_the_first

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_TRACE_DISABLED="true",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)

# One run of the whole suite stays short and its verdict does not depend on the machine's speed.
settings.register_profile("suite", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("suite")


_INFRA = "tests/infra/"


class _ByStack(LoadFileScheduling):  # type: ignore[misc]
    """By file, but all end-to-end tests of one laptop stack go to one worker, and so do those of the infrastructure,
    which share what takes long to synthesise. (`--dist loadgroup` would say it with markers, but xdist 3.8 writes its
    groups into node ids where pytest 9 no longer reads them.)"""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_INFRA):
            return "infra"
        if not nodeid.startswith(E2E):
            return str(super()._split_scope(nodeid))
        return "e2e-1" if is_on_the_first(nodeid) else "e2e-2"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits the most begins first: everything else runs beside it."""
    items.sort(key=lambda item: not item.nodeid.startswith(E2E))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker for each laptop stack, which mostly waits, and one for each processor."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 + processors


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByStack:
    """How tests are shared out among workers."""
    return _ByStack(config, log)
