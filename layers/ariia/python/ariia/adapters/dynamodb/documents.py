"""Writing documents under a condition, alone or several at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from ariia.domain.errors import TransientError

_CONDITION_FAILED = "ConditionalCheckFailed"
_TRIES = 5
_PASSING = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "TransactionInProgressException"}
)


def put_if(model: Model, condition: Condition) -> bool:
    """Stores `model` if `condition` holds; False when it does not. A repeated write after a lost answer finds its own
    document there and counts as done."""
    try:
        model.save(condition=condition)
        return True
    except PutError as error:
        if error.cause_response_code != f"{_CONDITION_FAILED}Exception":
            raise
        return _is_stored(model)


def delete_if(model: Model, condition: Condition) -> bool:
    """Removes `model` if `condition` holds; False when it does not."""
    try:
        model.delete(condition=condition)
        return True
    except DeleteError as error:
        if error.cause_response_code != f"{_CONDITION_FAILED}Exception":
            raise
        return False


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
            if not (codes or {error.cause_response_code}) <= _PASSING:
                raise
        time.sleep(0.02 * 2**attempt)
    raise TransientError("others are writing the same items; try again")


def _is_stored(model: Model) -> bool:
    try:
        stored = type(model).get(*_key(model), consistent_read=True)
    except type(model).DoesNotExist:
        return False
    return bool(stored.attribute_values == model.attribute_values)


def _key(model: Model) -> list[object]:
    attributes = type(model).get_attributes()
    names = [name for name, attribute in attributes.items() if attribute.is_hash_key]
    names += [name for name, attribute in attributes.items() if attribute.is_range_key]
    return [getattr(model, name) for name in names]
