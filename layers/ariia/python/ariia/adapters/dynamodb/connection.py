"""One connection to DynamoDB for all tables. PynamoDB by itself makes one for each, with a session, a client and a TLS
handshake of its own: some 50 ms of CPU at the first use of every table. Its calls go out directly, at half the CPU."""

from __future__ import annotations

from functools import cache
from typing import Any

from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.models import Model

from ariia.adapters.aws.direct_calls import DirectCalls, plain_json

# Those that a request of the API makes by the handful. A transaction has a token, which botocore generates.
_DIRECT = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
# PynamoDB's own number: the first and three repetitions.
_ATTEMPTS = 4


@cache
def process_connection() -> Connection:
    """The process's connection; it makes its client at the first call."""
    return _DirectConnection()


class _DirectClient:
    """PynamoDB's client, whose frequent calls go out directly."""

    def __init__(self, client: Any) -> None:
        self._client, self._calls = client, DirectCalls(client, attempts=_ATTEMPTS)

    def _make_api_call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation in _DIRECT:
            return self._calls.call(operation, plain_json(request))
        made: dict[str, Any] = self._client._make_api_call(operation, request)
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class _DirectConnection(Connection):
    @property
    def client(self) -> Any:
        made: Any = super().client
        if not isinstance(made, _DirectClient):
            made = _DirectClient(made)
            self._client = made
        return made


class Table(Model):
    """A model whose calls go over the process's one connection. PynamoDB, whose version is pinned, has no setting for
    that: what it makes for a table is given the common connection in place of its own."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        before, found = cls._connection, super()._get_connection()
        if found is not before:
            process_connection().add_meta_table(found.get_meta_table())
            found.connection = process_connection()
        return found
