"""The API's services around single messages: follow-ups, the events that cancel them, test sends, confirmations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ariia.bootstrap.parts.api_campaigns import CampaignServices
from ariia.bootstrap.parts.api_foundations import SES_READ_TIMEOUT_SECONDS
from ariia.bootstrap.parts.api_members import MemberServices

if TYPE_CHECKING:
    from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
    from ariia.services.confirmations.asking_again import AskingAgain
    from ariia.services.confirmations.questions import ConfirmationQuestions
    from ariia.services.events.taking import MemberEvents
    from ariia.services.follow_ups.ending import FollowUpEnding
    from ariia.services.follow_ups.follow_ups import FollowUps
    from ariia.services.single_messages.messages import SingleMessages
    from ariia.services.test_sends.sending import TestSends


class SingleServices(CampaignServices, MemberServices):
    """One message to one member."""

    @cached_property
    def follow_ups(self) -> FollowUps:
        """Messages at a time that was agreed on."""
        from ariia.services.follow_ups.content import FollowUpContents
        from ariia.services.follow_ups.follow_ups import FollowUps

        return FollowUps(
            self._follow_up_store,
            self._revisits,
            self._singles,
            FollowUpContents(self.sender_domains, self._checks),
            self._ending,
            self._member_store,
            self._tenant_store,
            self.quotas,
            self._clock,
            self._ids,
            self._channels,
        )

    @cached_property
    def member_events(self) -> MemberEvents:
        """What members do elsewhere."""
        from ariia.adapters.dynamodb.events import DynamoEvents
        from ariia.services.consent.stop_words import StopWords
        from ariia.services.events.taking import MemberEvents
        from ariia.services.follow_ups.cancel_on import CancelOnEvent
        from ariia.services.members.opt_outs import OptOuts

        stop_words = StopWords(self._member_store, self.member_consent, OptOuts(self._member_store, self._clock))
        return MemberEvents(
            DynamoEvents(),
            [CancelOnEvent(self._follow_up_store, self._ending)],
            self._member_store,
            stop_words,
            self._clock,
            self._ids,
        )

    @cached_property
    def test_sends(self) -> TestSends:
        """Tests of campaigns."""
        from ariia.services.single_messages.care import SingleCare
        from ariia.services.test_sends.sending import TestSends

        care = SingleCare(self._revisits, self._clock)
        return TestSends(
            self.campaigns,
            self._contents,
            self._singles,
            care,
            self._member_store,
            self._job_store,
            self._clock,
            self._ids,
        )

    @cached_property
    def asking_again(self) -> AskingAgain:
        """Confirmations that are asked for once more."""
        from ariia.services.confirmations.asking_again import AskingAgain
        from ariia.services.confirmations.limits import ConfirmationLimits

        return AskingAgain(
            self._member_store,
            self._tenant_store,
            self.sender_domains,
            ConfirmationLimits(self._job_store, self._clock),
            self._revisits,
            self._clock,
            self._ids,
        )

    @cached_property
    def confirmation_questions(self) -> ConfirmationQuestions:
        """How questions of the double opt-in stand."""
        from ariia.services.confirmations.asked import AskedConfirmations
        from ariia.services.confirmations.questions import ConfirmationQuestions

        return ConfirmationQuestions(
            self._member_store,
            self._tenant_store,
            self.sender_domains,
            self._singles,
            AskedConfirmations(self._job_store),
            self._clock,
        )

    @cached_property
    def _ending(self) -> FollowUpEnding:
        from ariia.services.follow_ups.ending import FollowUpEnding

        return FollowUpEnding(self._follow_up_store, self._singles, self.quotas, self._clock)

    @cached_property
    def _follow_up_store(self) -> DynamoFollowUps:
        from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps

        return DynamoFollowUps()

    @cached_property
    def _singles(self) -> SingleMessages:
        from ariia.adapters.email.ses import ses_client
        from ariia.bootstrap.parts.single_messages import single_messages

        return single_messages(
            self._dynamodb,
            ses_client(SES_READ_TIMEOUT_SECONDS),
            self._clock,
            table_prefix=self._settings.table_prefix,
            shards=self._settings.shards,
            email_queue_url=self._settings.email_queue_url,
        )
