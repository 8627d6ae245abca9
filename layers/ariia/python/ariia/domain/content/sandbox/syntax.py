"""Reading a tenant's template: size, syntax and nesting, with the line of what is wrong."""

from __future__ import annotations

import re

from jinja2 import Template, nodes
from jinja2.exceptions import TemplateSyntaxError

from ariia.domain.content.sandbox.environment import ContentEnvironment
from ariia.domain.content.sandbox.meter import MAX_INT_BITS, metered
from ariia.domain.content.sandbox.unsendable import NOT_TEXT
from ariia.domain.errors import InvalidError, Problem

MAX_SOURCE_BYTES = 512 * 1024
MAX_DEPTH = 80
# Compiling takes some 30 µs a node, what Python sees as a function of its own the time of several: at most 0.4 s.
MAX_NODES = 10_000
_WEIGHTS: dict[type[nodes.Node], int] = {nodes.Macro: 8, nodes.CallBlock: 8, nodes.Block: 8, nodes.For: 4}
# Jinja2 notes for each branch every name that is set: their product takes a third of a microsecond a piece.
MAX_NAMES_BY_BRANCHES = 500_000
_BRANCHES: tuple[type[nodes.Node], ...] = (nodes.If, nodes.With, *_WEIGHTS)
_CLOSED_TAGS: dict[type[nodes.Node], str] = {
    nodes.Extends: "extends",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.ScopedEvalContextModifier: "autoescape",
}
# A number that Python's own limit keeps it from reading (sys.int_info.default_max_str_digits) has more digits.
_MANY_DIGITS = re.compile(r"\d(?:_?\d){999}")


def parse(environment: ContentEnvironment, source: str, field: str) -> nodes.Template:
    """The tree of `source`; InvalidError naming `field` and line when it is too large, malformed or too deep."""
    _check_text(source, field)
    with metered():
        try:
            tree = environment.parse(source)
        except TemplateSyntaxError as error:
            raise _invalid(field, error.message or "syntax error", error.lineno) from error
        except (RecursionError, MemoryError) as error:
            raise _invalid(field, "the template is nested too deeply", None) from error
        except Exception as error:
            raise _unreadable(source, field, error) from error
    _check_nodes(environment, tree, field)
    return tree


def compile_tree(environment: ContentEnvironment, tree: nodes.Template, field: str) -> Template:
    """`tree` as a template ready to render; InvalidError for an unknown filter or test, too much nesting, and for what
    can't be compiled in time."""
    _check_size(tree, field)
    with metered():
        try:
            code = environment.compile(tree)
        except TemplateSyntaxError as error:
            raise _invalid(field, error.message or "syntax error", error.lineno) from error
        except (SyntaxError, RecursionError, MemoryError) as error:
            # Python compiles at most 20 blocks inside each other in one function.
            raise _invalid(field, "loops and conditions are nested too deeply", None) from error
        except Exception as error:
            raise _invalid(field, f"the template can't be compiled ({type(error).__name__})", None) from error
    return Template.from_code(environment, code, environment.globals)


def _check_text(source: str, field: str) -> None:
    if len(source) > MAX_SOURCE_BYTES or len(source.encode(errors="replace")) > MAX_SOURCE_BYTES:
        raise _invalid(field, f"a template may have at most {MAX_SOURCE_BYTES // 1024} KB", None)
    found = NOT_TEXT.search(source)
    if found:
        line = source.count("\n", 0, found.start()) + 1
        raise _invalid(field, f"the control character U+{ord(found.group()):04X} is not allowed", line)


def _check_size(tree: nodes.Template, field: str) -> None:
    """InvalidError before compiling takes long: for too many nodes, or names set in too many branches."""
    weight, branches, names = 0, 1, set[str]()
    for node in tree.find_all(nodes.Node):
        weight += _WEIGHTS.get(type(node), 1)
        branches += isinstance(node, _BRANCHES)
        if isinstance(node, (nodes.Name, nodes.Macro)):
            names.add(node.name)
        if weight > MAX_NODES:
            message = f"the template is too large: more than {MAX_NODES} expressions and tags"
            raise _invalid(field, message, node.lineno)
    if branches * len(names) > MAX_NAMES_BY_BRANCHES:
        message = f"the template is too large: {len(names)} names in {branches} branches"
        raise _invalid(field, message, None)


def _check_nodes(environment: ContentEnvironment, tree: nodes.Template, field: str) -> None:
    level: list[nodes.Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node.iter_child_nodes()]
        for node in level:
            missing = _unavailable(environment, node)
            if missing:
                raise _invalid(field, f"{missing} is not available", node.lineno)
            if isinstance(node, nodes.Const):
                _check_literal(node, field)
    if level:
        raise _invalid(field, "the template is nested too deeply", level[0].lineno)


def _check_literal(literal: nodes.Const, field: str) -> None:
    """InvalidError for a number that is too large to work with, and for what an escape like \\x00 would bring in."""
    value = literal.value
    if isinstance(value, int) and value.bit_length() > MAX_INT_BITS:
        raise _invalid(field, f"a number may have at most {MAX_INT_BITS} bits", literal.lineno)
    found = NOT_TEXT.search(value) if isinstance(value, str) else None
    if found:
        raise _invalid(field, f"the control character U+{ord(found.group()):04X} is not allowed", literal.lineno)


def _unavailable(environment: ContentEnvironment, node: nodes.Node) -> str | None:
    if type(node) in _CLOSED_TAGS:
        return f"the tag '{_CLOSED_TAGS[type(node)]}'"
    # Jinja2 itself looks for the filters and tests inside a condition only when it is rendered.
    if isinstance(node, nodes.Filter) and node.name not in environment.filters:
        return f"the filter '{node.name}'"
    if isinstance(node, nodes.Test) and node.name not in environment.tests:
        return f"the test '{node.name}'"
    return None


def _unreadable(source: str, field: str, error: Exception) -> InvalidError:
    """Jinja2 lets through what Python's own readers say about a literal, and where it stands is not told."""
    number = _MANY_DIGITS.search(source)
    if number is None:
        return _invalid(field, f"the template can't be read ({type(error).__name__}: {error})"[:200], None)
    return _invalid(field, "a number has too many digits", source.count("\n", 0, number.start()) + 1)


def _invalid(field: str, message: str, line: int | None) -> InvalidError:
    place = f"line {line} of {field}" if line else field
    return InvalidError(f"{place}: {message}", problems=[Problem(field, message, line=line)])
