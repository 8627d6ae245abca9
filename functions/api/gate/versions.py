"""Optimistic concurrency: which version a change is based on."""

from __future__ import annotations

import re

from ariia.domain.errors import InvalidError, Problem
from functions.api.gate.errors import VersionRequiredError

_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')


def expected_version(if_match: str | None, version: int | None) -> int:
    """The version named by `If-Match` or by the body. VersionRequiredError when neither names one, InvalidError when
    they disagree or the header is no ETag of ours."""
    named = None if if_match is None else _parsed(if_match)
    if named is None and version is None:
        raise VersionRequiredError("send the version you have read, as `version` or as `If-Match`")
    if named is not None and version is not None and named != version:
        problem = Problem("version", "is not the one that If-Match names", value=version, allowed=named)
        raise InvalidError("If-Match and version name different versions", problems=[problem])
    return named if named is not None else int(version or 0)


def etag(version: int) -> str:
    """The entity tag of a version (RFC 9110, 8.8.3)."""
    return f'"{version}"'


def _parsed(header: str) -> int:
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        problem = Problem("If-Match", "is no entity tag of this API", value=header[:40], allowed='for example "3"')
        raise InvalidError("If-Match is no entity tag of this API", problems=[problem])
    return int(match[1])
