"""The synthesised stacks of the laptop stage, kept until a source of theirs changes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.process import LocalStackError
from infra.paths import ROOT

CACHE = ROOT / ".local"
STAGE = "local"
KEPT = 2
_SOURCES = ("app.py", "cdk.json", "infra", "functions", "layers")
_OTHER = ("infra/local/", "__pycache__", ".egg-info", ".pyc")


def synthesised(stage: str = STAGE) -> Path:
    """The folder of the stage's cloud assembly: synthesised anew when a source changed. Raises LocalStackError."""
    target = CACHE / f"cdk.out-{stage}-{fingerprint()}"
    if not target.exists():
        CACHE.mkdir(exist_ok=True)
        with _alone(stage):
            _make(stage, target)
    return target


@contextmanager
def _alone(stage: str) -> Iterator[None]:
    """Several processes want the same: one makes it, the others wait for that."""
    with (CACHE / f"synth-{stage}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(stage: str, target: Path) -> None:
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="synth-") as work:
            fresh = Path(work) / "cdk.out"
            _synthesise(stage, fresh)
            _put(fresh, target)
        _forget_all_but(stage, target)


def fingerprint() -> str:
    """Of everything that a template or an asset is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _sources():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for name in _SOURCES:
        start = ROOT / name
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if path.is_file() and not any(part in str(path.relative_to(ROOT)) for part in _OTHER):
                yield path


def _synthesise(stage: str, output: Path) -> None:
    """Without bundling: the functions run in the interpreter of the emulator, which has the same packages."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    context |= {"stage": stage, "aws:cdk:bundling-stacks": []}
    environment = os.environ | {
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    }
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LocalStackError(f"the stacks could not be synthesised:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def _put(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        if not target.exists():  # another process was faster with the very same content
            raise


def _forget_all_but(stage: str, target: Path) -> None:
    for old in sorted(CACHE.glob(f"cdk.out-{stage}-*"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
