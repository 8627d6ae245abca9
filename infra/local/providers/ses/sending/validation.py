"""The rules of SES for tags, headers and template data (SES v2 API, shapes MessageTag, MessageHeader, Template)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache

from infra.local.providers.ses.errors import bad_request
from infra.local.providers.ses.shapes import JsonObject, string

MAX_DESTINATIONS = 50  # per message, and entries per bulk call
MAX_TAGS = 50
MAX_TAG_LENGTH = 256
MAX_HEADERS = 15
MAX_HEADER_NAME = 126
MAX_HEADER_VALUE = 995
MAX_HEADER_LENGTH = 996
MAX_TEMPLATE_DATA = 262_144

_TAG = re.compile(r"[A-Za-z0-9_-]+\Z")
_HEADER_NAME = re.compile(r"[!-9;-@A-~]+\Z")
_HEADER_VALUE = re.compile(r"[ -~]+\Z")
# Fields that the request has members for, or that SES writes itself.
_RESERVED_HEADERS = frozenset(
    {
        "bcc",
        "cc",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "return-path",
        "sender",
        "subject",
        "to",
    }
)

Header = tuple[str, str]


@lru_cache(maxsize=65_536)
def _tag_text_problem(text: str, what: str) -> str | None:
    if len(text) > MAX_TAG_LENGTH:
        return f"Message tag {what} exceeds {MAX_TAG_LENGTH} characters."
    if not _TAG.match(text):
        return f"Invalid message tag {what} <{text}>: only alphanumeric ASCII characters, '_' and '-' are allowed."
    return None


def tags_of(pairs: Iterable[JsonObject]) -> dict[str, str]:
    """Tags by name. Raises ValueError in SES's words for a tag that it would refuse."""
    tags: dict[str, str] = {}
    for pair in pairs:
        name, value = string(pair, "Name") or "", string(pair, "Value") or ""
        problem = _tag_text_problem(name, "name") or _tag_text_problem(value, "value")
        if problem is None and name in tags:
            problem = f"Duplicate message tag name <{name}>."
        if problem is not None:
            raise ValueError(problem)
        tags[name] = value
    return tags


def merged_tags(defaults: dict[str, str], replacements: dict[str, str]) -> dict[str, str]:
    """An entry's tags: its own beside and before the call's. Raises ValueError beyond 50."""
    tags = {**defaults, **replacements}
    if len(tags) > MAX_TAGS:
        raise ValueError(f"Message tags exceed {MAX_TAGS}.")
    return tags


def headers_of(pairs: Iterable[JsonObject]) -> tuple[Header, ...]:
    """Custom headers in order. Raises BadRequestException: SES checks these constraints before anything else."""
    headers = tuple((string(pair, "Name") or "", string(pair, "Value") or "") for pair in pairs)
    if len(headers) > MAX_HEADERS:
        raise bad_request(f"The number of headers exceeds {MAX_HEADERS}.")
    for name, value in headers:
        problem = _header_problem(name, value)
        if problem is not None:
            raise bad_request(problem)
    if len({name.lower() for name, _ in headers}) != len(headers):
        raise bad_request("A header appears more than once.")
    return headers


def merged_headers(defaults: tuple[Header, ...], replacements: tuple[Header, ...]) -> tuple[Header, ...]:
    """The template's headers, those of the entry taking precedence by name. Raises beyond 15 in all."""
    if not replacements:
        return defaults
    replaced = {name.lower() for name, _ in replacements}
    headers = (*(header for header in defaults if header[0].lower() not in replaced), *replacements)
    if len(headers) > MAX_HEADERS:
        raise bad_request(f"The number of headers exceeds {MAX_HEADERS}.")
    return headers


@lru_cache(maxsize=65_536)
def _header_problem(name: str, value: str) -> str | None:
    if not 1 <= len(name) <= MAX_HEADER_NAME or not _HEADER_NAME.match(name):
        return f"Invalid header name <{name}>."
    if name.lower() in _RESERVED_HEADERS:
        return f"Header <{name}> can't be set as a custom header."
    if not 1 <= len(value) <= MAX_HEADER_VALUE or not _HEADER_VALUE.match(value):
        return f"Invalid value of header <{name}>: 1 to {MAX_HEADER_VALUE} printable ASCII characters."
    if len(name) + len(value) > MAX_HEADER_LENGTH:
        return f"Header <{name}> exceeds {MAX_HEADER_LENGTH} characters."
    return None


def check_template_data_length(text: str | None) -> None:
    """Raises BadRequestException over 262,144 characters (a constraint of the API's model, so of the whole call)."""
    if text is not None and len(text) > MAX_TEMPLATE_DATA:
        raise bad_request(
            "1 validation error detected: Value at 'templateData' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_TEMPLATE_DATA}"
        )


def template_data_of(text: str | None) -> dict[str, str]:
    """Variables by name. Raises ValueError for anything but a JSON object of strings."""
    if not text:
        return {}
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError("Template data is not valid JSON.") from error
    if not isinstance(data, dict):
        raise ValueError("Template data is not a JSON object.")
    for name, value in data.items():
        if not isinstance(value, str):
            raise ValueError(f"Template data: the value of '{name}' is not a string.")
    return data
