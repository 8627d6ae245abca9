"""Reads one JSON object of settings and gathers every problem in it, so that a person sees them all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class ConfigError(ValueError):
    """The configuration can't be deployed; the message says which values and why."""


class Section:
    """An object of the configuration, known by its path. A problem is kept, not raised, until `finish`."""

    def __init__(self, path: str, values: object, problems: list[str] | None = None) -> None:
        self._path = path
        self._problems: list[str] = [] if problems is None else problems
        self._read: set[str] = set()
        self._parts: list[Section] = []
        self._values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        if not isinstance(values, Mapping):
            self.problem(f"must be an object, not {values!r}")

    def problem(self, text: str) -> None:
        self._problems.append(f"{self._path}: {text}")

    def wrong(self, name: str, wanted: str, value: object) -> None:
        self._problems.append(f"{self._path}.{name}: must be {wanted}, not {value!r}")

    def has(self, name: str) -> bool:
        return name in self._values

    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def part(self, name: str) -> Section:
        """The object named `name`; an absent one is empty."""
        self._read.add(name)
        part = Section(f"{self._path}.{name}", self._values.get(name, {}), self._problems)
        self._parts.append(part)
        return part

    def text(self, name: str, *, pattern: str | None = None, default: str | None = None) -> str:
        value = self._value(name, default)
        if not isinstance(value, str) or (pattern and not re.search(pattern, value)):
            self.wrong(name, f"text that matches {pattern}" if pattern else "text", value)
            return ""
        return value

    def optional_text(self, name: str, *, pattern: str | None = None) -> str | None:
        return self.text(name, pattern=pattern) if self.has(name) else None

    def texts(self, name: str, *, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self._value(name, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
            self.wrong(name, "a list of texts", value)
            return ()
        return tuple(value)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        value = self._value(name, default)
        if not isinstance(value, bool):
            self.wrong(name, "true or false", value)
        return value is True

    def number(self, name: str, *, minimum: int, maximum: int, default: int | None = None) -> int:
        value = self._value(name, default)
        if type(value) is not int or not minimum <= value <= maximum:
            self.wrong(name, f"a whole number from {minimum} to {maximum}", value)
            return minimum
        return value

    def decimal(self, name: str, *, minimum: float, maximum: float, default: float) -> float:
        value = self._value(name, default)
        if type(value) not in (int, float) or not minimum <= value <= maximum:
            self.wrong(name, f"a number from {minimum} to {maximum}", value)
            return minimum
        return float(value)

    def choice(self, name: str, choices: tuple[int, ...]) -> int:
        value = self._value(name, None)
        if type(value) is not int or value not in choices:
            self.wrong(name, f"one of {', '.join(map(str, choices))}", value)
            return choices[0]
        return value

    def finish(self) -> None:
        """Raises ConfigError if this section or a part of it had a problem or a name that nothing reads."""
        self._refuse_unread()
        if self._problems:
            raise ConfigError("the configuration can't be deployed:\n  " + "\n  ".join(self._problems))

    def _refuse_unread(self) -> None:
        for name in self._values:
            if name not in self._read:
                self.problem(f"unknown setting {name!r}")
        for part in self._parts:
            part._refuse_unread()

    def _value(self, name: str, default: object) -> Any:
        self._read.add(name)
        return self._values.get(name, default)
