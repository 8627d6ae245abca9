"""The plain DynamoDB client of the hot path: made once, with retries only where a repetition is harmless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from ariia.adapters.aws.direct_calls import USER_AGENT, DirectCalls, plain_json
from ariia.domain.errors import TransientError

CONDITION_FAILED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"
_TRANSIENT = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "InternalServerError",
    "TransactionInProgressException",
    "TransactionConflictException",
    "ServiceUnavailable",
}

T = TypeVar("T")
Item = dict[str, dict[str, Any]]


_ATTEMPTS = 4


class DynamoDBCalls:
    """A boto3 client whose calls of the hot path go out directly; all others are the client's own."""

    def __init__(self, client: Any, calls: DirectCalls) -> None:
        self._client, self._calls = client, calls

    def get_item(self, **request: Any) -> dict[str, Any]:
        """As boto3's; so are the others."""
        return self._calls.call("GetItem", plain_json(request))

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """BatchGetItem."""
        return self._calls.call("BatchGetItem", plain_json(request))

    def query(self, **request: Any) -> dict[str, Any]:
        """Query."""
        return self._calls.call("Query", plain_json(request))

    def put_item(self, **request: Any) -> dict[str, Any]:
        """PutItem."""
        return self._calls.call("PutItem", plain_json(request))

    def update_item(self, **request: Any) -> dict[str, Any]:
        """UpdateItem."""
        return self._calls.call("UpdateItem", plain_json(request))

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """BatchWriteItem."""
        return self._calls.call("BatchWriteItem", plain_json(request))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@cache
def dynamodb_client() -> Any:
    """One client per process. Parameter validation costs a tenth of a call and our own calls are tested."""
    client = boto3.client(
        "dynamodb",
        config=Config(
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
            connect_timeout=2,
            read_timeout=5,
            parameter_validation=False,
            max_pool_connections=16,
            user_agent=USER_AGENT,
        ),
    )
    return DynamoDBCalls(client, DirectCalls(client, attempts=_ATTEMPTS))


def text(value: str) -> dict[str, str]:
    """A string attribute."""
    return {"S": value}


def number(value: int) -> dict[str, str]:
    """A number attribute."""
    return {"N": str(value)}


def code_of(error: ClientError) -> str:
    """AWS's name of the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def passing_faults() -> Iterator[None]:
    """Turns passing faults of DynamoDB into TransientError; other errors go through."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in _TRANSIENT:
            raise TransientError(code_of(error)) from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise TransientError(type(error).__name__) from error


def batch_get(client: Any, requests: dict[str, dict[str, Any]], tries: int = 6) -> dict[str, list[Item]]:
    """All items of one BatchGetItem by table, unprocessed keys asked for again; TransientError when they stay out."""
    found: dict[str, list[Item]] = {table: [] for table in requests}
    pending = requests
    for _ in range(tries):
        with passing_faults():
            answer = client.batch_get_item(RequestItems=pending)
        for table, items in answer["Responses"].items():
            found[table].extend(items)
        pending = answer.get("UnprocessedKeys") or {}
        if not pending:
            return found
    raise TransientError("DynamoDB left keys unprocessed")


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`values` in runs of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
