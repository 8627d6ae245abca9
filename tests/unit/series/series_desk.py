"""Everything around series, in memory, with a clock that the test moves and steps that can be made to crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.run import take_charge
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import Series
from ariia.domain.tenants.plan import Feature
from ariia.ports.campaigns import CampaignChange
from ariia.services.audience.segment_holds import SegmentHolds
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.firing import CampaignFiring, ScheduleChecks
from ariia.services.campaigns.freezing import Freezer
from ariia.services.campaigns.from_addresses import FromAddresses
from ariia.services.campaigns.review import CampaignReview
from ariia.services.campaigns.scheduling import CampaignScheduling
from ariia.services.revisits import Revisits
from ariia.services.series.checks import SeriesChecks
from ariia.services.series.editing import SeriesEditing
from ariia.services.series.reading import SeriesDirectory
from ariia.services.series.review import SeriesReview
from ariia.services.series.runs import SeriesRuns
from ariia.services.series.starting import SeriesStarting
from ariia.services.series.stopping import SeriesStopping
from ariia.services.series.waking import SeriesWaking
from ariia.services.tenants.quotas import Quotas
from tests.builders import segment_uses
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds
from tests.doubles.jobs import MemoryJobs
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.schedules import MemorySchedules
from tests.doubles.series import MemorySeries
from tests.unit.campaigns.campaign_desk import HTML, Desk

Wrap = Callable[[str, Any], Any]
# The desk's clock stands at Friday, 2027-01-15T08:00:00Z, which is 9:00 in Berlin.
DAILY = CalendarRule("FREQ=DAILY", "2027-01-16", "18:00", "Europe/Berlin")


class NoTrial:
    """For those who make many desks, and none for its content."""

    def check(self, content: Any, members: Any = ()) -> list[Any]:
        return []


class SeriesDesk(Desk):
    """The tenant `gym` of the desk of campaigns; `wrap` may put something around each port."""

    def __init__(self, wrap: Wrap | None = None, trial: Any = None) -> None:
        around = wrap or (lambda _, port: port)
        campaigns, quotas = MemoryCampaigns(), MemoryQuotas()
        self.stored_series = MemorySeries(campaigns)
        super().__init__(trial, around("campaigns", campaigns), around("quotas", quotas))
        # What the runs do is tested elsewhere: nothing comes between them and their world.
        self._run_store, self._run_quota = campaigns, BroadcastQuota(Quotas(quotas, self.tenants, self.clock))
        store = self.series_store = around("series", self.stored_series)
        self.series_schedules, clock = MemorySchedules(self.clock), self.clock
        campaign_schedules = around("campaign schedules", self.schedules)
        waking = SeriesWaking(Revisits(around("series schedules", self.series_schedules), clock), clock)
        self.campaign_scheduling = CampaignScheduling(
            self.store, campaign_schedules, self.targets, self.gate, self.broadcasts, clock
        )
        senders = FromAddresses(self.senders, self.tenants)
        self.series_runs = SeriesRuns(store, self.store, waking, campaign_schedules, senders, self.broadcasts, clock)
        self.series = SeriesDirectory(store, self.store, clock)
        stopping = self.series_stopping = SeriesStopping(
            store, self.series, waking, self.campaign_scheduling, self.campaign_stopping, self.broadcasts, clock
        )
        starting = SeriesStarting(store, waking, stopping, self.series_runs, clock)
        self.jobs = MemoryJobs()
        self.holds = SegmentHolds(self.jobs, segment_uses(self.store, store), clock, CountingIds("h"))
        freezer = Freezer(self.contents, self.targets, self.holds)
        self.campaign_review = CampaignReview(self.store, freezer, self.gate, clock)
        self.series_editing = SeriesEditing(
            store, self.series, self.drafts, self.contents, stopping, clock, CountingIds("s")
        )
        self.series_review = SeriesReview(store, self.series, freezer, starting, self.gate, clock)
        self.firing = CampaignFiring(self.store, self.broadcasts, clock)
        self.checks = ScheduleChecks(self.store, self.firing, self.runs, clock)
        self.series_checks = SeriesChecks(store, self.series_runs, clock)
        self.begun: list[str] = []

    def series_draft(self, rule: CalendarRule = DAILY, **fields: Any) -> Series:
        """A series that is ready to be submitted."""
        complete = {"name": "News", "content_subject": "Hi", "content_html": HTML} | fields
        return self.series_editing.create("gym", "anna", complete, rule).entity.series

    def series_submitted(self, rule: CalendarRule = DAILY, **fields: Any) -> Series:
        """A series under review."""
        return self.series_review.submit("gym", self.series_draft(rule, **fields).id, "anna").series

    def series_approved(self, rule: CalendarRule = DAILY, **fields: Any) -> Series:
        """A series that makes campaigns."""
        series = self.series_submitted(rule, **fields)
        return self.series_review.approve("gym", series.id, "ben", series.submitted_hash or "")

    def read(self, series: Series) -> Series:
        """The series as it rests now."""
        return self.series.get(series.tenant_id, series.id)

    def made(self, series: Series) -> list[Campaign]:
        """Every campaign that it made, oldest first."""
        return self.series.campaigns(series.tenant_id, series.id, 1_000, None)[0][::-1]

    def wake(self, crash: tuple[type[BaseException], ...] = ()) -> None:
        """Lets the schedules of series that are due fire; Lambda repeats what failed."""
        for payload in self.series_schedules.fired(self.clock.now()):
            series = (payload["tenant_id"], payload["series_id"], payload["epoch"])
            self.repeat(lambda series=series: self.series_runs.run(*series), crash)

    def fire(self, crash: tuple[type[BaseException], ...] = ()) -> None:
        """Lets the schedules of campaigns that are due fire, and their runs begin."""
        for payload in self.schedules.fired(self.clock.now()):
            self.repeat(lambda payload=payload: self._begin(**payload), crash)

    def live(self, hours: int, crash: tuple[type[BaseException], ...] = ()) -> None:
        """Time passes, with everything that happens by itself."""
        for hour in range(hours):
            self.clock.advance(3_600)
            self.wake(crash)
            self.fire(crash)
            if hour % 4 == 3:
                self.look(crash)

    def look(self, crash: tuple[type[BaseException], ...] = ()) -> None:
        """The tick of check_schedules."""
        later = self.clock.now() + 50_000
        self.repeat(lambda: self.series_checks.check(later), crash)
        started = len(self.runs.started)
        self.repeat(lambda: self.checks.check(later), crash)
        for tenant_id, campaign_id, epoch in self.runs.started[started:]:
            self._take_charge(tenant_id, campaign_id, epoch)

    def repeat(self, step: Callable[[], Any], crash: tuple[type[BaseException], ...]) -> None:
        """As Lambda does: two more tries."""
        for _ in range(3):
            try:
                step()
                return
            except crash:
                continue

    def units(self) -> tuple[int, int]:
        """Broadcasts of this month: used and reserved."""
        use = next(one for one in self.quotas.usage("gym").features if one.feature is Feature.BROADCASTS)
        return use.used, use.reserved

    def _begin(self, tenant_id: str, campaign_id: str, schedule_epoch: int) -> None:
        epoch = self.firing.fire(tenant_id, campaign_id, schedule_epoch)
        if epoch is not None:
            self._take_charge(tenant_id, campaign_id, epoch)

    def _take_charge(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        campaign = self._run_store.get(tenant_id, campaign_id)
        if campaign is not None and campaign.version == epoch and not campaign.epoch:
            move = take_charge(campaign, epoch, by="system", at=self.clock.now())
            assert self._run_store.save(CampaignChange(campaign, moves=[move]))
            self._run_quota.settle(campaign)
            self.begun.append(campaign_id)
