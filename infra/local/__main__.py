"""`python -m infra.local run` keeps the laptop stack up until Ctrl-C; `cdk-deploy` proves the CDK's own deployment."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from infra.local.cdk_deploy import cdk_deploy
from infra.local.demo.api import Api, DemoError
from infra.local.process import LocalStackError
from infra.local.stack import LaptopStack

ROLES = ("viewer", "editor", "approver", "admin", "agent", "connector", "platform")


def main() -> int:
    """The exit status of the chosen command."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start, deploy, print the addresses, wait for Ctrl-C")
    run.add_argument("--tenant", default="demo", help="whose tokens are printed")
    commands.add_parser("cdk-deploy", help="deploy to a fresh emulator with the CDK's command line")
    given = parser.parse_args()
    try:
        if given.command == "run":
            _run(given.tenant)
        else:
            cdk_deploy()
    except (LocalStackError, DemoError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(tenant_id: str) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    print("starting the laptop stack (the first start synthesises the stacks) …", flush=True)
    with LaptopStack() as stack:
        _set_up(stack, tenant_id)
        _describe(stack, tenant_id)
        stop.wait()
        print("\nstopping …", flush=True)


def _set_up(stack: LaptopStack, tenant_id: str) -> None:
    """A tenant with a verified sender, so that the first campaign is a few calls away."""
    tenant = {"id": tenant_id, "name": tenant_id.title(), "plan": "enterprise", "timezone": "Europe/Berlin"}
    Api(stack, "platform").post("/v1/tenants", tenant | {"language": "en"}, "platform")
    Api(stack, tenant_id).post("/v1/senders", {"domain": f"{tenant_id}.example"}, "admin")


def _describe(stack: LaptopStack, tenant_id: str) -> None:
    places = {
        "API": f"{stack.api_url}/v1",
        "API reference": f"{stack.api_url}/reference",
        "Inbox": f"{stack.simulator_url}/",
        "AWS endpoint": stack.aws_endpoint,
        "Logs": str(stack.directory),
    }
    for name, place in places.items():
        print(f"{name + ':':<15}{place}")
    print(f"\nTenant {tenant_id} is set up and may send from any address at {tenant_id}.example.")
    print(f"\nTokens of tenant {tenant_id}, good for an hour:")
    for role in ROLES:
        print(f"\n{role}:\n{stack.token(role, tenant_id)}")
    print("\nCtrl-C stops everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
