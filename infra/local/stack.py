"""The whole product on this machine: the deployed stacks in the emulator, and the provider simulator beside them."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from infra.local.deploy import Deployer
from infra.local.ministack import Ministack
from infra.local.process import GuardedProcess, clean_environment, free_ports, listens
from infra.local.role_rights import ses_rights
from infra.local.synthesis import synthesised
from infra.local.tokens import Tokens
from infra.paths import ROOT

PREFIX = "ariia-local"
EVERY_DOMAIN = ("*",)


class LaptopStack:
    """Up in two seconds once the stacks are synthesised; nothing of it is left after `stop`, or after our own end.

    `wait_scale` stretches the waits of state machines; `rate` is the provider's limit in recipients per second;
    domains in `verified_domains` (all by default) are verified the moment a tenant adds them.
    """

    def __init__(
        self, *, wait_scale: float = 1.0, rate: float = 200.0, verified_domains: Sequence[str] = EVERY_DOMAIN
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="ariia-laptop-"))
        emulator_port, self._simulator_port = free_ports(2)
        self.simulator_url = f"http://127.0.0.1:{self._simulator_port}"
        self.ministack = Ministack(
            self.directory,
            port=emulator_port,
            wait_scale=wait_scale,
            enforce_roles=True,
            # Into every function: their SES v2 is the simulator.
            environment={"AWS_ENDPOINT_URL_SESV2": self.simulator_url},
        )
        self.aws_endpoint = self.ministack.endpoint
        self.outputs: dict[str, str] = {}
        self._rate, self._verified_domains = rate, tuple(verified_domains)
        self._simulator: GuardedProcess | None = None
        self._tokens: Tokens | None = None

    @property
    def api_url(self) -> str:
        """Where /v1, /openapi.json and the public pages are."""
        return self.outputs["BaseUrl"]

    def start(self) -> Self:
        """Returns when everything is deployed. Raises LocalStackError, with nothing left running."""
        try:
            assembly = synthesised()
            self._simulator = self._start_simulator()
            self.ministack.start()
            self.outputs = Deployer(self.ministack, assembly, {"LaptopEndpoint": self.aws_endpoint}).deploy()
            self._simulator.wait_until(lambda: listens(self._simulator_port), seconds=30)
            self.control("PUT", "rights", ses_rights(self.client))
            self.control("PUT", "settings", {"topic_arn": self.outputs["EmailEventsTopicArn"]})
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Ends all processes and removes their files. May be called twice."""
        self.ministack.stop()
        if self._simulator:
            self._simulator.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def token(self, role: str, tenant_id: str) -> str:
        """An id token of a user of the tenant with that role, good for an hour."""
        if self._tokens is None:
            self._tokens = Tokens(self.ministack, self.outputs["UserPoolId"], self.outputs["UserPoolClientId"])
        return self._tokens.token(role, tenant_id)

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator."""
        session: Any = self.ministack.session()
        return session.client(service, endpoint_url=self.aws_endpoint)

    def provider_client(self) -> Any:
        """A boto3 client of the simulated SES."""
        session: Any = self.ministack.session()
        return session.client("sesv2", endpoint_url=self.simulator_url)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Asks the simulator's control API for `path` and gives its answer. Raises urllib.error.HTTPError."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.simulator_url}/control/{path}",
            data=data,
            method=method,
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def function_log(self, name: str, lines: int = 50) -> list[str]:
        """The last log lines of the function in folder `name` (a channel's sender is `send_batch-<channel>`)."""
        group = f"/aws/lambda/{PREFIX}-{name.replace('_', '-')}"
        events = self.client("logs").filter_log_events(logGroupName=group, limit=10_000)["events"]
        return [event["message"].rstrip() for event in sorted(events, key=lambda one: one["timestamp"])][-lines:]

    def _start_simulator(self) -> GuardedProcess:
        command = [sys.executable, "-m", "infra.local.providers", "--port", str(self._simulator_port)]
        command += ["--aws-endpoint", self.aws_endpoint, "--rate", str(self._rate)]
        for domain in self._verified_domains:
            command += ["--verified-domain", domain]
        return GuardedProcess(
            "simulator",
            command,
            environment=clean_environment(),
            log=self.directory / "simulator.log",
            directory=ROOT,
        )
