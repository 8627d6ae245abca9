"""Builds the layer of third-party packages for Lambda's platform on any machine: pip downloads the arm64 wheels."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import ILocalBundling

PYTHON = "3.13"
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a function with its layers, unzipped
UNZIPPED_LIMIT_BYTES = 250 * 1024 * 1024
# Room for the function's own code and the `ariia` layer.
OWN_CODE_BYTES = 10 * 1024 * 1024
_KEPT_METADATA = {"METADATA", "entry_points.txt"}


class BundleError(RuntimeError):
    """The layer can't be built; the message holds pip's own words."""


@jsii.implements(ILocalBundling)
class DependencyBundle:
    """Installs `requirements` into the asset instead of a container doing so."""

    def __init__(self, requirements: Path) -> None:
        self._requirements = requirements

    def fingerprint(self) -> str:
        """Changes when the layer's content would: pins, Python version, platform."""
        parts = [self._requirements.read_text(), PYTHON, *PLATFORMS, str(target_python() is not None)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def try_bundle(self, output_dir: str, _options: object = None, **_fields: Any) -> bool:
        """Always True: there is no container to fall back to. Raises BundleError."""
        site = Path(output_dir) / "python"
        install(self._requirements, site)
        strip(site)
        _compile(site)
        check_size(site)
        return True


def install(requirements: Path, site: Path) -> None:
    """Puts the wheels that Lambda's arm64 Python takes into `site`. Raises BundleError."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    command += ["--target", str(site), "--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    done = subprocess.run([*command, "--requirement", str(requirements)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BundleError(f"pip could not install {requirements}:\n{done.stderr.strip()}")


def strip(site: Path) -> None:
    """Removes what no function imports: scripts, tests, install records. Keeps version and entry points."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    for folder in [path for name in ("tests", "test", "__pycache__") for path in site.rglob(name) if path.is_dir()]:
        shutil.rmtree(folder, ignore_errors=True)
    for record in [file for info in site.glob("*.dist-info") for file in info.rglob("*") if file.is_file()]:
        if record.name not in _KEPT_METADATA and not record.name.upper().startswith(("LICEN", "NOTICE", "COPYING")):
            record.unlink()


def target_python() -> str | None:
    """A Python on this machine whose byte code Lambda can use, or None."""
    installed = [shutil.which(name) for name in (f"python{PYTHON}", "python3")]
    # pyenv answers to the name of every version, but runs only the chosen one.
    managed = sorted(Path.home().glob(f".pyenv/versions/{PYTHON}*/bin/python{PYTHON}"))
    candidates = [sys.executable, *filter(None, installed), *map(str, managed)]
    return next((python for python in candidates if _version_of(python) == PYTHON), None)


def check_size(site: Path) -> int:
    """The bytes of the layer. Raises BundleError if a function with it would pass Lambda's limit."""
    size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
    if size > UNZIPPED_LIMIT_BYTES - OWN_CODE_BYTES:
        raise BundleError(f"the dependencies take {size:,} bytes; Lambda allows {UNZIPPED_LIMIT_BYTES:,} in all")
    return size


def _version_of(python: str) -> str:
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _compile(site: Path) -> None:
    python = target_python()
    if python is None:
        print(f"no Python {PYTHON} here: the layer goes without .pyc files, cold starts take longer", file=sys.stderr)
        return
    # Dates of files don't survive the zip: byte code must not be checked against them.
    command = [python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", str(site)]
    subprocess.run(command, check=True)
