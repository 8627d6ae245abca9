"""What a message's templates read of what every template can use, so that nothing else is made for each recipient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import nodes

from ariia.domain.content.variables.roots import LINKS, MEMBER_FIELDS

_MEMBER = "member"


@dataclass(frozen=True)
class TemplateUse:
    """Links by name, and fields of `member`: at least those that are read."""

    links: frozenset[str] = LINKS
    member_fields: frozenset[str] = MEMBER_FIELDS


EVERYTHING = TemplateUse()


def use_of(trees: Iterable[nodes.Template]) -> TemplateUse:
    """What these templates read; everything where it can't be told by looking."""
    links: set[str] = set()
    fields: set[str] = set()
    for tree in trees:
        if next(tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)), None) is not None:
            return EVERYTHING
        links |= {name.name for name in tree.find_all(nodes.Name)} & LINKS
        fields |= _fields(tree)
    return TemplateUse(frozenset(links), frozenset(fields))


def _fields(tree: nodes.Template) -> frozenset[str]:
    """All of them when `member` is used in any other way than to read a field by its name."""
    read = [_field(node) for node in tree.find_all((nodes.Getattr, nodes.Getitem))]
    known = [field for field in read if field in MEMBER_FIELDS]
    named = sum(name.name == _MEMBER for name in tree.find_all(nodes.Name))
    return frozenset(known) if named == len(known) else MEMBER_FIELDS


def _field(node: nodes.Expr) -> str | None:
    if not isinstance(node, (nodes.Getattr, nodes.Getitem)):
        return None
    if not isinstance(node.node, nodes.Name) or node.node.name != _MEMBER:
        return None
    key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    return key if isinstance(key, str) else None
