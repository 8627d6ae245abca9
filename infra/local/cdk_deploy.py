"""Proves that the CDK's own command line deploys the stacks, dependency layer included."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.deploy import ACCOUNT
from infra.local.ministack import KEY_ID, REGION, SECRET, Ministack
from infra.local.process import LocalStackError, clean_environment
from infra.local.synthesis import STAGE
from infra.paths import ROOT

TOOLS = ROOT / "infra" / "node"
STACKS = ("data", "messaging", "automation", "api", "monitoring")


def cdk_deploy() -> None:
    """Bootstraps an emulator and deploys all stacks of the laptop stage to it. Raises LocalStackError."""
    cdk = installed_cdk()
    with tempfile.TemporaryDirectory(prefix="ariia-cdk-") as work, Ministack(Path(work)) as ministack:
        environment = _environment(ministack)
        common = ["--app", f"{sys.executable} app.py", "--output", f"{work}/cdk.out", "-c", f"stage={STAGE}"]
        _run([cdk, "bootstrap", f"aws://{ACCOUNT}/{REGION}", *common], environment)
        _run([cdk, "deploy", "--all", "--require-approval", "never", *common], environment)
        _check(ministack)


def installed_cdk() -> str:
    """The pinned command line, installed from its lock file when it is not there yet."""
    cdk = TOOLS / "node_modules" / ".bin" / "cdk"
    if not cdk.exists():
        _run(["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(TOOLS)], clean_environment())
    return str(cdk)


def _environment(ministack: Ministack) -> dict[str, str]:
    return clean_environment() | {
        "AWS_ENDPOINT_URL": ministack.endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "CI": "true",
    }


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=900)
    if done.returncode:
        raise LocalStackError(f"{' '.join(command[:2])} ended with {done.returncode}")


def _check(ministack: Ministack) -> None:
    client = ministack.session().client("cloudformation", endpoint_url=ministack.endpoint)
    found = {one["StackName"]: one["StackStatus"] for one in client.describe_stacks()["Stacks"]}
    missing = [name for name in STACKS if found.get(f"ariia-{STAGE}-{name}") != "CREATE_COMPLETE"]
    if missing:
        raise LocalStackError(f"not deployed: {', '.join(missing)}; there is {found}")
    print(f"deployed: {', '.join(STACKS)}")
