"""Known-wrong variants of the send path. Each must be caught, or the simulation proves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ariia.domain.audience.filters.predicate import PageFacts
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import ThrottledError, UnknownOutcomeError
from ariia.domain.ledger.batch import Batch, BatchKey, Claim, EntryState, reopen
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.recipient_facts import CampaignFacts
from ariia.domain.members.member import Member
from ariia.domain.planning.lane_plan import LanePlan
from ariia.domain.rules.sending_rules import SendingRules
from ariia.domain.rules.wave import Lane
from ariia.ports.ledger.ledger import PlanPage
from ariia.ports.ledger.sending import EntryOutcome, SendCall
from ariia.ports.statistics import Fold, LedgerChange
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.planning import reopening
from ariia.services.planning import shard as planning_shard
from ariia.services.release.settling import BatchSettler, Left
from ariia.services.sending import claims as sending_claim
from ariia.services.sending.claims import ClaimResult, ClaimSender
from ariia.services.sending.eligibility import Eligibility, EligibilityCheck
from ariia.services.statistics import counting
from ariia.services.statistics.counting import StreamCounter
from tests.doubles.statistics import MemoryStatistics
from tests.simulation.world.engine import Parts
from tests.simulation.world.provider import Provider
from tests.simulation.world.stream import StreamedLedger

from .recount_mutants import OF_RECOUNTS
from .silence_mutants import OF_SILENCE


class _RecordsFirst(ClaimSender):
    def send(self, batch: Batch, claim: Claim, kind: DispatchKind, ends_at: int) -> ClaimResult:
        claimed = {entry.member_id for entry in batch.claimed}
        entries = [
            replace(entry, state=EntryState.ACCEPTED, attempt=claim.attempt) if entry.member_id in claimed else entry
            for entry in batch.entries
        ]
        self._ledger.write_outcome(batch, claim, entries, claim.token)
        return super().send(batch, claim, kind, ends_at)


class RecordsBeforeSending(Parts):
    """The outcome is written first: a crash loses whoever was in the call."""

    violates = "is lost: accepted"
    claims = _RecordsFirst


class _RetryingProvider(Provider):
    def send(self, call: SendCall) -> list[EntryOutcome]:
        try:
            return super().send(call)
        except UnknownOutcomeError:
            return super().send(call)


class RetriesInTheSdk(Parts):
    """The client repeats a call whose answer was lost, as SDKs do by default."""

    violates = "got it 2 times"
    provider = _RetryingProvider


class _UnknownIsThrottled(Provider):
    def send(self, call: SendCall) -> list[EntryOutcome]:
        try:
            return super().send(call)
        except UnknownOutcomeError as error:
            raise ThrottledError("timeout") from error


class TakesUnknownForUnsent(Parts):
    """A timeout counts as a refusal."""

    violates = "got it . times"
    provider = _UnknownIsThrottled


class _OpenLedger(StreamedLedger):
    def claim(self, key: BatchKey, token: str, size: int, lease_until: int) -> Batch | None:
        batch = self._find(key)
        if batch is not None:
            batch.claim = None
        return super().claim(key, token, size, lease_until)


class NoClaim(Parts):
    """Whoever receives a message sends, whether another does so or not."""

    violates = "got it . times"
    ledger = _OpenLedger


class _SplitStatistics(MemoryStatistics):
    def add(self, fold: Fold) -> None:
        before = self._watermarks.get(fold.stream_shard, "")
        super().apply(fold, before)
        self._watermarks[fold.stream_shard] = before

    def move(self, fold: Fold) -> None:
        self._watermarks[fold.stream_shard] = fold.watermark


class _SplitCounter(StreamCounter):
    def _apply_all(self, stream_shard: str, changes: Sequence[LedgerChange], expected: str) -> bool:
        fold = Fold(stream_shard, expected)
        for change in changes:
            fold.include(counting.addition(stream_shard, change))
        store: Any = self._store
        if changes:
            store.add(fold)
            store.move(fold)
        return True


class WatermarkOutsideTheTransaction(Parts):
    """Counters first, watermark second: what fails in between is counted twice."""

    violates = "counters are not what the ledger says"
    statistics = _SplitStatistics
    counter = _SplitCounter


class _Forgetful(BatchSettler):
    def _is_overdue(self, *_: Any) -> bool:
        return False


class NeverQueuesAgain(Parts):
    """A message that got lost between cursor and queue is not missed."""

    violates = "never ended"
    settler = _Forgetful


class _Careless(BatchSettler):
    def _settle_one(self, *about: Any) -> Left:
        super()._settle_one(*about)
        return Left(0)


class SettleSkipsTheUnfinished(Parts):
    """The settled cursor passes over batches in which members still wait."""

    violates = "is lost: pending"
    settler = _Careless


class _Unheeding(EligibilityCheck):
    def judge(self, campaign: Campaign, key: BatchKey, ids: Any, members: Any) -> Eligibility:
        return Eligibility([members[one] for one in ids])


class ConsentIsNotLookedAtAgain(Parts):
    """Whoever agreed when the audience was planned is sent to."""

    violates = "after an unsubscribe was answered"
    look = _Unheeding


class _Deaf(EligibilityCheck):
    def judge(self, campaign: Campaign, key: BatchKey, ids: Any, members: Any) -> Eligibility:
        awake = replace(campaign, rules=SendingRules())
        return super().judge(awake, key, ids, members)


class QuietHoursAreNotLookedAtAgain(Parts):
    """Whatever was released may leave: quiet hours that begin while it waits are not heard of."""

    violates = "in quiet hours"
    look = _Deaf


class _EverybodyInOneLane(LanePlan):
    def lane_for(self, member: Member) -> Lane:
        return super().lane_for(replace(member, timezone="UTC"))


class LocalTimeIsTheTenants(Parts):
    """A send at the members' local time goes out by one clock."""

    violates = "before its hour"
    patches = ((planning_shard, "LanePlan", _EverybodyInOneLane),)


class _FirstLook:
    def __init__(self, reader: Any) -> None:
        self._reader, self.dispatch, self.message = reader, reader.dispatch, reader.message
        self._kept: Campaign | None = None

    def dispatch_and_members(self, *about: Any) -> Any:
        campaign, members = self._reader.dispatch_and_members(*about)
        self._kept = self._kept or campaign
        return self._kept, members


class _Stubborn(ClaimSender):
    def __init__(self, ledger: Any, reader: Any, *others: Any) -> None:
        super().__init__(ledger, _FirstLook(reader), *others)


class PauseIsNotLookedAtAgain(Parts):
    """The campaign is kept by the process."""

    violates = "after pause was answered"
    claims = _Stubborn


class _AnybodysAddress(StreamedLedger):
    def commit_page(self, page: PlanPage) -> bool:
        return super().commit_page(replace(page, address_claims={}))


class NoAddressClaim(Parts):
    """Two members of one address in two pages both get it."""

    violates = "an address that two members share"
    ledger = _AnybodysAddress


class _CursorFirst(StreamedLedger):
    def commit_page(self, page: PlanPage) -> bool:
        if page.cursor.version == 1 and super().commit_page(replace(page, batches=())):
            raise RuntimeError("crashed between cursor and batches")
        return super().commit_page(page)


class CursorApartFromItsBatches(Parts):
    """A crash after the cursor was saved, and before its page was."""

    violates = "not in the ledger"
    ledger = _CursorFirst


class NoEvidence(Parts):
    """Send events are dropped although their batch is open."""

    violates = "got it . times"

    class ledger(StreamedLedger):
        def open_to_evidence(self, keys: Sequence[BatchKey]) -> dict[BatchKey, bool]:
            return dict.fromkeys(super().open_to_evidence(keys), False)


class OldLook(Parts):
    """A call may begin however long ago campaign and members were looked at."""

    violates = "ms after its read"
    patches = ((sending_claim, "OLDEST_CHECK_MS", 10_000_000),)


class RetryReopensEverybody(Parts):
    """Retry sends to those who have it."""

    violates = "got it . times"
    patches = ((reopening, "_reopened", lambda entry, receipt: reopen(entry)),)


class _FirstPageOnly(PageFactsReader):
    def of(self, *about: Any) -> PageFacts:
        self._kept: PageFacts = getattr(self, "_kept", None) or super().of(*about)
        return self._kept


class FactsOfTheFirstPage(Parts):
    """What segments' lists and other campaigns say is read once, for the members of the first page."""

    violates = "not in the ledger|was not meant"
    facts = _FirstPageOnly


class _NobodyWasMeant(PageFactsReader):
    def _campaign(self, tenant_id: str, campaign_id: str, ids: list[str]) -> CampaignFacts:
        return CampaignFacts()


class ExcludedCampaignsAreNotRead(Parts):
    """The recipients of an excluded campaign get this one too."""

    violates = "was not meant"
    facts = _NobodyWasMeant


MUTANTS: tuple[type[Parts], ...] = (
    RecordsBeforeSending,
    RetriesInTheSdk,
    TakesUnknownForUnsent,
    NoClaim,
    WatermarkOutsideTheTransaction,
    NeverQueuesAgain,
    SettleSkipsTheUnfinished,
    ConsentIsNotLookedAtAgain,
    QuietHoursAreNotLookedAtAgain,
    LocalTimeIsTheTenants,
    PauseIsNotLookedAtAgain,
    NoAddressClaim,
    CursorApartFromItsBatches,
    NoEvidence,
    OldLook,
    RetryReopensEverybody,
    FactsOfTheFirstPage,
    ExcludedCampaignsAreNotRead,
    *OF_SILENCE,
    *OF_RECOUNTS,
)
