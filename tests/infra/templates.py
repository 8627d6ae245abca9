"""Looks into a synthesised stage."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    logical_id: str
    body: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body.get("Properties", {})
        return found


class Templates:
    """All templates of one cloud assembly."""

    def __init__(self, assembly: Path) -> None:
        self.assembly = assembly
        self.manifest = json.loads((assembly / "manifest.json").read_text())["artifacts"]
        self.paths = {
            name: assembly / one["properties"]["templateFile"]
            for name, one in self.manifest.items()
            if one["type"] == "aws:cloudformation:stack"
        }
        self.stacks = {name: json.loads(path.read_text()) for name, path in self.paths.items()}

    def resources(self, kind: str) -> list[Resource]:
        """Those of the CloudFormation type `kind`, in all stacks. At least one: a test of none would prove nothing."""
        found = [one for one in self._all() if one.body["Type"] == kind]
        assert found, f"no {kind} in any stack"
        return found

    def count(self, kind: str) -> int:
        return sum(one.body["Type"] == kind for one in self._all())

    def resolve(self, value: Any, stack: str) -> tuple[str, str]:
        """The (stack, logical id) that a Ref, GetAtt or import of another stack's export means."""
        match value:
            case {"Ref": logical_id}:
                return stack, logical_id
            case {"Fn::GetAtt": [logical_id, _]}:
                return stack, logical_id
            case {"Fn::ImportValue": name}:
                return self.resolve(*self.exported(name))
        raise AssertionError(f"{value!r} names no resource")

    def resource(self, value: Any, stack: str) -> Resource:
        """The resource that `value`, seen in `stack`, refers to."""
        name, logical_id = self.resolve(value, stack)
        return Resource(name, logical_id, self.stacks[name]["Resources"][logical_id])

    def references(self, value: Any, stack: str) -> Iterator[tuple[str, str]]:
        """The (stack, logical id) of everything that `value`, seen in `stack`, refers to anywhere inside."""
        if isinstance(value, dict):
            if value.keys() & {"Ref", "Fn::GetAtt", "Fn::ImportValue"}:
                # Parameters and pseudo parameters are no resources; not every import is of one.
                with contextlib.suppress(AssertionError):
                    yield self.resolve(value, stack)
            for inner in value.values():
                yield from self.references(inner, stack)
        elif isinstance(value, list):
            for inner in value:
                yield from self.references(inner, stack)

    def exported(self, export: str) -> tuple[Any, str]:
        """The value that is exported under this name, and the stack that it is seen in."""
        for name, template in self.stacks.items():
            for output in template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == export:
                    return output["Value"], name
        raise AssertionError(f"nobody exports {export}")

    def _all(self) -> Iterator[Resource]:
        for stack, template in self.stacks.items():
            for logical_id, body in template["Resources"].items():
                yield Resource(stack, logical_id, body)
