"""Successful responses."""

from __future__ import annotations

from typing import TypeVar

from aws_lambda_powertools.event_handler import Response, content_types

from functions.api.gate.versions import etag

T = TypeVar("T")


def found(view: T, version: int | None = None) -> Response[T]:
    """200 with the entity, and its version as ETag."""
    return _answer(200, view, {"ETag": etag(version)} if version is not None else {})


def created(view: T, location: str, version: int | None = None, *, replayed: bool = False) -> Response[T]:
    """201 with the new entity and where it is. A repeated creation answers the same, marked as replayed."""
    headers = {"Location": location}
    if version is not None:
        headers["ETag"] = etag(version)
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return _answer(201, view, headers)


def accepted(view: T, location: str, *, replayed: bool = False) -> Response[T]:
    """202 with the job that does the work. A repeated request answers with the same one, marked as replayed."""
    return _answer(202, view, {"Location": location} | ({"Idempotent-Replayed": "true"} if replayed else {}))


def gone() -> Response[None]:
    """204: it is removed."""
    return Response(204)


def _answer(status: int, view: T, headers: dict[str, str]) -> Response[T]:
    return Response(status, content_types.APPLICATION_JSON, view, {"Cache-Control": "no-store", **headers})
