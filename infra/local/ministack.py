"""Starts and stops the AWS emulator."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import boto3

from infra.local.process import GuardedProcess, LocalStackError, clean_environment, free_ports, listens

VERSION = "1.5.33"
REGION = "us-east-1"
KEY_ID = "test"
SECRET = "test"


class Ministack:
    """One emulator with its own port and temporary folder; it forgets everything when it stops. What is in
    `environment` every function sees as well. `wait_scale` stretches the waits of state machines, 0 skips them. With
    `enforce_roles` a function may do what its role allows, and no more."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        wait_scale: float = 1.0,
        enforce_roles: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port or free_ports(1)[0]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._directory = directory
        self._wait_scale = wait_scale
        self._enforce_roles = enforce_roles
        self._extra = dict(environment or {})
        self._process: GuardedProcess | None = None

    def start(self) -> Self:
        """Returns when it answers. Raises LocalStackError."""
        check_version()
        temporary = self._directory / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        self._process = GuardedProcess(
            "ministack",
            [sys.executable, "-m", "ministack"],
            environment=clean_environment() | self._environment(temporary) | self._extra,
            log=self._directory / "ministack.log",
            directory=self._directory,
        )
        try:
            self._process.wait_until(lambda: listens(self.port), seconds=30)
        except LocalStackError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        if self._process:
            self._process.stop()
            self._process = None

    def session(self) -> boto3.Session:
        """Of the emulator's only account; clients need `endpoint_url=self.endpoint`."""
        return boto3.Session(KEY_ID, SECRET, region_name=REGION)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _environment(self, temporary: Path) -> dict[str, str]:
        return {
            # It runs uploaded code, and listens everywhere by default.
            "BIND_HOST": "127.0.0.1",
            "AUTH": str(self._enforce_roles).lower(),
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "SFN_WAIT_SCALE": str(self._wait_scale),
            "TMPDIR": str(temporary),
        }


def check_version() -> None:
    """Raises LocalStackError unless the version is the one whose faults the design works around."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        raise LocalStackError(f"ministack {VERSION} is needed, {found} is installed")
