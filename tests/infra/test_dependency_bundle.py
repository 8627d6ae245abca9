from __future__ import annotations

from pathlib import Path

import pytest

from infra.constructs import dependency_bundle
from infra.constructs.dependency_bundle import BundleError, DependencyBundle, check_size, install, strip, target_python


def write(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_strip_keeps_what_is_imported_and_what_is_asked_for(tmp_path: Path) -> None:
    kept = ["pkg/__init__.py", "pkg/testing.py", "pkg-1.dist-info/METADATA", "pkg-1.dist-info/entry_points.txt"]
    kept += ["pkg-1.dist-info/licenses/LICENSE"]
    gone = ["bin/tool", "pkg/tests/test_a.py", "pkg/__pycache__/a.pyc", "pkg-1.dist-info/RECORD"]
    for name in kept + gone:
        write(tmp_path / name)
    strip(tmp_path)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)


def test_a_layer_over_lambdas_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "pkg.py", "x" * 1000)
    assert check_size(tmp_path) == 1000
    monkeypatch.setattr(dependency_bundle, "UNZIPPED_LIMIT_BYTES", dependency_bundle.OWN_CODE_BYTES + 999)
    with pytest.raises(BundleError, match="1,000 bytes"):
        check_size(tmp_path)


def test_a_pin_that_can_not_be_installed_is_told_in_pips_words(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("--no-index\nno-such-package-anywhere==1.0\n")
    with pytest.raises(BundleError, match="no-such-package-anywhere"):
        install(requirements, tmp_path / "site")


def test_another_pin_is_another_layer(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("a==1\n")
    before = DependencyBundle(requirements).fingerprint()
    requirements.write_text("a==2\n")
    assert DependencyBundle(requirements).fingerprint() != before


def test_byte_code_is_made_by_lambdas_version_or_not_at_all() -> None:
    python = target_python()
    assert python is None or "3.13" in python or Path(python).exists()


def test_a_layer_without_byte_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dependency_bundle, "target_python", lambda: None)
    monkeypatch.setattr(dependency_bundle, "install", lambda _, site: write(site / "pkg.py"))
    assert DependencyBundle(tmp_path / "requirements.txt").try_bundle(str(tmp_path / "out"))
    assert "without .pyc files" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("*.pyc"))
