"""Which steps an erasure has, and which sections an export, in their order: the one place that knows them all. It is
made of ports alone, so that tests run the same list in memory."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.ports.audit import AuditTrail
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Chance, Clock
from ariia.ports.content import MessageRenderer
from ariia.ports.events import EventStore
from ariia.ports.follow_ups import FollowUpStore
from ariia.ports.jobs import JobStore
from ariia.ports.ledger.ledger import ErasingLedger
from ariia.ports.members.engagement import EngagementStore
from ariia.ports.members.members import MemberStore
from ariia.ports.personal_data import ErasureStep, ExportSection
from ariia.ports.segments import SegmentLists, SegmentStore
from ariia.ports.series import SeriesStore
from ariia.ports.uploads import Uploads
from ariia.services.audience.personal_data import ListsSection, ListsStep
from ariia.services.campaigns.erasing import CampaignsStep, HeldStep
from ariia.services.campaigns.erasing_ledger import LedgerEraser
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.confirmations.personal_data import ConfirmationMessagesSection, ConfirmationsStep
from ariia.services.events.personal_data import EventsSection, EventsStep
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.follow_ups.personal_data import (
    FollowUpMessagesSection,
    FollowUpsSection,
    FollowUpsStep,
    StopFollowUpsStep,
)
from ariia.services.imports.erasing import RejectedLinesStep
from ariia.services.members.personal_data import AuditSection, AuditStep, EngagementStep, MemberSection
from ariia.services.preflight.erasing import PreflightTraces
from ariia.services.privacy.erasure.beginning import ErasureBeginning, RowStep
from ariia.services.privacy.export.erasing import ArchivesStep
from ariia.services.privacy.jobs import ExportJobs
from ariia.services.sending.export_section import CampaignMessagesSection, MemberMessages
from ariia.services.series.erasing import SeriesStep
from ariia.services.single_messages.erasing import SingleEraser
from ariia.services.test_sends.erasing import TestSendsStep


@dataclass(frozen=True)
class PersonalDataPorts:
    """Where everything about members rests."""

    members: MemberStore
    engagement: EngagementStore
    trail: AuditTrail
    segments: SegmentStore
    lists: SegmentLists
    campaigns: CampaignStore
    ledger: ErasingLedger
    series: SeriesStore
    follow_ups: FollowUpStore
    events: EventStore
    jobs: JobStore
    uploads: Uploads
    shards: int


def stopping_steps(ports: PersonalDataPorts, ending: FollowUpEnding, chance: Chance) -> list[ErasureStep]:
    """What is done before the quiet time, so that nothing acts for the member any more. A series that still read the
    member makes a campaign of it by then, which is swept with the others."""
    return [StopFollowUpsStep(ports.follow_ups, ending), SeriesStep(ports.series, chance)]


def sweeping_steps(
    ports: PersonalDataPorts,
    beginning: ErasureBeginning,
    ending: FollowUpEnding,
    exports: ExportJobs,
    chance: Chance,
    clock: Clock,
) -> list[ErasureStep]:
    """What is done after the quiet time. The order matters in three places: the audit trail follows the row, whose
    taking out writes an entry and frees the addresses; what may have to wait for a sender comes behind everything that
    need not; and the campaigns in which a sender held the member come last, as the walk through all of them notes them.
    """
    eraser = LedgerEraser(ports.ledger, ports.members, chance)
    singles = SingleEraser(ports.campaigns, ports.ledger, ports.shards)
    walk = CampaignsStep(ports.campaigns, eraser, chance, [PreflightTraces(ports.jobs)])
    return [
        walk,
        EventsStep(ports.events),
        ListsStep(ports.segments, ports.lists, ports.shards),
        ArchivesStep(exports, ports.uploads),
        RejectedLinesStep(ports.jobs, ports.uploads, clock),
        EngagementStep(ports.engagement),
        RowStep(ports.members, beginning),
        AuditStep(ports.trail, ports.members),
        TestSendsStep(ports.jobs, ports.campaigns, eraser),
        FollowUpsStep(ports.follow_ups, ending, singles),
        ConfirmationsStep(AskedConfirmations(ports.jobs), singles),
        HeldStep(ports.campaigns, walk),
    ]


def export_sections(ports: PersonalDataPorts, renderer: MessageRenderer) -> list[ExportSection]:
    """What an archive tells, in the order of its page."""
    messages, asked = MemberMessages(ports.campaigns, ports.ledger, renderer), AskedConfirmations(ports.jobs)
    return [
        MemberSection(ports.engagement),
        CampaignMessagesSection(ports.campaigns, messages),
        FollowUpMessagesSection(ports.follow_ups, messages),
        ConfirmationMessagesSection(asked, messages),
        FollowUpsSection(ports.follow_ups),
        EventsSection(ports.events),
        ListsSection(ports.segments, ports.lists, ports.shards),
        AuditSection(ports.trail),
    ]
