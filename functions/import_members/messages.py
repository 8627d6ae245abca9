"""What the queue of import_members carries: S3's news of uploads, and ranges of files that were cut."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from ariia.domain.identifiers import is_id
from ariia.ports.uploads import RangeTask


class MalformedMessageError(ValueError):
    """The message is none that this function is sent."""


@dataclass(frozen=True)
class Uploaded:
    """Objects that were created in the uploads bucket."""

    keys: tuple[str, ...]


def parse(body: str) -> Uploaded | RangeTask:
    """What the message says; MalformedMessageError when it says nothing we know. S3 announces itself with a test event
    when its notifications are set up: no uploads."""
    try:
        document = json.loads(body)
        if document.get("Event") == "s3:TestEvent":
            return Uploaded(())
        if "Records" in document:
            return Uploaded(tuple(_key(record) for record in document["Records"]))
        return _task(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedMessageError(f"unknown message: {type(error).__name__}") from error


def _key(record: dict[str, Any]) -> str:
    """S3 encodes keys in its events as in URLs (notification-content-structure)."""
    return unquote_plus(record["s3"]["object"]["key"])


def _task(document: dict[str, Any]) -> RangeTask:
    tenant_id, job_id, number = document["tenant_id"], document["job_id"], document["number"]
    if not (is_id(tenant_id) and is_id(job_id) and type(number) is int and number >= 0):
        raise ValueError("ids or number")
    return RangeTask(tenant_id, job_id, number)
