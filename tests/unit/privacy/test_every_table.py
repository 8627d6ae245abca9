"""Every table that names members in its keys is erased and told by a room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from ariia.adapters.dynamodb import names
from ariia.ports.personal_data import ErasureStep, ExportSection

from .privacy_desk import PrivacyDesk

# Whose keys name a member, a subject of the audit trail that stands for one, or one of their addresses.
NAME_MEMBERS = {
    names.ADDRESSES, names.AUDIT, names.ENGAGEMENT, names.EVENTS, names.FOLLOW_UPS, names.JOBS, names.LEDGER,
    names.MEMBERS, names.SEGMENT_MEMBERS, names.SUPPRESSIONS,
}  # fmt: skip
# Whose keys name people who are no members (test sends), or whose documents may list members (targets of series).
ERASED_ALONE = {names.CAMPAIGN_PARTS, names.SERIES}
NAME_NOBODY = {
    names.CAMPAIGNS, names.QUOTAS, names.SEGMENTS, names.SENDERS, names.SEND_RATES, names.STATISTICS, names.TEMPLATES,
    names.TENANTS,
}  # fmt: skip


def unanswered(steps: Sequence[ErasureStep], sections: Sequence[ExportSection]) -> list[str]:
    """The tables for which not exactly one step, or no section, answers; and tables that there are not."""
    erased = Counter(table for step in steps for table in step.tables)
    told = {table for section in sections for table in section.tables}
    found = [f"{one}: {erased[one]} steps" for one in sorted(NAME_MEMBERS | ERASED_ALONE) if erased[one] != 1]
    found += [f"{one}: no section" for one in sorted(NAME_MEMBERS - told)]
    return found + [f"{one}: no table" for one in sorted((set(erased) | told) - set(names.ALL))]


@pytest.fixture
def desk() -> PrivacyDesk:
    return PrivacyDesk()


def test_every_table_is_known_to_name_members_or_not() -> None:
    assert sorted([*NAME_MEMBERS, *ERASED_ALONE, *NAME_NOBODY]) == sorted(names.ALL)


def test_every_table_that_names_members_is_erased_and_told(desk: PrivacyDesk) -> None:
    assert unanswered([*desk.stopping, *desk.sweeping], desk.sections) == []


def test_a_step_or_section_that_is_missing_is_told(desk: PrivacyDesk) -> None:
    steps = [*desk.stopping, *desk.sweeping]
    without = [one for one in steps if names.EVENTS not in one.tables]
    assert unanswered(without, desk.sections) == ["events: 0 steps"]
    assert unanswered([*steps, steps[1]], desk.sections) == ["series: 2 steps"]
    untold = [one for one in desk.sections if names.AUDIT not in one.tables]
    assert unanswered(steps, untold) == ["audit: no section"]
