"""Who may import whom: functions -> services -> domain, ports; adapters -> ports, domain; bootstrap knows them all."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from .imports import Import

_OURS = ("ariia", "functions", "infra", "tests", "app", "benchmarks", "examples")
_ARIIA_PARTS = ("domain", "ports", "services", "adapters", "bootstrap", "settings", "observability")
_MAY_IMPORT: dict[str, set[str]] = {
    "domain": {"domain"},
    "ports": {"ports", "domain"},
    "services": {"services", "ports", "domain"},
    "adapters": {"adapters", "ports", "domain"},
    "bootstrap": set(_ARIIA_PARTS),
    "settings": set(),
    "observability": set(),
    "functions": {"services", "ports", "domain", "bootstrap", "settings", "observability"},
    "ariia": set(),
}
# The stacks take the shape of tables and environments from the code that uses them, and nothing else.
_FOR_INFRA = ("ariia.adapters.dynamodb.models", "ariia.adapters.dynamodb.names", "ariia.settings")
# Those who drive the whole from outside.
_DRIVERS = ("tests", "benchmarks", "examples")
# The domain is pure: templates and calendar rules are its matter, the outside world is not.
_DOMAIN_LIBRARIES = {"dateutil", "idna", "jinja2", "markupsafe", "nh3"}
_OUTSIDE_WORLD = {
    "asyncio", "http", "logging", "multiprocessing", "os", "pathlib", "random", "select", "selectors", "shutil",
    "signal", "socket", "ssl", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip


def breaches(imports: Iterable[Import]) -> list[str]:
    """What is forbidden among `imports`, each with its place and the reason."""
    found = ((one, _fault(one)) for one in imports)
    return [f"{one}: {fault}" for one, fault in found if fault is not None]


def part_of(module: str) -> str:
    """The part of the architecture that a module of ours belongs to; empty for foreign ones."""
    first, _, rest = module.partition(".")
    if first not in _OURS:
        return ""
    second = rest.partition(".")[0]
    return second if first == "ariia" and second in _ARIIA_PARTS else first


def _fault(one: Import) -> str | None:
    importer, target = part_of(one.source.module), part_of(one.target)
    if one.target == "?":
        return None if importer in _DRIVERS else "what is imported can't be seen"
    if not target:
        return _foreign_fault(importer, one.target)
    if target in _DRIVERS:
        return None if importer in _DRIVERS else f"{importer} may not import {target}"
    if importer in _DRIVERS:
        return None
    if target == "infra":
        return _infra_fault(one)
    if importer == "infra":
        return None if _is_below(one.target, _FOR_INFRA) else f"infra may import only {', '.join(_FOR_INFRA)}"
    if importer == "functions":
        return _function_fault(one, target)
    return None if target in _MAY_IMPORT[importer] else f"{importer} may not import {target}"


def _foreign_fault(importer: str, target: str) -> str | None:
    library = target.partition(".")[0]
    if importer not in ("domain", "ports", "services"):
        return None
    if library in _OUTSIDE_WORLD or target == "urllib.request":
        return f"{importer} may not reach the outside world by itself"
    allowed = _DOMAIN_LIBRARIES if importer == "domain" else set()
    if library in sys.stdlib_module_names or library in allowed:
        return None
    return f"{importer} may not depend on {library}"


def _infra_fault(one: Import) -> str | None:
    importer = one.source.module
    if part_of(importer) == "infra":
        leaves_laptop = _is_below(one.target, ("infra.local",)) and not _is_below(importer, ("infra.local",))
        return "what is deployed may not need the laptop stack" if leaves_laptop else None
    return None if importer == "app" else "nothing imports infra"


def _function_fault(one: Import, target: str) -> str | None:
    own = one.source.module.split(".")[1] if "." in one.source.module else ""
    if target == "functions":
        return None if _is_below(one.target, (f"functions.{own}",)) else "no function imports another one"
    if target not in _MAY_IMPORT["functions"]:
        return f"functions may not import {target}"
    if target == "bootstrap" and not _is_below(one.target, (f"ariia.bootstrap.{own}",)):
        return "a function is built by its own composition root"
    return None


def _is_below(module: str, packages: Iterable[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in packages)
