"""Reading documents, and writing them under a condition, alone or several at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from ariia.domain.errors import TransientError

M = TypeVar("M", bound=Model)
_CONDITION_FAILED = "ConditionalCheckFailed"
_TRIES = 5
# Error codes of DynamoDB (API_TransactWriteItems, Error handling) that pass by themselves.
_PASSING = frozenset(
    {
        "TransactionConflict",
        "TransactionInProgressException",
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
    }
)


@contextmanager
def passing_faults() -> Iterator[None]:
    """Turns DynamoDB's passing faults into TransientError; everything else goes through."""
    try:
        yield
    except PynamoDBException as error:
        if error.cause_response_code in _PASSING:
            raise TransientError("the store is busy; try again") from error
        raise


def read(kind: type[M], hash_key: str, range_key: str | None = None) -> M | None:
    """The item with these keys, strongly consistent; None when there is none."""
    with passing_faults():
        try:
            return kind.get(hash_key, range_key, consistent_read=True)
        except kind.DoesNotExist:
            return None


def rows(kind: type[M], hash_key: str, condition: Condition | None, **how: Any) -> list[M]:
    """The items of a partition that `condition` on the range key selects, strongly consistent; `how` as of
    `Model.query`."""
    with passing_faults():
        return list(kind.query(hash_key, condition, consistent_read=True, **how))


def put_if(model: Model, condition: Condition) -> bool:
    """Stores `model` if `condition` holds; False when it does not. A repeated write after a lost answer finds its own
    document there and counts as done."""
    with passing_faults():
        try:
            model.save(condition=condition)
            return True
        except PynamoDBException as error:
            if error.cause_response_code != f"{_CONDITION_FAILED}Exception":
                raise
    stored = read(type(model), *_keys(model))
    return stored is not None and bool(stored.attribute_values == model.attribute_values)


def commit(connection: Connection, add: Callable[[TransactWrite], None]) -> bool:
    """Writes what `add` puts into the transaction; False when a condition failed, TransientError when others kept
    writing the same items. botocore sends every attempt of one commit under one ClientRequestToken."""
    for attempt in range(_TRIES):
        try:
            with TransactWrite(connection=connection) as transaction:
                add(transaction)
            return True
        except TransactWriteError as error:
            codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
            if _CONDITION_FAILED in codes:
                return False
            if not (codes or {str(error.cause_response_code)}) <= _PASSING:
                raise
        # At random, or those who collided would collide again.
        time.sleep(random.uniform(0, 0.04) * 2**attempt)
    raise TransientError("others are writing the same items; try again")


def _keys(model: Model) -> list[str]:
    attributes = type(model).get_attributes().items()
    ranked = sorted((attribute.is_range_key, name) for name, attribute in attributes if _is_key(attribute))
    return [str(getattr(model, name)) for _, name in ranked]


def _is_key(attribute: Any) -> bool:
    return bool(attribute.is_hash_key or attribute.is_range_key)
