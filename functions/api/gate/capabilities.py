"""Fields that grant something (an address to upload to or to download from, a token): whoever has them may do it. They
are shown to callers who may do that very thing anyway, and are null for everybody else who may read the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, SerializerFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from functions.api.gate.auth import Caller, Permission

_answered: ContextVar[Caller | None] = ContextVar("answered_caller", default=None)


@contextmanager
def answering(caller: Caller | None) -> Iterator[None]:
    """What is written inside is for `caller`; outside, and for None, nothing is granted to anybody."""
    token = _answered.set(caller)
    try:
        yield
    finally:
        _answered.reset(token)


@dataclass(frozen=True)
class GrantedTo:
    """Marks a field of a response that may be null, and masks it: `Annotated[Upload | None, GrantedTo(permission)]`
    is written as null unless the caller has `permission`."""

    permission: Permission

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        plain = handler(source)
        masked = core_schema.wrap_serializer_function_ser_schema(self._shown, schema=plain)
        return core_schema.no_info_after_validator_function(lambda value: value, plain, serialization=masked)

    def _shown(self, value: Any, write: SerializerFunctionWrapHandler) -> Any:
        caller = _answered.get()
        return write(value) if caller is not None and caller.may(self.permission) else None
