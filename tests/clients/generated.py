"""Clients as users make them: in Python and in TypeScript, from the document of the API."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.paths import ROOT

PACKAGE = "ariia_campaigns_client"
SOURCES = ROOT / "clients"
_NODE_MODULES = SOURCES / "typescript" / "node_modules"
_SECONDS = 120.0


class PythonClient:
    """What openapi-python-client makes of `document` in `folder`, beside the program that uses it."""

    def __init__(self, document: dict[str, Any], folder: Path) -> None:
        self.folder, self.package, self.program = folder, folder / PACKAGE, folder / "one_campaign.py"
        described, settings = folder / "openapi.json", folder / "settings.json"
        described.write_text(json.dumps(document))
        settings.write_text(json.dumps({"post_hooks": []}))  # it would format what nobody reads
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
        paths = {"--path": described, "--output-path": self.package, "--config": settings}
        self.generation = run([*command, *(str(word) for pair in paths.items() for word in pair)], folder)
        shutil.copy(SOURCES / "python" / "one_campaign.py", self.program)

    def operations(self) -> set[str]:
        """The ids of the operations that it has."""
        return {path.stem for path in (self.package / "api").glob("*/*.py")} - {"__init__"}

    def checked(self) -> subprocess.CompletedProcess[str]:
        """Its types, and those of the program, checked by mypy."""
        settings = self.folder / "mypy.ini"
        # The generator's own frame, the same for every document, hands `object` to httpx's context managers.
        settings.write_text(f"[mypy]\nstrict = True\n[mypy-{PACKAGE}.client]\ndisable_error_code = arg-type\n")
        command = [sys.executable, "-m", "mypy", "--config-file", str(settings), "--cache-dir", os.devnull]
        return run([*command, "--package", PACKAGE, "--module", self.program.stem], self.folder)

    def plays(self, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Runs the program."""
        return run([sys.executable, str(self.program)], self.folder, environment)


class TypeScriptClient:
    """What openapi-typescript makes of `document` in `folder`, beside the program that uses it."""

    def __init__(self, document: dict[str, Any], folder: Path) -> None:
        self.folder, self.types = folder, folder / "api.d.ts"
        for name in ("one_campaign.ts", "tsconfig.json", "package.json"):
            shutil.copy(SOURCES / "typescript" / name, folder)
        (folder / "node_modules").symlink_to(_NODE_MODULES)
        (folder / "openapi.json").write_text(json.dumps(document))
        self.generation = run([self._tool("openapi-typescript"), "openapi.json", "--output", "api.d.ts"], folder)

    def checked(self) -> subprocess.CompletedProcess[str]:
        """Its types, and those of the program, checked by tsc, which then writes what node runs."""
        return run([self._tool("tsc"), "--project", "."], self.folder)

    def linted(self) -> subprocess.CompletedProcess[str]:
        """The document under Redocly's recommended rules; a line for each breach."""
        rules = (Path(__file__).parent / "lint.mjs").read_text()
        return run(["node", "--input-type=module", "--eval", rules, "openapi.json"], self.folder)

    def plays(self, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Runs the program; needs what `checked` writes."""
        return run(["node", "out/one_campaign.js"], self.folder, environment)

    @staticmethod
    def _tool(name: str) -> str:
        return str(_NODE_MODULES / ".bin" / name)


def run(
    command: list[str], folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command's outcome, with what it said."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
    )
