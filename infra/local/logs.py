"""What emulator, functions and simulator wrote, kept beyond the end of their stack."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.local.stack import LaptopStack
from infra.paths import ROOT


def keep_logs(stack: LaptopStack, name: str) -> Path:
    """The folder under build/ that they are in now, relative to the repository."""
    kept = ROOT / "build" / name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(stack.directory, kept, ignore=shutil.ignore_patterns("tmp"))
    return kept.relative_to(ROOT)
