"""The API's services around campaigns: written, reviewed, sent, and what came of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ariia.adapters.dynamodb import names
from ariia.bootstrap.parts.api_foundations import SES_READ_TIMEOUT_SECONDS, ApiFoundations

if TYPE_CHECKING:
    from ariia.adapters.aws.campaign_runs import StepFunctionsExecutions
    from ariia.services.campaigns.drafts import CampaignDrafts
    from ariia.services.campaigns.editing import CampaignEditing
    from ariia.services.campaigns.freezing import Freezer
    from ariia.services.campaigns.reading import Campaigns
    from ariia.services.campaigns.review import CampaignReview
    from ariia.services.campaigns.scheduling import CampaignScheduling
    from ariia.services.content.templates import Templates
    from ariia.services.content.thumbnails import Thumbnails
    from ariia.services.next_steps import CampaignActions
    from ariia.services.preflight.gate import PreflightGate
    from ariia.services.preflight.outlook import SendOutlook
    from ariia.services.preflight.preflight import Preflights
    from ariia.services.recipients import Recipients
    from ariia.services.release.control import CampaignSending
    from ariia.services.release.held_members import HeldMembers
    from ariia.services.release.stopping import CampaignStopping
    from ariia.services.statistics.figures import CampaignStatistics
    from ariia.services.statistics.recounts import Recounts


class CampaignServices(ApiFoundations):
    """Campaigns, their recipients and figures, and the templates that they are written from."""

    @cached_property
    def campaigns(self) -> Campaigns:
        """Reads campaigns."""
        from ariia.services.campaigns.reading import Campaigns

        return Campaigns(self._campaign_store)

    @cached_property
    def campaign_editing(self) -> CampaignEditing:
        """Makes and changes drafts."""
        from ariia.services.campaigns.editing import CampaignEditing

        return CampaignEditing(self._campaign_store, self._drafts, self._clock, self._ids, self._broadcasts)

    @cached_property
    def _freezer(self) -> Freezer:
        from ariia.services.campaigns.freezing import Freezer

        return Freezer(self._contents, self._targets, self._segment_holds)

    @cached_property
    def campaign_review(self) -> CampaignReview:
        """Submits, approves, rejects."""
        from ariia.services.campaigns.review import CampaignReview

        return CampaignReview(self._campaign_store, self._freezer, self._gate, self._clock)

    @cached_property
    def campaign_sending(self) -> CampaignSending:
        """Sends, resumes, retries."""
        from ariia.services.release.control import CampaignSending

        return CampaignSending(
            self._campaign_store,
            self._runs,
            self._contents,
            self._targets,
            self._clock,
            self._broadcasts,
            self.statistics,
            self._gate,
        )

    @cached_property
    def campaign_stopping(self) -> CampaignStopping:
        """Pauses and cancels."""
        from ariia.services.release.in_flight import InFlightCount
        from ariia.services.release.stopping import CampaignStopping

        in_flight = InFlightCount(self._ledger)
        return CampaignStopping(self._campaign_store, self._runs, in_flight, self._clock, self._broadcasts)

    @cached_property
    def campaign_actions(self) -> CampaignActions:
        """What may be done with campaigns now."""
        from ariia.services.next_steps import CampaignActions

        return CampaignActions(self._targets, self._clock)

    @cached_property
    def campaign_scheduling(self) -> CampaignScheduling:
        """Sends later."""
        from ariia.bootstrap.parts.series import campaign_schedules
        from ariia.services.campaigns.scheduling import CampaignScheduling

        schedules = campaign_schedules(self._settings)
        return CampaignScheduling(
            self._campaign_store, schedules, self._targets, self._gate, self._broadcasts, self._clock
        )

    @cached_property
    def statistics(self) -> CampaignStatistics:
        """Figures of campaigns."""
        from ariia.adapters.dynamodb.statistics import DynamoStatistics
        from ariia.services.statistics.figures import CampaignStatistics

        return CampaignStatistics(DynamoStatistics(self._dynamodb, self._table(names.STATISTICS)))

    @cached_property
    def recounts(self) -> Recounts:
        """Counts figures anew."""
        from ariia.adapters.aws.invocations import InvokedRecounts, lambda_client
        from ariia.adapters.clock import SystemChance
        from ariia.services.statistics.recounts import Recounts

        work = InvokedRecounts(lambda_client, self._settings.recount_statistics_arn)
        return Recounts(self.campaigns, self._job_store, work, self._clock, SystemChance())

    @cached_property
    def templates(self) -> Templates:
        """Skeletons of messages."""
        from ariia.services.content.templates import Templates

        return Templates(
            self._template_store,
            self._tenant_store,
            self._checks,
            self._clock,
            self._ids,
            self._channels,
            self.quotas,
            self._guard,
        )

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Where pictures of templates are."""
        from ariia.adapters.aws.secrets import SecretsManagerSigningKeys, secrets_client
        from ariia.services.content.thumbnails import Thumbnails

        keys = SecretsManagerSigningKeys(secrets_client(), self._settings.signing_secret_arn)
        return Thumbnails(keys, self._template_store, self._settings.public_base_url)

    @cached_property
    def recipients(self) -> Recipients:
        """What became of each message."""
        from ariia.services.recipients import Recipients

        return Recipients(self._campaign_store, self._ledger, self._clock)

    @cached_property
    def held_members(self) -> HeldMembers:
        """Decides about members held as unknown."""
        from ariia.services.release.held_members import HeldMembers

        return HeldMembers(self._campaign_store, self._ledger, self._runs, self._clock)

    @cached_property
    def preflights(self) -> Preflights:
        """Who will get a campaign, and what it costs."""
        from ariia.services.preflight.preflight import Preflights

        return Preflights(
            campaigns=self.campaigns,
            contents=self._contents,
            counter=self._counter,
            targets=self._targets,
            jobs=self._job_store,
            work=self._shard_work,
            outlook=self._outlook,
            clock=self._clock,
            ids=self._ids,
            shards=self._settings.shards,
        )

    @cached_property
    def _gate(self) -> PreflightGate:
        from ariia.services.preflight.gate import PreflightGate

        return PreflightGate(self.preflights)

    @cached_property
    def _drafts(self) -> CampaignDrafts:
        from ariia.services.campaigns.drafts import CampaignDrafts

        return CampaignDrafts(self._contents, self._targets, self._channels)

    @cached_property
    def _outlook(self) -> SendOutlook:
        from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
        from ariia.adapters.email.ses import SesAccount, ses_client
        from ariia.services.preflight.outlook import SendOutlook

        rates = DynamoSendRates(self._dynamodb, self._table(names.SEND_RATES))
        account = SesAccount(ses_client(SES_READ_TIMEOUT_SECONDS))
        return SendOutlook(self._broadcasts, rates, account, self._clock, self._settings.ses_usd_per_1000)

    @cached_property
    def _runs(self) -> StepFunctionsExecutions:
        from ariia.adapters.aws.campaign_runs import StepFunctionsExecutions, step_functions_client

        return StepFunctionsExecutions(step_functions_client(), self._settings.campaign_run_arn)
