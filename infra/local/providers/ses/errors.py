"""Errors in the shape of the SES v2 REST API (rest-json: `x-amzn-ErrorType` header, `{"message": ...}` body)."""

from __future__ import annotations


class ServiceError(Exception):
    """A refusal that the caller's SDK turns into the exception class named by `code`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def bad_request(message: str) -> ServiceError:
    """400: the request can't be right whoever sends it."""
    return ServiceError("BadRequestException", message)


def not_found(message: str) -> ServiceError:
    """404: a resource that the request names does not exist."""
    return ServiceError("NotFoundException", message, 404)


def already_exists(message: str) -> ServiceError:
    """400 (SES v2 answers 400, not 409) for a second create of the same name."""
    return ServiceError("AlreadyExistsException", message)


def too_many_requests(message: str) -> ServiceError:
    """429: the send rate or the 24-hour quota is used up."""
    return ServiceError("TooManyRequestsException", message, 429)


def message_rejected(message: str) -> ServiceError:
    """400: an unverified sender, or content that SES will not take."""
    return ServiceError("MessageRejected", message)
