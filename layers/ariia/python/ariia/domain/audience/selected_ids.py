"""Members that a target names one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ariia.domain.audience.target import Target

_NAME = "member_ids"


def without_member(target: Target, member_id: str, replacement: str) -> Target:
    """The target with `replacement`, who is nobody, wherever it lists `member_id`; the target itself where it does not.
    The list stays as long as it was, as an empty one would mean something else."""
    selected = _replaced(target.target_filter_json, member_id, replacement)
    excluded = _replaced(target.exclude, member_id, replacement)
    if selected is target.target_filter_json and excluded is target.exclude:
        return target
    return replace(target, target_filter_json=selected, exclude=excluded)


def _replaced(document: dict[str, Any], member_id: str, replacement: str) -> dict[str, Any]:
    ids = document.get(_NAME)
    if not isinstance(ids, list) or member_id not in ids:
        return document
    return {**document, _NAME: [replacement if one == member_id else one for one in ids]}
