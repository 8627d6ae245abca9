"""One connection to DynamoDB for all tables. PynamoDB by itself makes one for each, with a session, a client and a TLS
handshake of its own: some 50 ms of CPU at the first use of every table."""

from __future__ import annotations

from functools import cache

from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.models import Model


@cache
def process_connection() -> Connection:
    """The process's connection; it makes its client at the first call."""
    return Connection()


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
