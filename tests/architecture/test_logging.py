"""Logs outlive members: what identifies a person, or opens a door, is never written into them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ariia.observability import LOGGED_IDS

from .source_tree import Source, product_sources

# `member_id` and `message_id` are opaque ids: they identify nobody to whoever reads the log.
FORBIDDEN = {
    "member", "members", "recipient", "recipients", "email", "address", "addresses", "phone", "first_name", "last_name",
    "token", "secret", "password", "authorization", "html", "subject", "body",
}  # fmt: skip
# Only a number or a type's name comes out of these.
_HARMLESS_CALLS = {"len", "sum", "type", "bool"}
_WRITERS = {"logger", "metrics", "tracer", "logging"}


def leaks(source: Source) -> Iterator[str]:
    """The calls of `source` that would write one of the forbidden things into a log."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _writes(node.func):
            named = sorted({name for part in _given(node) for name in _names(part) if _is_forbidden(name)})
            if named or _is_print(node.func):
                yield f"{source.path}:{node.lineno} writes {', '.join(named) or 'to standard output'}"


def _is_forbidden(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return snake in FORBIDDEN or any(snake.endswith(f"_{word}") for word in FORBIDDEN)


def _is_print(function: ast.expr) -> bool:
    return isinstance(function, ast.Name) and function.id == "print"


def _writes(function: ast.expr) -> bool:
    start = function
    while isinstance(start, ast.Attribute):
        start = start.value
    return _is_print(function) or (isinstance(start, ast.Name) and start.id in _WRITERS and start is not function)


def _given(call: ast.Call) -> Iterator[ast.AST]:
    yield from call.args
    yield from call.keywords


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _HARMLESS_CALLS:
        return
    if isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Dict):
        yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        yield str(node.slice.value)
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def misnamed(source: Source) -> Iterator[str]:
    """The fields of logs that name a thing otherwise than `LOGGED_IDS` does."""
    nouns = {name.removesuffix("_id") for name in LOGGED_IDS} - LOGGED_IDS
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _writes(node.func):
            for keyword in node.keywords:
                name = keyword.arg or ""
                if name in nouns or (name.endswith("_id") and name not in LOGGED_IDS | {"correlation_id"}):
                    yield f"{source.path}:{node.lineno} {name}"


def deployed() -> list[Source]:
    """What runs in Lambda; the laptop stack talks to the person in front of it."""
    return [one for one in product_sources() if one.path.parts[0] in ("functions", "layers")]


def test_nothing_personal_is_logged() -> None:
    assert [one for source in deployed() for one in leaks(source)] == []


def test_logs_name_things_alike() -> None:
    assert [one for source in deployed() for one in misnamed(source)] == []


@pytest.mark.parametrize(
    "code", ["logger.info('x', tenant=t)", "logger.append_keys(campaign=c)", "logger.info('x', run_id=r)"]
)
def test_another_name_is_found(tmp_path: Path, code: str) -> None:
    (tmp_path / "x.py").write_text(code)
    assert len(list(misnamed(Source(tmp_path, Path("x.py"))))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "logger.info('sent', member=one.id)",
        "logger.info('sent', to=member.email)",
        "logger.info(f'to {recipient.address}')",
        "logger.error('bad', extra={'token': path})",
        "logger.error('bad', extra={'x': event['body']})",
        "logger.append_keys(subject=claims)",
        "logger.info('sent', ids=[one.id for one in members])",
        "metrics.add_metadata('who', member.from_address)",
        "tracer.put_annotation('x', request.unsubscribe_token)",
        "print('hello')",
    ],
)
def test_a_leak_is_found(tmp_path: Path, code: str) -> None:
    (tmp_path / "x.py").write_text(code)
    assert len(list(leaks(Source(tmp_path, Path("x.py"))))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "logger.info('sent', tenant_id=t, campaign_id=c, batch=b.name, count=len(members))",
        "logger.warning('left out', member_id=one.id, reason=type(error).__name__)",
        "send(member.email)",
    ],
)
def test_ids_and_counts_are_no_leak(tmp_path: Path, code: str) -> None:
    (tmp_path / "x.py").write_text(code)
    assert list(leaks(Source(tmp_path, Path("x.py")))) == []
