"""`python -m tests.infra.permissions.derive STAGE`: the AWS calls of each function of a stage, as JSON.

A process of its own: it makes each function's objects with the environment that it would be deployed with, and holds
the types of the whole program."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import astuple

from infra.local.synthesis import synthesised
from tests.infra.templates import Resource, Templates

from .arns import text_of
from .calls import AwsCall, Calls


def derived(stage: str) -> dict[str, Calls]:
    """The calls of each function, by its folder. Raises RuntimeError with what the process wrote."""
    command = [sys.executable, "-m", "tests.infra.permissions.derive", stage]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found = json.loads(done.stdout)
    return {
        folder: Calls({AwsCall(*call) for call in one["found"]}, set(one["unplaced"])) for folder, one in found.items()
    }


def folder_of(function: Resource) -> str:
    """The folder that the function is deployed from."""
    return str(function.properties["Handler"]).split(".")[1]


def environment_of(templates: Templates, function: Resource) -> dict[str, str]:
    """As the deployed function sees it."""
    variables = function.properties["Environment"]["Variables"]
    return {name: text_of(templates, value, function.stack) for name, value in variables.items()}


def main() -> None:
    """Writes them to the standard output."""
    from .calls import calls_of
    from .composed import composed
    from .program import Program
    from .resources import Resources

    templates, program = Templates(synthesised(sys.argv[1])), Program()
    found = {}
    for function in templates.resources("AWS::Lambda::Function"):
        folder = folder_of(function)
        live = composed(folder, environment_of(templates, function))
        calls = calls_of(program, folder, live, Resources(templates, function))
        found[folder] = {"found": sorted(map(astuple, calls.found)), "unplaced": sorted(calls.unplaced)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
