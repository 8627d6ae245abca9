"""No test reaches an account: fake credentials, a fixed region, no metadata service."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler.loadfile import LoadFileScheduling  # type: ignore[import-untyped]

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


class _ByStack(LoadFileScheduling):  # type: ignore[misc]
    """By file, but all end-to-end tests go to one worker: they share a laptop stack. (`--dist loadgroup` would say it
    with markers, but xdist 3.8 writes its groups into node ids where pytest 9 no longer reads them.)"""

    def _split_scope(self, nodeid: str) -> str:
        return "e2e" if nodeid.startswith("tests/e2e/") else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByStack:
    """How tests are shared out among workers."""
    return _ByStack(config, log)
