"""The names of schemas: those of their classes, without the modules that these are in."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from functions.api.reference.components.schemas import SCHEMAS, pascal

# pydantic's names: of a class whose name another one has too, and of one page of a list.
_IN_MODULE = re.compile(r"(?:\w+__)?(\w+?)__(\w+?)")
_PAGE = re.compile(r"([A-Za-z]+)_(\w+)_")


def with_short_names(known: dict[str, Any]) -> dict[str, Any]:
    """The document with short names. Of two classes that are called alike, each is named for its module too."""
    names = {name: _short(name) for name in known["components"]["schemas"]}
    twice = [name for name, count in Counter(names.values()).items() if count > 1]
    assert not twice, f"two schemas would be called {twice}"
    text = json.dumps(known)
    for name, short in names.items():
        text = text.replace(f'"{SCHEMAS}{name}"', f'"{SCHEMAS}{short}"')
    renamed: dict[str, Any] = json.loads(text)
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    return renamed


def _short(name: str) -> str:
    """`Page_MemberView_` as MemberViewPage, `functions__api__schemas__preflight__FindingView` as
    PreflightFindingView."""
    page = _PAGE.fullmatch(name)
    if page is not None:
        return f"{_short(page[2])}{page[1]}"
    in_module = _IN_MODULE.fullmatch(name)
    return pascal(in_module[1]) + in_module[2] if in_module else name
