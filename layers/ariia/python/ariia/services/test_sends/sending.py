"""Test sends: a campaign's draft to a few named addresses, by the same way as everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ariia.domain.address import address_hash, parse_email
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.content.content import Content
from ariia.domain.content.variables.declarations import parse_variables
from ariia.domain.content.variables.samples import sample_attributes, sample_members
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import InvalidError, NotFoundError, Problem, RateLimitError
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.members.member import Member
from ariia.domain.members.test_recipients import id_of_test_recipient
from ariia.domain.recipients.recipient import Recipient
from ariia.domain.single_messages import TEST_RECIPIENTS_KEPT_MS
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.members.members import MemberStore
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.reading import Campaigns
from ariia.services.single_messages.care import SingleCare
from ariia.services.single_messages.messages import SingleMessages

MAX_ADDRESSES = 10
MAX_PER_HOUR = 100
MARK = "[Test] "
KIND, _COUNTED = "test_send", "test_send_hour"
_HOUR_MS = 3_600_000
_TRIES = 8


@dataclass(frozen=True)
class TestSend:
    """A test send, and how each of its addresses stands; None while its message was never prepared."""

    id: str
    campaign_id: str
    created_at: int
    addresses: dict[str, Recipient | None]


class TestSends:
    """Sends what a draft would say, for a sample member or a given one. Counts for no plan and no cap."""

    def __init__(
        self,
        campaigns: Campaigns,
        contents: CampaignContents,
        singles: SingleMessages,
        care: SingleCare,
        members: MemberStore,
        jobs: JobStore,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._campaigns, self._contents, self._singles, self._care = campaigns, contents, singles, care
        self._members, self._jobs, self._clock, self._ids = members, jobs, clock, ids

    def send(
        self,
        tenant_id: str,
        campaign_id: str,
        by: str,
        addresses: Sequence[str],
        member_id: str | None = None,
        creation: Creation | None = None,
    ) -> Created[TestSend]:
        """Queues one message to each address. NotFoundError; InvalidError naming addresses that are malformed,
        suppressed or opted out, and everything that the content lacks: nothing is sent then. RateLimitError when the
        tenant has sent its tests of the hour."""
        details = self._campaigns.details(tenant_id, campaign_id)
        job = self._earlier(tenant_id, creation)
        is_new = job is None
        if job is not None and all((earlier := self._view(job)).addresses.values()):
            return Created(earlier, replayed=True)
        prepared = self._contents.prepare(details.campaign, details.content)
        content = replace(prepared.content, subject=MARK + prepared.content.subject)
        people = self._test_recipients(details.campaign, content, addresses, member_id)
        if job is None:
            self._count(tenant_id, len(people))
            job = self._note(details.campaign, by, people, member_id, creation)
        container = self._container(details.campaign, job.id)
        ids = [one.id for one in people]
        self._care.begin(tenant_id, container.id, ids)
        self._singles.prepare(container, content, ids, message_of=campaign_id, test_recipients=people)
        return Created(self._view(job), replayed=not is_new)

    def get(self, tenant_id: str, campaign_id: str, test_send_id: str) -> TestSend:
        """How each address stands; NotFoundError."""
        job = self._jobs.get(tenant_id, KIND, test_send_id)
        if job is None or job.document["campaign_id"] != campaign_id:
            raise NotFoundError("there is no test send with this id")
        return self._view(job)

    def _earlier(self, tenant_id: str, creation: Creation | None) -> Job | None:
        job = self._jobs.get(tenant_id, KIND, creation.id) if creation else None
        if job is not None:
            require_same(creation, job.document["fingerprint"])
        return job

    def _test_recipients(
        self, campaign: Campaign, content: Content, addresses: Sequence[str], member_id: str | None
    ) -> list[Member]:
        if campaign.channel is not Channel.EMAIL:
            value = str(campaign.channel)
            raise InvalidError.of("channel", "can't be tested with addresses", value=value, allowed=["email"])
        person = self._person(campaign.tenant_id, content, member_id)
        found, problems = {}, list[Problem]()
        for place, address in enumerate(addresses):
            try:
                parsed = parse_email(address)
            except InvalidError as error:
                problems += [replace(one, field=f"addresses.{place}") for one in error.problems]
                continue
            reason = self._refusal(campaign.tenant_id, parsed)
            if reason is not None:
                problems.append(Problem(f"addresses.{place}", reason, value=address[:320]))
            one = id_of_test_recipient(Channel.EMAIL, parsed)
            found[one] = replace(person, id=one, email=parsed, created_at=self._clock.now())
        if problems:
            raise InvalidError("some addresses can't be sent to", problems=problems)
        return list(found.values())

    def _refusal(self, tenant_id: str, address: str) -> str | None:
        one = address_hash(Channel.EMAIL, address)
        suppression = self._members.suppression(tenant_id, Channel.EMAIL, one)
        if suppression is not None:
            return f"is suppressed: {suppression.reason}"
        if one in self._members.withdrawals(tenant_id, Channel.EMAIL, [one]):
            return "has opted out"
        return None

    def _person(self, tenant_id: str, content: Content, member_id: str | None) -> Member:
        """Whose data the message shows."""
        if member_id is None:
            sample = {name: value for name, value in sample_members()[0].items() if name != "attributes"}
            attributes = sample_attributes(parse_variables(content.variables))
            return Member(tenant_id=tenant_id, attributes=attributes, **sample)
        member = self._members.get(tenant_id, member_id)
        if member is None:
            raise InvalidError.of("member_id", "is no member of this tenant", value=member_id)
        return replace(member, consent={}, suppression={}, shared_address=[], consent_history=[], imported=None)

    def _count(self, tenant_id: str, messages: int) -> None:
        hour = self._clock.now() // _HOUR_MS
        for _ in range(_TRIES):
            stored = self._jobs.get(tenant_id, _COUNTED, str(hour))
            job = stored or Job(tenant_id, _COUNTED, str(hour), {"messages": 0}, (hour + 2) * _HOUR_MS // 1000)
            if job.document["messages"] + messages > MAX_PER_HOUR:
                left = (hour + 1) * _HOUR_MS - self._clock.now()
                raise RateLimitError(f"at most {MAX_PER_HOUR} test messages an hour", -(-left // 1000))
            job.document = {"messages": job.document["messages"] + messages}
            if self._jobs.save(job) if stored else self._jobs.create(job):
                return
        raise changed_meanwhile()

    def _note(
        self,
        campaign: Campaign,
        by: str,
        people: Sequence[Member],
        member_id: str | None,
        creation: Creation | None,
    ) -> Job:
        """Whose data it shows is noted too: an erasure has to find the copies."""
        now = self._clock.now()
        document = {
            "campaign_id": campaign.id,
            "addresses": {one.id: one.email for one in people},
            "member_id": member_id,
            "created_by": by,
            "created_at": now,
            "fingerprint": creation.fingerprint if creation else None,
        }
        job_id = creation.id if creation else self._ids.new()
        job = Job(campaign.tenant_id, KIND, job_id, document, (now + TEST_RECIPIENTS_KEPT_MS) // 1000)
        if not self._jobs.create(job):
            raise changed_meanwhile()
        return job

    def _container(self, campaign: Campaign, test_send_id: str) -> Dispatch:
        return Dispatch(
            id=container_id(DispatchKind.TEST, campaign.tenant_id, test_send_id),
            tenant_id=campaign.tenant_id,
            name=campaign.name,
            type=campaign.type,
            channel=campaign.channel,
            kind=DispatchKind.TEST,
            owner=campaign.id,
            track_opens=campaign.track_opens,
            track_clicks=campaign.track_clicks,
        )

    def _view(self, job: Job) -> TestSend:
        addresses = job.document["addresses"]
        container = container_id(DispatchKind.TEST, job.tenant_id, job.id)
        found = {one.member_id: one for one in self._singles.recipients(job.tenant_id, container, list(addresses))}
        by_address = {address: found.get(one) for one, address in addresses.items()}
        return TestSend(job.id, job.document["campaign_id"], job.document["created_at"], by_address)
