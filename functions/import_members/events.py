"""What import_members is invoked with: S3's news of uploads, and ranges of files that were cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from ariia.domain.identifiers import is_id
from ariia.ports.uploads import RangeTask


class MalformedEventError(ValueError):
    """The event is none that this function is sent."""


@dataclass(frozen=True)
class Uploaded:
    """Objects that were created in the uploads bucket."""

    keys: tuple[str, ...]


def parse(event: dict[str, Any]) -> Uploaded | RangeTask:
    """What the event says; MalformedEventError when it says nothing we know."""
    try:
        if "Records" in event:
            return Uploaded(tuple(_key(record) for record in event["Records"]))
        return _task(event)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedEventError(f"unknown event: {type(error).__name__}") from error


def _key(record: dict[str, Any]) -> str:
    """S3 encodes keys in its events as in URLs (notification-content-structure)."""
    return unquote_plus(record["s3"]["object"]["key"])


def _task(document: dict[str, Any]) -> RangeTask:
    tenant_id, job_id, number = document["tenant_id"], document["job_id"], document["number"]
    if not (is_id(tenant_id) and is_id(job_id) and type(number) is int and number >= 0):
        raise ValueError("ids or number")
    return RangeTask(tenant_id, job_id, number)
