"""Properties of a foreign export that our rules don't admit: mended or left out, and never a reason to lose the line.

Other systems check less than we do. A tenant who exports from them can't change what their members once typed in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ariia.domain import text_values as member_text
from ariia.domain.errors import Problem
from ariia.domain.members.attributes import MAX_ATTRIBUTES, MAX_BYTES, MAX_ITEMS, MAX_TEXT, parse_attributes
from ariia.domain.members.claims import parse_claim
from ariia.domain.members.patch import FIELDS
from ariia.domain.text_values import MAX_NAME, MAX_TAG, MAX_TAGS, FieldError, shown

_UNTAGGED = re.compile(member_text.NOT_IN_TAGS.pattern + "|" + member_text.UNPRINTABLE.pattern)
_UNPRINTABLE = member_text.UNPRINTABLE
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def repaired(values: Mapping[str, Any], *, now: int) -> tuple[dict[str, Any], list[Problem]]:
    """`values`, a member in the API's shape, as far as they can be taken over, and a warning for each property that
    was changed or left out. What tells members apart (id, external id, address) stays as it is. `now` (epoch ms) bounds
    dates."""
    mended, warnings = dict(values), list[Problem]()
    for name, mend in _MENDING.items():
        if values.get(name) is not None and (problem := _fault(name, values[name])) is not None:
            _replace(mended, name, mend(values[name]), problem, warnings)
    if isinstance(values.get("attributes"), Mapping):
        mended["attributes"] = _attributes(values["attributes"], warnings)
    if isinstance(values.get("consent"), Mapping):
        mended["consent"] = {
            channel: _consent(channel, said, now, warnings) for channel, said in values["consent"].items()
        }
    return mended, warnings


def _fault(name: str, value: object) -> Problem | None:
    try:
        FIELDS[name](value)
    except FieldError as error:
        return error.problem(name, value)
    return None


def _replace(mended: dict[str, Any], name: str, mend: Any, problem: Problem, warnings: list[Problem]) -> None:
    if mend:
        mended[name] = mend
    else:
        mended.pop(name)
    warnings.append(_warning(problem, mend))


def _warning(problem: Problem, taken: Any) -> Problem:
    came = f"and was taken over as {json.dumps(shown(taken), ensure_ascii=False)}" if taken else "and was left out"
    return Problem(problem.field, f"{problem.message}, {came}", value=problem.value, allowed=problem.allowed)


def _name(value: object) -> str:
    return _plain(str(value), _UNPRINTABLE)[:MAX_NAME].strip()


def _tags(value: object) -> list[str]:
    words = value if isinstance(value, list) else [value]
    clean = (_plain(str(one), _UNTAGGED)[:MAX_TAG].strip() for one in words)
    return [one for one in dict.fromkeys(clean) if one][:MAX_TAGS]


def _plain(text: str, unwanted: re.Pattern[str]) -> str:
    return _BLANKS.sub(" ", unwanted.sub(" ", member_text.normal(text))).strip()


_MENDING: dict[str, Callable[[object], Any]] = {"first_name": _name, "last_name": _name, "tags": _tags}


def _attributes(given: Mapping[str, Any], warnings: list[Problem]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in given.items():
        problems: list[Problem] = []
        kept |= parse_attributes({name: value}, problems)
        if problems:
            mend = _value(value)
            kept |= parse_attributes({name: mend}, []) if mend else {}
            warnings.append(_warning(problems[0], kept.get(name)))
    return _that_fit(kept, warnings)


def _value(value: object) -> Any:
    if isinstance(value, list):
        return [one for one in map(_value, value[:MAX_ITEMS]) if one not in (None, "")]
    if isinstance(value, str):
        return _CONTROL.sub(" ", value).strip()[:MAX_TEXT]
    return value if isinstance(value, bool | int | float) else None


def _that_fit(attributes: dict[str, Any], warnings: list[Problem]) -> dict[str, Any]:
    """The first ones, as many as a member may have."""
    kept = dict(list(attributes.items())[:MAX_ATTRIBUTES])
    while len(json.dumps(kept, ensure_ascii=False).encode()) > MAX_BYTES:
        kept.popitem()
    limit = f"at most {MAX_ATTRIBUTES} attributes with {MAX_BYTES} bytes of JSON together"
    for name in [one for one in attributes if one not in kept]:
        problem = Problem(f"attributes.{name}", "is more than a member can have", shown(attributes[name]), limit)
        warnings.append(_warning(problem, None))
    return kept


def _consent(channel: str, said: Mapping[str, Any], now: int, warnings: list[Problem]) -> dict[str, Any]:
    """What was said, without the date or proof that can't be read: it counts as undated then."""
    problems: list[Problem] = []
    path = f"consent.{channel}"
    if parse_claim(said, path=path, now=now, source="import", problems=problems) is not None:
        return dict(said)
    warnings += [_warning(one, None) for one in problems]
    return {name: value for name, value in said.items() if name not in ("at", "proof")}
