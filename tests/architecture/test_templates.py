"""Tenants' templates are read, compiled and rendered behind one door: in the guard's child, or by the composer under
its deadline. At run time `meter.metered` refuses everything else; here it is seen before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from .imports import imports_of
from .source_tree import Source, product_sources

_CONTENT = "ariia.domain.content"
# Modules that compile or render when they are asked to, and who outside of the content may import them.
_ENGINE = {
    **dict.fromkeys(
        ("sandbox.compiler", "sandbox.environment", "sandbox.syntax", "checks.names", "slots.splitting"), ()
    ),
    **dict.fromkeys(("text_part.derive", "text_part.template_source"), ()),
    "rendering": ("ariia.adapters.rendering.template_guard", "tests.doubles.rendering"),
    "slots.compiled": ("ariia.services.sending.composing",),
    "checks.trial": (
        "ariia.adapters.rendering.template_guard",
        "tests.doubles.rendering",
        "ariia.ports.content",  # for its types
        "ariia.services.content.checks",  # for what is to be tried
    ),
}
# What does it, by name, and where the name may stand.
_DEEDS: dict[str, tuple[str, ...]] = {
    "bounded": (
        "ariia.adapters.rendering.render_deadline",
        "ariia.adapters.rendering.template_guard",
        "tests.doubles.rendering",
        f"{_CONTENT}.sandbox.meter",
    ),
    "compile_content": (
        f"{_CONTENT}.slots.compiled",
        f"{_CONTENT}.rendering",
        f"{_CONTENT}.checks.trial",
        "ariia.services.sending.composing",
    ),
    "full_render": (f"{_CONTENT}.slots.compiled", f"{_CONTENT}.rendering", f"{_CONTENT}.checks.trial"),
    "try_content": (f"{_CONTENT}.checks.trial",),
    "judge_content": (f"{_CONTENT}.checks.trial", "ariia.adapters.rendering.template_guard", "tests.doubles.rendering"),
    "content_findings": (f"{_CONTENT}.assembly", f"{_CONTENT}.checks.trial"),
    "root_render_func": (f"{_CONTENT}.slots.splitting",),
    "from_code": (f"{_CONTENT}.sandbox.syntax",),
    "from_string": ("infra.constructs.state_machine",),  # of a state machine's definition
}
_DRIVERS = ("benchmarks", "examples")
# Pages whose templates are files of ours.
_OWN_PAGES = ("functions.api.reference.page", "infra.local.providers.inbox.pages")


def wrong_imports(sources: Iterable[Source]) -> list[str]:
    """Imports of Jinja2 or of what compiles, where they may not be."""
    return [str(one) for one in imports_of(sources) if not _may_import(one.source.module, one.target)]


def _may_import(module: str, target: str) -> bool:
    if module.startswith(f"{_CONTENT}.") or module.split(".")[0] in _DRIVERS:
        return True
    if target.partition(".")[0] in ("jinja2", "markupsafe"):
        return module in _OWN_PAGES
    engine = target.removeprefix(f"{_CONTENT}.")
    return not target.startswith(_CONTENT) or engine not in _ENGINE or module in _ENGINE[engine]


def wrong_deeds(sources: Iterable[Source]) -> list[str]:
    """Names of what compiles or renders, where they may not stand."""
    found = ((source, name, line) for source in sources for name, line in _names(source))
    return [f"{source.path}:{line} {name}" for source, name, line in found if not _may_do(source.module, name)]


def _may_do(module: str, name: str) -> bool:
    is_ours = name in _DEEDS and module.split(".")[0] not in _DRIVERS
    return not is_ours or module in _DEEDS[name]


def _names(source: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.name, node.lineno) for alias in node.names)


def test_only_the_guard_and_the_composer_reach_the_template_engine() -> None:
    assert wrong_imports(product_sources()) == []


def test_nobody_else_compiles_or_renders() -> None:
    assert wrong_deeds(product_sources()) == []


def test_the_composer_renders_under_its_deadline_only() -> None:
    [composing] = [one for one in product_sources() if one.module == "ariia.services.sending.composing"]
    [composer] = [
        node for node in composing.tree.body if isinstance(node, ast.ClassDef) and node.name == "MessageComposer"
    ]
    [compose] = [node for node in composer.body if isinstance(node, ast.FunctionDef) and node.name == "compose"]
    [block] = [node for node in compose.body if isinstance(node, ast.With)]
    assert ast.unparse(block.items[0].context_expr) == "self._time_limit()"
    callers = [node for node in ast.walk(composer) if isinstance(node, ast.Attribute) and node.attr == "_compose"]
    assert len(callers) == 1


def test_a_way_around_the_door_would_be_noticed(tmp_path: Path) -> None:
    root = tmp_path / "layers/ariia/python/ariia/services"
    root.mkdir(parents=True)
    (root / "previews.py").write_text(
        "import jinja2\nfrom ariia.domain.content.slots.compiled import compile_content as c\n"
        "def show(x):\n    from ariia.domain.content import rendering\n"
        "    from ariia.domain.content.sandbox import meter\n"
        "    with meter.bounded():\n        return c('', x).full_render({})\n"
    )
    source = Source(tmp_path, Path("layers/ariia/python/ariia/services/previews.py"))
    deeds = [one.rpartition(" ")[2] for one in wrong_deeds([source])]
    assert sorted(deeds) == ["bounded", "compile_content", "full_render"]
    known = [one for one in product_sources() if one.module.startswith(_CONTENT)]
    wrong = [one.rpartition(" ")[2] for one in wrong_imports([source, *known])]
    assert wrong == ["jinja2", f"{_CONTENT}.slots.compiled", f"{_CONTENT}.rendering"]
