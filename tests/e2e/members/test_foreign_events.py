"""What else arrives at the topic of SES's events: notices, junk, reports about another address, events that can't be
read. None of it holds up an event beside it, or suppresses the wrong address."""

from __future__ import annotations

import json
import time

import pytest

from infra.local.providers.client import SentMessage
from infra.local.stack import LaptopStack
from tests.e2e.events_topic import EventsTopic, case, report_about
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

BRACKETS, NAMED = "ses-bounce-angle-brackets.json", "ses-bounce-with-display-name.json"


@pytest.fixture
def topic(laptop: LaptopStack) -> EventsTopic:
    return EventsTopic(laptop)


def sent_to_each(tenant: Tenant, count: int) -> dict[str, SentMessage]:
    """A campaign that everybody got; its messages by member id."""
    tenant.has_people(count)
    campaign = tenant.drafts().sends().ends().agrees()
    return {one.tags["member"]: one for one in campaign.messages()}


def suppressed(tenant: Tenant, ids: list[str]) -> list[str]:
    return [one for one in ids if tenant.member(one)["suppression"]]


def test_the_mailed_address_is_suppressed_whatever_a_bounce_reports(tenant: Tenant, topic: EventsTopic) -> None:
    messages, now = sent_to_each(tenant, 5), time.time()
    elsewhere, nobody = report_about(BRACKETS, messages["m0002"], now), report_about(BRACKETS, messages["m0003"], now)
    elsewhere["bounce"]["bouncedRecipients"][0]["emailAddress"] = messages["m0004"].to[0]
    nobody["bounce"]["bouncedRecipients"] = []
    named = report_about(NAMED, messages["m0000"], now)
    assert "<" in named["bounce"]["bouncedRecipients"][0]["emailAddress"]
    reports = [named, report_about(BRACKETS, messages["m0001"], now), elsewhere, nobody]
    topic.publish(*map(json.dumps, reports))
    bounced = [f"m{number:04d}" for number in range(4)]
    eventually(lambda: suppressed(tenant, bounced) == bounced, "they are suppressed", seconds=30)
    again = tenant.drafts().sends().ends().agrees()
    assert [one.tags["member"] for one in again.messages()] == ["m0004"]


def test_what_is_no_event_is_dropped_and_an_unreadable_event_is_put_aside_at_once(
    tenant: Tenant, topic: EventsTopic
) -> None:
    messages, now = sent_to_each(tenant, 3), time.time()
    stranger = report_about(BRACKETS, messages["m0001"], now)
    stranger["mail"]["tags"]["campaign"] = ["nowhere"]
    unreadable = report_about(BRACKETS, messages["m0002"], now) | {"bounce": []}
    texts = [case("sns-topic-validation.txt"), case("sns-identity-notice.json"), "123", json.dumps(stranger)]
    texts += [json.dumps(unreadable), json.dumps(report_about(BRACKETS, messages["m0000"], now))]
    topic.publish(*texts)
    # Were one given back to the queue, it would be in flight for six minutes.
    topic.is_worked_off()
    assert topic.take_put_aside() == [(json.dumps(unreadable), "bounce is no object")]
    assert suppressed(tenant, ["m0000", "m0001", "m0002"]) == ["m0000"]
