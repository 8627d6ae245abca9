"""Reading a tenant's template: size, syntax and nesting, with the line of what is wrong."""

from __future__ import annotations

from jinja2 import Template, nodes
from jinja2.exceptions import TemplateSyntaxError

from ariia.domain.errors import InvalidError, Problem

from .environment import ContentEnvironment
from .meter import metered
from .unsendable import NOT_TEXT

MAX_SOURCE_BYTES = 512 * 1024
MAX_DEPTH = 80
_CLOSED_TAGS: dict[type[nodes.Node], str] = {
    nodes.Extends: "extends",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.ScopedEvalContextModifier: "autoescape",
}


def parse(environment: ContentEnvironment, source: str, field: str) -> nodes.Template:
    """The tree of `source`; InvalidError naming `field` and line when it is too large, malformed or too deep."""
    _check_text(source, field)
    try:
        with metered():
            tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise _invalid(field, error.message or "syntax error", error.lineno) from error
    except (RecursionError, MemoryError) as error:
        raise _invalid(field, "the template is nested too deeply", None) from error
    _check_nodes(environment, tree, field)
    return tree


def compile_tree(environment: ContentEnvironment, tree: nodes.Template, field: str) -> Template:
    """`tree` as a template ready to render; InvalidError for an unknown filter or test, or too much nesting."""
    try:
        with metered():
            code = environment.compile(tree)
    except TemplateSyntaxError as error:
        raise _invalid(field, error.message or "syntax error", error.lineno) from error
    except (SyntaxError, RecursionError, MemoryError) as error:
        # Python compiles at most 20 blocks inside each other in one function.
        raise _invalid(field, "loops and conditions are nested too deeply", None) from error
    return Template.from_code(environment, code, environment.globals)


def _check_text(source: str, field: str) -> None:
    if len(source) > MAX_SOURCE_BYTES or len(source.encode(errors="replace")) > MAX_SOURCE_BYTES:
        raise _invalid(field, f"a template may have at most {MAX_SOURCE_BYTES // 1024} KB", None)
    found = NOT_TEXT.search(source)
    if found:
        line = source.count("\n", 0, found.start()) + 1
        raise _invalid(field, f"the control character U+{ord(found.group()):04X} is not allowed", line)


def _check_nodes(environment: ContentEnvironment, tree: nodes.Template, field: str) -> None:
    level: list[nodes.Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node.iter_child_nodes()]
        for node in level:
            missing = _unavailable(environment, node)
            if missing:
                raise _invalid(field, f"{missing} is not available", node.lineno)
    if level:
        raise _invalid(field, "the template is nested too deeply", level[0].lineno)


def _unavailable(environment: ContentEnvironment, node: nodes.Node) -> str | None:
    if type(node) in _CLOSED_TAGS:
        return f"the tag '{_CLOSED_TAGS[type(node)]}'"
    # Jinja2 itself looks for the filters and tests inside a condition only when it is rendered.
    if isinstance(node, nodes.Filter) and node.name not in environment.filters:
        return f"the filter '{node.name}'"
    if isinstance(node, nodes.Test) and node.name not in environment.tests:
        return f"the test '{node.name}'"
    return None


def _invalid(field: str, message: str, line: int | None) -> InvalidError:
    place = f"line {line} of {field}" if line else field
    return InvalidError(f"{place}: {message}", problems=[Problem(field, message, line=line)])
