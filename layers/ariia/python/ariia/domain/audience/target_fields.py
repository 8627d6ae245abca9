"""Reading the JSON objects of a target field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ariia.domain.errors import Problem
from ariia.domain.identifiers import ID_PATTERN, is_id
from ariia.domain.text_values import FieldError, tag

MAX_SELECTED = 5_000
MAX_TAGS = 200


class TargetFields:
    """Notes what is wrong with each field that is asked for, and, at `close`, the fields that nobody asked for."""

    def __init__(self, name: str, document: Any, problems: list[Problem]) -> None:
        self._name, self.problems = name, problems
        self._rest: dict[str, Any] = dict(document) if isinstance(document, Mapping) else {}
        self._known: list[str] = []
        if not isinstance(document, Mapping):
            self.problem("", "is not an object", value=document)

    def ids(self, field: str, limit: int = MAX_SELECTED, *, required: bool = False) -> frozenset[str]:
        """A list of ids."""
        values = self._strings(field, limit, required=required)
        for value in [one for one in values if not is_id(one)][:5]:
            self.problem(field, "holds something that is not a valid id", value=value[:80], allowed=ID_PATTERN)
        return frozenset(values)

    def tags(self, field: str) -> frozenset[str]:
        """A list of tags, in the form in which members have them."""
        clean = set()
        for value in self._strings(field, MAX_TAGS):
            try:
                clean.add(tag(value))
            except FieldError as error:
                self.problems.append(error.problem(f"{self._name}.{field}", value))
        return frozenset(clean)

    def choice(self, field: str, allowed: Sequence[str]) -> str:
        """One of `allowed`; the first where it is left out."""
        self._known.append(field)
        value = self._rest.pop(field, allowed[0])
        if value not in allowed:
            self.problem(field, "is not one of the choices", value=value, allowed=list(allowed))
        return str(value)

    def close(self) -> None:
        """Notes the fields that are not known here."""
        for field in sorted(self._rest):
            self.problem(field, "is not known here", allowed=self._known)

    def problem(self, field: str, message: str, *, value: Any = None, allowed: Any = None) -> None:
        """Notes one thing that is wrong."""
        path = f"{self._name}.{field}" if field else self._name
        self.problems.append(Problem(path, message, value=value, allowed=allowed))

    def _strings(self, field: str, limit: int, *, required: bool = False) -> list[str]:
        self._known.append(field)
        values = self._rest.pop(field, None if required else [])
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            self.problem(field, "is not a list of strings", value=values if not isinstance(values, list) else None)
            return []
        if (required and not values) or len(values) > limit:
            self.problem(field, "has a wrong number of entries", value=len(values), allowed=f"at most {limit}")
            return []
        return values
