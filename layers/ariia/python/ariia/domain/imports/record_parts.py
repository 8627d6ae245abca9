"""What the readers of other systems' exports have in common: names of attributes, and values that fit or don't."""

from __future__ import annotations

import re
from collections.abc import Callable

from ariia.domain.members.attributes import is_attribute_name
from ariia.domain.text_values import FieldError


def attribute_name(name: str) -> str:
    """`name` in the form of an attribute: letters, digits and underscores, at most 64."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name.strip()).strip("_")[:60]
    return plain if is_attribute_name(plain) else f"x_{plain}"


def fits(rule: Callable[[object], str], value: object) -> bool:
    """True when `rule` accepts the value."""
    try:
        rule(value)
    except FieldError:
        return False
    return True
