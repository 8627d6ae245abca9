"""What recipients do, and the event records that SNS gets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.providers.client import SimulatorClient, SimulatorError
from infra.local.providers.ses.events.behaviour import steps_of
from tests.unit.providers.conftest import TOPIC, FakeTopics, any_bulk, any_entry, any_simple

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    ("address", "kinds"),
    [
        ("anna@x.example", ["Delivery"]),
        ("success@simulator.amazonses.com", ["Delivery"]),
        ("ooto@x.example", ["Delivery"]),
        ("bounce@x.example", ["Bounce"]),
        ("Bounce+label@x.example", ["Bounce"]),
        ("softbounce@x.example", ["Bounce"]),
        ("suppressionlist@x.example", ["Bounce"]),
        ("complaint@x.example", ["Delivery", "Complaint"]),
        ("reject@x.example", ["Reject"]),
        ("anna+delay@x.example", ["DeliveryDelay", "Delivery"]),
        ("anna+open@x.example", ["Delivery", "Open"]),
        ("anna+click@x.example", ["Delivery", "Open", "Click"]),
        ("anna+open+click@x.example", ["Delivery", "Open", "Click"]),
        ("anna+open.unsubscribe@x.example", ["Delivery", "Open", "Unsubscribe"]),
        ("anna+bounce.open@x.example", ["Bounce"]),
        ("anna+botopen@x.example", ["Delivery", "Open", "Click"]),
        ("anna+botopen+open@x.example", ["Delivery", "Open", "Open", "Click"]),
        ("anna+autoreply@x.example", ["Delivery", "Bounce"]),
        ("anna.open@x.example", ["Delivery"]),
        ("anna+newsletter@x.example", ["Delivery"]),
        ("Anna <anna+open@x.example>", ["Delivery", "Open"]),
    ],
)
def test_recipient_behaves_as_the_address_says(address: str, kinds: list[str]) -> None:
    steps = steps_of(address)
    assert sorted(step.kind for step in steps) == sorted(kinds)
    assert steps[0].kind == kinds[0]


def test_every_kind_of_event_has_the_shape_of_ses(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    members = ["anna+click+complaint", "bo+bounce", "cy+softbounce", "di+suppressionlist", "ed+reject", "fi+delay"]
    ses.send_bulk_email(**any_bulk(*[any_entry(f"{member}@x.example", member[:2]) for member in members]))
    simulator.wait_until_quiet()
    by_kind = {event["eventType"]: event for event in topics.events()}
    assert by_kind.keys() == {"Send", "Delivery", "Bounce", "Complaint", "Open", "Click", "Reject", "DeliveryDelay"}
    mail = by_kind["Click"]["mail"]
    assert mail["destination"] == ["anna+click+complaint@x.example"]
    assert mail["commonHeaders"]["subject"] == "Hello Anna"
    assert mail["sendingAccountId"] == "000000000000"
    assert mail["tags"]["member"] == ["an"]
    assert mail["tags"]["ses:configuration-set"] == ["ariia-test-tracked"]
    assert mail["tags"]["ses:from-domain"] == ["studio.example"]
    assert {"name": "Subject", "value": "Hello Anna"} in mail["headers"]
    assert by_kind["Delivery"]["mail"]["tags"]["ses:outgoing-tls-version"] == ["TLSv1.3"]
    assert by_kind["Click"]["click"]["link"] == "https://shop.example/a"
    assert by_kind["Open"]["open"]["isBotEvent"] == "Unlikely"
    assert by_kind["Reject"]["reject"] == {"reason": "Bad content"}
    assert by_kind["Complaint"]["complaint"]["complaintFeedbackType"] == "abuse"
    assert by_kind["DeliveryDelay"]["deliveryDelay"]["delayType"] == "TransientCommunicationFailure"
    assert {topic for topic, _ in topics.published} == {TOPIC}


def test_bounces_tell_hard_from_soft_and_suppressed(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    for address in ("bounce@x.example", "softbounce@x.example", "suppressionlist@x.example", "a+autoreply@x.example"):
        ses.send_email(**any_simple(address))
    simulator.wait_until_quiet()
    bounces = {event["mail"]["destination"][0]: event["bounce"] for event in topics.events("Bounce")}
    assert {address: (bounce["bounceType"], bounce["bounceSubType"]) for address, bounce in bounces.items()} == {
        "bounce@x.example": ("Permanent", "General"),
        "softbounce@x.example": ("Transient", "MailboxFull"),
        "suppressionlist@x.example": ("Permanent", "OnAccountSuppressionList"),
        "a+autoreply@x.example": ("Transient", "General"),
    }
    assert bounces["bounce@x.example"]["bouncedRecipients"][0]["emailAddress"] == "bounce@x.example"
    assert len({bounce["feedbackId"] for bounce in bounces.values()}) == 4


def test_missing_variable_is_accepted_and_then_fails_to_render(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    call = any_bulk(any_entry())
    call["DefaultContent"]["Template"]["TemplateContent"]["Text"] = "{{s0}} {{missing}}"
    entry = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]
    summary = simulator.wait_until_quiet()
    assert entry["Status"] == "SUCCESS"
    (event,) = topics.events()
    assert event["eventType"] == "Rendering Failure"
    assert event["failure"]["errorMessage"] == "Attribute 'missing' is not present in the rendering data."
    assert event["mail"]["messageId"] == entry["MessageId"]
    assert event["mail"]["tags"]["member"] == ["m1"]
    assert (summary.accepted, summary.sent) == (1, 0)


def test_templated_send_event_has_no_subject_yet(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    ses.send_bulk_email(**any_bulk(any_entry()))
    simulator.wait_until_quiet()
    (sent,), (delivered,) = topics.events("Send"), topics.events("Delivery")
    assert "subject" not in sent["mail"]["commonHeaders"]
    assert delivered["mail"]["commonHeaders"]["subject"] == "Hello Anna"


def test_scanner_opens_and_clicks_are_flagged(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    ses.send_bulk_email(**any_bulk(any_entry("anna+botopen@x.example")))
    simulator.wait_until_quiet()
    (opened,), (clicked,) = topics.events("Open"), topics.events("Click")
    assert (opened["open"]["isBotEvent"], clicked["click"]["isBotEvent"]) == ("Likely", "Likely")
    (message,) = simulator.messages()
    assert message.happened("Open", bot=True)
    assert not message.happened("Open")


def test_click_follows_the_first_tracked_link_that_is_no_unsubscribe_link(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    html = (
        '<a href="https://t.example/u/token">Abmelden</a><a href="https://t.example/leave?unsubscribe=1">x</a>'
        '<a href="https://t.example/v" ses:no-track>online</a><a href="mailto:a@b.example">mail</a>'
        '<a href="https://t.example/shop?a=1&amp;b=2" ses:tags="position:1;kind:cta;">Shop</a>'
        '<a href="https://t.example/later">Later</a>'
    )
    content = {
        "Simple": {
            "Subject": {"Data": "Hi"},
            "Body": {"Html": {"Data": html}},
            "Headers": [{"Name": "List-Unsubscribe", "Value": "<mailto:u@t.example>, <https://t.example/u/token>"}],
        }
    }
    message_id = ses.send_email(**any_simple("anna+click@x.example", Content=content))["MessageId"]
    simulator.wait_until_quiet()
    (event,) = topics.events("Click")
    assert event["click"]["link"] == "https://t.example/shop?a=1&b=2"
    assert event["click"]["linkTags"] == {"position": ["1"], "kind": ["cta"]}
    assert simulator.message(message_id)["html"] == html


def test_untracked_configuration_set_gives_no_opens_or_clicks(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    ses.send_bulk_email(**any_bulk(any_entry("a+click@x.example"), ConfigurationSetName="ariia-test-untracked"))
    simulator.wait_until_quiet()
    assert topics.kinds() == ["Delivery", "Send"]


def test_tracking_can_be_overridden_for_one_call(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    override = {"Tracking": {"OpenTrackingEnabled": "ENABLED", "ClickTrackingEnabled": "DISABLED"}}
    call = any_bulk(any_entry("a+click@x.example"), ConfigurationSetName="s-untracked")
    ses.send_bulk_email(**call, ConfigurationOverrides=override)
    simulator.wait_until_quiet()
    assert topics.kinds() == ["Delivery", "Open", "Send"]


def test_text_only_message_is_not_tracked(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "https://x.example"}}}}
    ses.send_email(**any_simple("a+click@x.example", Content=content))
    simulator.wait_until_quiet()
    assert topics.kinds() == ["Delivery", "Send"]


def test_message_without_configuration_set_publishes_nothing(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    call = any_simple()
    del call["ConfigurationSetName"]
    ses.send_email(**call)
    summary = simulator.wait_until_quiet()
    assert topics.events() == []
    assert summary.occurred == {"Send": 1, "Delivery": 1}


def test_a_topic_that_becomes_an_event_destination_gets_a_notice_that_is_no_event(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    own = "arn:aws:sns:us-east-1:000000000000:own"
    simulator.change(topic_arn=own)
    simulator.change(topic_arn=own, rate=1_000)
    simulator.wait_until_quiet()
    text = "Successfully validated SNS topic for Amazon SES event publishing."
    assert topics.notices == [(TOPIC, text, False), (own, text, False)]
    assert topics.events() == []


def test_events_wait_until_a_topic_is_set(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    simulator.change(topic_arn=None)
    ses.send_email(**any_simple())
    with pytest.raises(TimeoutError):
        simulator.wait_until_quiet(0.2)
    assert topics.events() == []
    simulator.change(topic_arn=TOPIC)
    simulator.wait_until_quiet()
    assert topics.kinds() == ["Delivery", "Send"]


def test_lost_events_are_counted_and_not_published(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    simulator.change(event_loss_rate=1)
    ses.send_email(**any_simple())
    summary = simulator.wait_until_quiet()
    assert (topics.events(), summary.lost) == ([], {"Send": 1, "Delivery": 1})
    (message,) = simulator.messages()
    assert all(event.lost for event in message.events)


def test_doubled_events_come_twice_and_alike(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    simulator.change(event_duplicate_rate=1)
    ses.send_email(**any_simple("bounce@x.example"))
    simulator.wait_until_quiet()
    first, second = topics.events("Bounce")
    assert first == second
    assert len(topics.events("Send")) == 2


def test_reordered_events_arrive_in_another_order(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    simulator.change(reorder_milliseconds=200)
    ses.send_bulk_email(**any_bulk(*[any_entry(f"a{n}@x.example", f"m{n}") for n in range(20)]))
    simulator.wait_until_quiet()
    kinds = [event["eventType"] for event in topics.events()]
    assert len(kinds) == 40
    assert kinds != sorted(kinds, reverse=True)


def test_events_are_published_in_batches_of_at_most_ten(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    ses.send_bulk_email(**any_bulk(*[any_entry(f"a{n}@x.example", f"m{n}") for n in range(50)]))
    simulator.wait_until_quiet()
    assert sum(topics.batches) == 101  # and the notice about the topic
    assert max(topics.batches) <= 10


def test_publishing_is_tried_again_while_sns_is_away(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    topics.failures = 2
    ses.send_email(**any_simple())
    summary = simulator.wait_until_quiet()
    assert topics.kinds() == ["Delivery", "Send"]
    assert (summary.published, summary.given_up) == ({"Send": 1, "Delivery": 1}, {})


def test_replay_publishes_the_same_records_again(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    message_id = ses.send_email(**any_simple("bounce@x.example"))["MessageId"]
    simulator.wait_until_quiet()
    before = topics.events()
    assert simulator.replay(message_id) == 2
    simulator.wait_until_quiet()
    assert sorted(map(json.dumps, topics.events())) == sorted(map(json.dumps, before * 2))


def test_effects_never_come_before_their_causes(ses: Any, simulator: SimulatorClient) -> None:
    delays = {"send": 2, "delivery": 20, "scan": 36, "open": 50, "complaint": 60, "click": 70}
    simulator.change(delays=delays, delay_jitter=0.5)
    entries = [any_entry(f"a{n}+botopen.click.complaint@x.example", f"m{n}") for n in range(30)]
    ses.send_bulk_email(**any_bulk(*entries))
    simulator.wait_until_quiet()
    for message in simulator.messages():
        story = [("bot " if event.bot else "") + event.kind for event in message.events]
        assert story == ["Send", "Delivery", "bot Open", "bot Click", "Open", "Complaint", "Click"]


def test_message_that_was_not_rendered_can_not_bounce(ses: Any, simulator: SimulatorClient) -> None:
    call = any_bulk(any_entry(gone="x"))
    call["DefaultContent"]["Template"]["TemplateContent"]["Text"] = "{{missing}}"
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    with pytest.raises(SimulatorError) as refused:
        simulator.act(message_id, "bounce")
    assert refused.value.status == 409


def test_actions_of_the_control_api_make_events(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    message_id = ses.send_bulk_email(**any_bulk(any_entry()))["BulkEmailEntryResults"][0]["MessageId"]
    for action in ("open", "click", "bounce", "complaint"):
        simulator.act(message_id, action)
    simulator.wait_until_quiet()
    assert topics.kinds() == ["Bounce", "Click", "Complaint", "Delivery", "Open", "Send"]


def test_untracked_message_can_not_be_opened_by_hand(ses: Any, simulator: SimulatorClient) -> None:
    message_id = ses.send_email(**any_simple(ConfigurationSetName="s-untracked"))["MessageId"]
    with pytest.raises(SimulatorError) as refused:
        simulator.act(message_id, "open")
    assert refused.value.status == 409


def test_each_recipient_of_a_message_has_its_own_events(
    ses: Any, simulator: SimulatorClient, topics: FakeTopics
) -> None:
    destination = {"ToAddresses": ["a@x.example"], "BccAddresses": ["bounce@x.example"]}
    ses.send_email(**any_simple(Destination=destination))
    simulator.wait_until_quiet()
    assert topics.kinds() == ["Bounce", "Delivery", "Send"]
    assert topics.events("Delivery")[0]["delivery"]["recipients"] == ["a@x.example"]


def test_long_headers_are_cut_and_said_to_be(ses: Any, simulator: SimulatorClient, topics: FakeTopics) -> None:
    headers = [{"Name": f"X-{n}", "Value": "v" * 900} for n in range(15)]
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Html": {"Data": "x"}}, "Headers": headers}}
    ses.send_email(**any_simple(Content=content))
    simulator.wait_until_quiet()
    mail = topics.events("Delivery")[0]["mail"]
    assert mail["headersTruncated"] is True
    assert [header["name"] for header in mail["headers"]][-1] != "X-14"
