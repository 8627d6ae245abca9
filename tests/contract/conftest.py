"""The contract suites run over the in-memory adapters and over ministack, one process of which serves the session."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from ariia.adapters.dynamodb.models import TABLES, use_prefix
from infra.local.ministack import KEY_ID, REGION, SECRET, Ministack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only these suites talk to a server, on the loopback interface."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """A running emulator, with this process's AWS clients pointed to it and to nothing else."""
    environment = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    with Ministack(tmp_path_factory.mktemp("ministack")) as emulator, pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        environment |= {"AWS_ENDPOINT_URL": emulator.endpoint, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
        for name, value in environment.items():
            patch.setenv(name, value)
        # A session keeps the credentials that it found first, and the emulator checks whose signature a URL carries.
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        yield emulator


@pytest.fixture(scope="session")
def dynamodb_tables(ministack: Ministack) -> str:
    """All tables of the models, under a prefix of their own, which is returned. Tests keep apart by tenant."""
    prefix = f"contract-{uuid.uuid4().hex[:8]}"
    use_prefix(prefix)
    for model in TABLES:
        model.create_table(wait=True, billing_mode="PAY_PER_REQUEST")
    return prefix


@pytest.fixture
def tenant_id() -> str:
    """A tenant that no other test uses."""
    return f"tenant-{uuid.uuid4().hex[:12]}"
