"""Counters: what they add up to, whatever a member's row went through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Entry, EntryState, reopen
from ariia.domain.ledger.clicked_link import link_name
from ariia.domain.ledger.receipt import EventKind, Receipt, RecipientStatus, merge, status_of
from ariia.domain.statistics.counts import Counts, batch_counts, difference, receipt_counts
from ariia.domain.statistics.totals import Totals, totals

K, E, R = EventKind, EntryState, RecipientStatus
LANE = "l0"
AT = 1_800_000_000_000
HOUR = 3_600_000
SENT_AND_BEYOND = (R.SENT, R.DELIVERED, R.OPENED, R.CLICKED)
LINKS = ("https://x.example/a", "https://x.example/b")

entries = st.builds(
    Entry,
    st.just("anna"),
    st.sampled_from(EntryState),
    st.sampled_from(ExclusionReason).map(str),
    st.integers(0, 3),
    st.integers(AT, AT + 50 * HOUR),
)
receipts = st.builds(
    Receipt,
    times=st.dictionaries(st.sampled_from([kind.value for kind in EventKind]), st.integers(AT, AT + 50 * HOUR)),
    refused_attempts=st.dictionaries(st.sampled_from("123"), st.just("virus")),
    links=st.dictionaries(st.sampled_from(LINKS), st.just(AT)),
)


def plus(one: Counts, other: Counts) -> Counts:
    return {key: one.get(key, 0) + other.get(key, 0) for key in one.keys() | other.keys()}


def without_zeros(counts: Counts) -> Counts:
    return {key: count for key, count in counts.items() if count}


@given(st.lists(st.lists(entries, max_size=3), min_size=1, max_size=6))
def test_differences_of_a_batch_add_up_to_what_its_last_state_counts(states: list[list[Entry]]) -> None:
    folded: Counts = {}
    for before, after in zip([[], *states], states, strict=False):
        folded = plus(folded, difference(batch_counts(LANE, after), batch_counts(LANE, before)))
    assert without_zeros(folded) == without_zeros(batch_counts(LANE, states[-1]))


@given(st.lists(receipts, min_size=1, max_size=6))
def test_differences_of_a_receipt_add_up_to_what_its_last_state_counts(states: list[Receipt]) -> None:
    folded: Counts = {}
    for before, after in zip([Receipt(), *states], states, strict=False):
        folded = plus(folded, difference(receipt_counts(LANE, after), receipt_counts(LANE, before)))
    assert without_zeros(folded) == without_zeros(receipt_counts(LANE, states[-1]))


@given(entries, receipts)
def test_an_unchanged_row_adds_nothing(entry: Entry, receipt: Receipt) -> None:
    assert difference(batch_counts(LANE, [entry]), batch_counts(LANE, [entry])) == {}
    assert difference(receipt_counts(LANE, receipt), receipt_counts(LANE, receipt)) == {}


@dataclass
class Life:
    """One member's row, step by step: after each step both its entry and its receipt are known."""

    steps: list[tuple[Entry, Receipt]] = field(default_factory=list)
    entry: Entry = field(default_factory=lambda: Entry("anna"))
    receipt: Receipt = field(default_factory=Receipt)

    def set(self, **changes: object) -> None:
        self.entry = replace(self.entry, **changes)  # type: ignore[arg-type]
        self.steps.append((self.entry, self.receipt))

    def hear(self, receipt: Receipt) -> None:
        self.receipt = merge(self.receipt, receipt)
        self.steps.append((self.entry, self.receipt))

    def reopen(self) -> None:
        self.entry = reopen(self.entry)
        self.steps.append((self.entry, self.receipt))

    def refuse(self, attempt: int) -> None:
        """The provider's refusal after acceptance, as the recorder writes it: receipt first, then the entry."""
        self.hear(Receipt(refused_attempts={str(attempt): "virus"}))
        self.set(state=E.FAILED, detail="virus", at=0)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """What the ledger can go through: excluded, failed, refused later and retried, or sent and answered."""
    life = Life()
    life.steps.append((life.entry, life.receipt))
    if draw(st.booleans()):
        life.set(state=E.EXCLUDED, detail=str(draw(st.sampled_from(ExclusionReason))))
        return life
    for attempt in range(1, draw(st.integers(1, 4))):
        if draw(st.booleans()):
            life.set(state=E.FAILED, detail="rejected", attempt=attempt)
            life.reopen()
        else:
            life.set(state=E.ACCEPTED, detail="provider", attempt=attempt, at=AT)
            life.refuse(attempt)
            life.reopen()
    _end(draw, life, attempt=4)
    return life


def _end(draw: st.DrawFn, life: Life, attempt: int) -> None:
    end = draw(st.sampled_from(["waits", "failed", "refused", "answered"]))
    if end == "failed":
        life.set(state=E.FAILED, detail="rejected", attempt=attempt)
    elif end == "refused":
        life.set(state=E.ACCEPTED, detail="provider", attempt=attempt, at=AT)
        life.refuse(attempt)
    elif end == "answered":
        heard = draw(st.lists(st.sampled_from(EventKind), max_size=6))
        overtaking = draw(st.integers(0, len(heard)))
        for kind in heard[:overtaking]:
            life.hear(Receipt(times={str(kind): AT}))
        life.set(state=E.ACCEPTED, detail="provider", attempt=attempt, at=AT)
        for kind in heard[overtaking:]:
            life.hear(Receipt(times={str(kind): AT}))


def counted(rows: Sequence[tuple[Entry, Receipt]]) -> Counts:
    counts: Counter[tuple[str, str]] = Counter(batch_counts(LANE, [entry for entry, _ in rows]))
    for _, receipt in rows:
        counts.update(receipt_counts(LANE, receipt))
    return dict(counts)


def adds_up(figures: Totals) -> bool:
    parts = (figures.pending, figures.sent, figures.failed, figures.bounced, figures.excluded)
    return (
        figures.targeted == sum(parts)
        and min(parts) >= 0
        and figures.excluded == sum(figures.excluded_by_reason.values())
    )


def by_status(rows: Sequence[tuple[Entry, Receipt]]) -> dict[str, int]:
    statuses = Counter(status_of(entry, receipt) for entry, receipt in rows)
    return {
        "pending": statuses[R.PENDING],
        "sent": sum(statuses[one] for one in SENT_AND_BEYOND),
        "failed": statuses[R.FAILED],
        "bounced": statuses[R.BOUNCED],
        "excluded": statuses[R.EXCLUDED],
    }


def by_totals(rows: Sequence[tuple[Entry, Receipt]]) -> dict[str, int]:
    figures = totals(counted(rows), targeted=len(rows), cancelled=False)
    assert adds_up(figures)
    return {name: getattr(figures, name) for name in ("pending", "sent", "failed", "bounced", "excluded")}


@settings(deadline=None)
@given(st.lists(lives(), min_size=1, max_size=8))
def test_figures_are_what_the_ledger_says_about_each_member(members: list[Life]) -> None:
    rows = [life.steps[-1] for life in members]
    assert by_totals(rows) == by_status(rows)


@settings(deadline=None)
@given(st.lists(lives(), min_size=1, max_size=8), st.data(), st.booleans())
def test_figures_add_up_at_every_moment(members: list[Life], data: st.DataObject, cancelled: bool) -> None:
    rows = [data.draw(st.sampled_from(life.steps)) for life in members]
    assert adds_up(totals(counted(rows), targeted=len(rows), cancelled=cancelled))


@settings(deadline=None)
@given(st.lists(lives(), min_size=1, max_size=8))
def test_of_a_cancelled_campaign_nobody_waits(members: list[Life]) -> None:
    rows = [life.steps[-1] for life in members]
    running = totals(counted(rows), targeted=len(rows), cancelled=False)
    ended = totals(counted(rows), targeted=len(rows), cancelled=True)
    assert ended.pending == 0
    assert ended.excluded == running.excluded + running.pending
    reason = str(ExclusionReason.CANCELLED)
    assert ended.excluded_by_reason.get(reason, 0) - running.excluded_by_reason.get(reason, 0) == running.pending


@pytest.mark.parametrize("kinds", [*combinations(EventKind, 1), *combinations(EventKind, 2)])
def test_every_two_events_count_as_the_status_that_they_make(kinds: tuple[EventKind, ...]) -> None:
    rows = [(accepted(1), Receipt(times={kind.value: AT for kind in kinds})), (accepted(1), Receipt())]
    assert by_totals(rows) == by_status(rows)


def accepted(attempt: int) -> Entry:
    return Entry("anna", E.ACCEPTED, "provider", attempt, AT)


# For a moment, between the receipt's write and the entry's, the two may say different things.
CONTRADICTIONS = {
    "refused, and the entry does not know yet": (accepted(1), Receipt(refused_attempts={"1": "virus"})),
    "failed, and then an earlier attempt bounced": (
        Entry("anna", E.FAILED, "rejected", 2),
        Receipt(times={K.BOUNCED.value: AT}, accepted_attempts=[1]),
    ),
    "held for a person, and then it bounced": (
        Entry("anna", E.EXCLUDED, "needs_decision"),
        Receipt(times={K.BOUNCED.value: AT}, accepted_attempts=[1]),
    ),
    "held for a person, and then it was delivered": (
        Entry("anna", E.EXCLUDED, "needs_decision"),
        Receipt(times={K.DELIVERED.value: AT}, accepted_attempts=[1]),
    ),
}


@pytest.mark.parametrize("row", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_figures_add_up_even_while_batch_and_receipt_disagree(row: tuple[Entry, Receipt]) -> None:
    assert adds_up(totals(counted([row]), targeted=1, cancelled=False))


def test_an_earlier_attempts_refusal_is_no_failure_of_the_later_one() -> None:
    rows = [(accepted(2), Receipt(refused_attempts={"1": "virus"}))]
    assert by_totals(rows) == by_status(rows)


def test_an_acceptance_not_yet_counted_is_implied_by_its_bounce() -> None:
    rows = [(Entry("anna"), Receipt(times={K.BOUNCED.value: AT})), (Entry("ben"), Receipt())]
    assert by_totals(rows) == {"pending": 1, "sent": 0, "failed": 0, "bounced": 1, "excluded": 0}


def test_before_planning_ends_the_targeted_are_those_planned_so_far() -> None:
    rows = [(Entry("anna"), Receipt()), (accepted(1), Receipt())]
    assert totals(counted(rows), targeted=None, cancelled=False).targeted == 2


def test_excluded_of_a_lane_and_machines_are_counted_apart() -> None:
    receipt = Receipt(times={K.DELIVERED.value: AT, K.MACHINE_OPENED.value: AT, K.COMPLAINED.value: AT})
    rows = [(accepted(1), receipt), (Entry("ben", E.EXCLUDED, "no_consent"), Receipt())]
    figures = totals(counted(rows), targeted=2, cancelled=False)
    assert (figures.delivered, figures.opened, figures.machine_opened, figures.complained) == (1, 0, 1, 1)
    assert figures.excluded_by_reason == {"no_consent": 1}


def by_hour(counts: Counts) -> set[tuple[str, str]]:
    return {key for key in counts if key[0].startswith("hour:")}


def test_facts_are_counted_in_half_hours_of_an_hour_in_utc() -> None:
    opened = Receipt(times={K.OPENED.value: AT + 23 * HOUR, K.BOUNCED.value: AT + 24 * HOUR - 1})
    hour = f"hour:{LANE}:2027-01-16T07"
    assert by_hour(receipt_counts(LANE, opened)) == {(hour, "00:opened"), (hour, "30:hard_bounced")}


def test_acceptances_are_counted_by_the_hour_of_each() -> None:
    entries = [replace(accepted(1), at=AT + minutes * 60_000) for minutes in (0, 29, 30, 60)]
    counts = batch_counts(LANE, entries)
    first, second = f"hour:{LANE}:2027-01-15T08", f"hour:{LANE}:2027-01-15T09"
    assert {key: counts[key] for key in by_hour(counts)} == {
        (first, "00:accepted"): 2,
        (first, "30:accepted"): 1,
        (second, "00:accepted"): 1,
    }


def test_sums_of_lanes_leave_hours_out() -> None:
    rows = [(accepted(1), Receipt(times={K.OPENED.value: AT}))]
    lanes = {key: count for key, count in counted(rows).items() if key[0].startswith("lane:")}
    assert totals(counted(rows), targeted=1, cancelled=False) == totals(lanes, targeted=1, cancelled=False)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://x.example/a?member=anna#top", "https://x.example/a"),
        ("https://x.example", "https://x.example"),
        ("https://x.example/a?", "https://x.example/a"),
        ("https://anna:secret@x.example/a", "https://x.example/a"),
        ("https://x.example/u/c3R1ZGlv." + "s" * 32, "https://x.example/u/…"),
        ("http://[x", "unreadable link"),
    ],
)
def test_link_is_named_without_what_may_name_a_member(link: str, name: str) -> None:
    assert link_name(link) == name


@given(st.text(alphabet="abc/", max_size=400), st.text(alphabet="ab=&", max_size=50))
def test_link_names_are_short_and_differ_as_their_paths_do(path: str, query: str) -> None:
    one, other = link_name(f"https://x.example/{path}?{query}"), link_name(f"https://x.example/{path}d")
    assert len(one) <= 200
    assert one == link_name(f"https://x.example/{path}")
    assert one != other


def test_each_clicked_link_counts_once_for_a_member() -> None:
    counts = receipt_counts(LANE, Receipt(links={"https://x.example/a": AT, "https://x.example/b": AT}))
    links = {name: count for (group, name), count in counts.items() if group.startswith(f"link:{LANE}:")}
    assert links == {"https://x.example/a": 1, "https://x.example/b": 1}


def test_links_are_spread_over_a_bounded_number_of_groups() -> None:
    counts = receipt_counts(LANE, Receipt(links={f"https://x.example/{number}": AT for number in range(500)}))
    groups = {group for group, _ in counts if group.startswith("link:")}
    assert 10 < len(groups) <= 16
