"""Targets as they rest among the parts of a campaign or a series."""

from __future__ import annotations

from collections.abc import Iterable

from ariia.adapters.dynamodb.documents import put_if
from ariia.adapters.dynamodb.models import CampaignPartModel, SeriesModel
from ariia.domain.audience.selected_ids import without_member
from ariia.domain.audience.target import Target
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError

TARGETS = "target#"


def replace_in(parts: Iterable[CampaignPartModel | SeriesModel], member_id: str, replacement: str) -> int:
    """Puts `replacement` where these targets list the member; in how many they did. Drafts are edited meanwhile: what
    is not as it was read is left to the next try (TransientError)."""
    changed = 0
    for part in parts:
        before = decode(Target, part.document)
        after = without_member(before, member_id, replacement)
        if after is before:
            continue
        is_as_read = type(part).document == part.document
        part.document = encode(after)
        if not put_if(part, is_as_read):
            raise TransientError("the target is being edited; try again")
        changed += 1
    return changed
