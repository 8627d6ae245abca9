"""SendEmail and SendBulkEmail as boto3 sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from infra.local.providers.client import SimulatorClient
from infra.local.providers.server.http import ProviderServer
from tests.unit.providers.conftest import SENDER, any_bulk, any_entry, any_simple, ses_at

pytestmark = pytest.mark.enable_socket


def statuses(answer: dict[str, Any]) -> list[str]:
    return [entry["Status"] for entry in answer["BulkEmailEntryResults"]]


def refusal(call: Any, **arguments: Any) -> ClientError:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value


def code_of(error: ClientError) -> tuple[str, int]:
    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]


def test_bulk_entries_are_rendered_each_with_its_own_data(ses: Any, simulator: SimulatorClient) -> None:
    call = any_bulk(any_entry("anna@x.example", "m1", s0="Anna"), any_entry("bo@x.example", "m2", s0="Bo & Co <b>"))
    answer = ses.send_bulk_email(**call)
    assert statuses(answer) == ["SUCCESS", "SUCCESS"]
    second = simulator.message(answer["BulkEmailEntryResults"][1]["MessageId"])
    assert second["subject"] == "Hello Bo & Co <b>"
    assert second["html"].startswith("<p>Hello Bo & Co <b></p>")
    assert second["tags"] == {"tenant": "t1", "campaign": "c1", "member": "m2"}
    assert second["from"] == SENDER


def test_values_that_look_like_variables_are_left_alone(ses: Any, simulator: SimulatorClient) -> None:
    call = any_bulk(any_entry(s0="{{s1}} and {{s0}}", s1="never"))
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    assert simulator.message(message_id)["text"] == "Hello {{s1}} and {{s0}}"


def test_entry_data_and_tags_go_before_the_defaults(ses: Any, simulator: SimulatorClient) -> None:
    call = any_bulk(any_entry(s0="own"))
    call["DefaultContent"]["Template"]["TemplateData"] = json.dumps({"s0": "default"})
    call["BulkEmailEntries"][0]["ReplacementTags"] = [{"Name": "campaign", "Value": "c2"}]
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    message = simulator.message(message_id)
    assert (message["text"], message["tags"]["campaign"]) == ("Hello own", "c2")


def test_entry_headers_replace_those_of_the_template_by_name(ses: Any, simulator: SimulatorClient) -> None:
    call = any_bulk(any_entry())
    call["DefaultContent"]["Template"]["Headers"] = [{"Name": "X-A", "Value": "1"}, {"Name": "X-B", "Value": "2"}]
    call["BulkEmailEntries"][0]["ReplacementHeaders"] = [{"Name": "x-a", "Value": "own"}]
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    assert simulator.message(message_id)["headers"] == [
        {"name": "X-B", "value": "2"},
        {"name": "x-a", "value": "own"},
    ]


def test_simple_message_keeps_braces(ses: Any, simulator: SimulatorClient) -> None:
    content = {"Simple": {"Subject": {"Data": "Hi {{you}}"}, "Body": {"Text": {"Data": "{{nothing}}"}}}}
    answer = ses.send_email(**any_simple(Content=content))
    assert simulator.message(answer["MessageId"])["subject"] == "Hi {{you}}"


@pytest.mark.parametrize("form", [{"Raw": {"Data": b"Subject: Hi"}}, {"Template": {"TemplateName": "T"}}], ids=str)
def test_forms_of_a_single_message_that_nothing_sends_are_refused(ses: Any, form: dict[str, Any]) -> None:
    error = refusal(ses.send_email, **any_simple(Content=form))
    assert code_of(error) == ("BadRequestException", 400)
    assert "is not simulated" in error.response["Error"]["Message"]


@pytest.mark.parametrize(
    "address", ["änna@x.example", "anna@exämple.de", "anna", "@x.example", "an na@x.example", "anna@x"]
)
def test_address_that_ses_refuses_fails_the_whole_call(ses: Any, simulator: SimulatorClient, address: str) -> None:
    error = refusal(ses.send_bulk_email, **any_bulk(any_entry(), any_entry(address)))
    assert code_of(error) == ("BadRequestException", 400)
    assert simulator.summary().accepted == 0


def test_invalid_entry_alone_fails_when_asked_for(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(invalid_entries="entry")
    entry = any_entry(member="m 2")
    answer = ses.send_bulk_email(**any_bulk(any_entry(), entry, any_entry("änna@x.example")))
    assert statuses(answer) == ["SUCCESS", "INVALID_PARAMETER", "INVALID_PARAMETER"]
    assert "non-ASCII" in answer["BulkEmailEntryResults"][2]["Error"]


def with_headers(*headers: tuple[str, str]) -> dict[str, Any]:
    call = any_bulk(any_entry())
    call["BulkEmailEntries"][0]["ReplacementHeaders"] = [{"Name": name, "Value": value} for name, value in headers]
    return call


@pytest.mark.parametrize(
    "call",
    [
        any_bulk(*[any_entry()] * 51),
        any_bulk(),
        any_bulk(any_entry(), DefaultEmailTags=[{"Name": "a b", "Value": "x"}]),
        any_bulk(any_entry(), DefaultEmailTags=[{"Name": f"n{n}", "Value": "x"} for n in range(51)]),
        any_bulk(any_entry(), DefaultEmailTags=[{"Name": "a", "Value": "x"}, {"Name": "a", "Value": "y"}]),
        any_bulk(any_entry(filler="x" * 262_144)),
        any_bulk(any_entry(), FromEmailAddress="nobody"),
        any_bulk(any_entry(), ReplyToAddresses=["änna@x.example"]),
        with_headers(*[(f"X-{n}", "v") for n in range(16)]),
        with_headers(("Subject", "mine")),
        with_headers(("X-A", "ü")),
        with_headers(("X:A", "v")),
        with_headers(("X-A", "1"), ("x-a", "2")),
        with_headers(("X-" + "a" * 120, "v" * 900)),
        any_bulk({"Destination": {}}),
    ],
    ids=[
        "51 entries",
        "no entry",
        "tag charset",
        "51 tags",
        "tag twice",
        "data over 262,144",
        "sender",
        "reply to",
        "16 headers",
        "reserved header",
        "header charset",
        "header name",
        "header twice",
        "header length",
        "no recipient",
    ],
)
def test_impossible_calls_are_bad_requests(ses: Any, simulator: SimulatorClient, call: dict[str, Any]) -> None:
    assert code_of(refusal(ses.send_bulk_email, **call)) == ("BadRequestException", 400)
    assert simulator.summary().accepted == 0


@pytest.mark.parametrize("data", ["[1]", "{", '{"s0": 1}', '{"s0": {"a": "b"}}'])
def test_template_data_must_be_an_object_of_strings(ses: Any, data: str) -> None:
    call = any_bulk(any_entry())
    replacement = {"ReplacementTemplate": {"ReplacementTemplateData": data}}
    call["BulkEmailEntries"][0]["ReplacementEmailContent"] = replacement
    assert code_of(refusal(ses.send_bulk_email, **call)) == ("BadRequestException", 400)


def test_more_than_15_headers_of_one_message_are_refused(ses: Any) -> None:
    headers = [{"Name": f"X-{n}", "Value": "v"} for n in range(16)]
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "x"}}, "Headers": headers}}
    assert code_of(refusal(ses.send_email, **any_simple(Content=content))) == ("BadRequestException", 400)


def test_attachments_are_refused_instead_of_lost(ses: Any) -> None:
    attachment = {"RawContent": b"x", "FileName": "x.txt"}
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "x"}}, "Attachments": [attachment]}}
    assert code_of(refusal(ses.send_email, **any_simple(Content=content))) == ("BadRequestException", 400)


def test_more_than_50_recipients_of_one_message_are_refused(ses: Any) -> None:
    destination = {"ToAddresses": [f"a{n}@x.example" for n in range(26)], "CcAddresses": ["c@x.example"] * 25}
    error = refusal(ses.send_email, **any_simple(Destination=destination))
    assert code_of(error) == ("BadRequestException", 400)


def test_stored_templates_are_unknown(ses: Any) -> None:
    call = any_bulk(any_entry(), DefaultContent={"Template": {"TemplateName": "T", "TemplateData": "{}"}})
    assert code_of(refusal(ses.send_bulk_email, **call)) == ("NotFoundException", 404)


def test_call_larger_than_the_rate_is_throttled(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(rate=2)
    error = refusal(ses.send_bulk_email, **any_bulk(*[any_entry()] * 3))
    assert code_of(error) == ("TooManyRequestsException", 429)
    assert simulator.summary().throttled_entries == 3


def test_entries_beyond_the_rate_are_throttled_one_by_one(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(rate=3)
    assert statuses(ses.send_bulk_email(**any_bulk(*[any_entry()] * 2))) == ["SUCCESS", "SUCCESS"]
    assert statuses(ses.send_bulk_email(**any_bulk(*[any_entry()] * 3)))[0:2] == ["SUCCESS", "ACCOUNT_THROTTLED"]
    assert simulator.summary().throttled_entries >= 1


def test_call_of_which_nothing_fits_the_rate_is_throttled_as_a_whole(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(rate=1)
    ses.send_email(**any_simple())
    assert code_of(refusal(ses.send_email, **any_simple())) == ("TooManyRequestsException", 429)
    assert code_of(refusal(ses.send_bulk_email, **any_bulk(any_entry())))[1] == 429


def test_daily_quota_counts_recipients(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(daily_quota=10, sent_last_24_hours=8)
    answer = ses.send_bulk_email(**any_bulk(*[any_entry()] * 3))
    assert statuses(answer) == ["SUCCESS", "SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]
    error = refusal(ses.send_email, **any_simple())
    assert error.response["Error"]["Message"] == "Daily message quota exceeded."
    quota = ses.get_account()["SendQuota"]
    assert quota == {"Max24HourSend": 10.0, "MaxSendRate": 1000.0, "SentLast24Hours": 10.0}


@pytest.mark.parametrize(
    ("mode", "code", "status"),
    [
        ("account_suspended", "AccountSuspendedException", "ACCOUNT_SUSPENDED"),
        ("sending_paused", "SendingPausedException", "ACCOUNT_SENDING_PAUSED"),
        ("configuration_set_paused", "SendingPausedException", "CONFIGURATION_SET_SENDING_PAUSED"),
        ("from_domain_unverified", "MailFromDomainNotVerifiedException", "MAIL_FROM_DOMAIN_NOT_VERIFIED"),
        ("message_rejected", "MessageRejected", "MESSAGE_REJECTED"),
    ],
)
def test_error_modes_refuse_the_call_or_each_entry(
    ses: Any, simulator: SimulatorClient, mode: str, code: str, status: str
) -> None:
    simulator.change(error_mode=mode)
    assert code_of(refusal(ses.send_bulk_email, **any_bulk(any_entry()))) == (code, 400)
    simulator.change(error_shape="entry")
    assert statuses(ses.send_bulk_email(**any_bulk(any_entry(), any_entry()))) == [status, status]
    assert code_of(refusal(ses.send_email, **any_simple())) == (code, 400)
    assert simulator.summary().accepted == 0


def test_paused_account_says_so(ses: Any, simulator: SimulatorClient) -> None:
    assert ses.get_account()["SendingEnabled"] is True
    simulator.change(error_mode="account_suspended")
    account = ses.get_account()
    assert (account["SendingEnabled"], account["EnforcementStatus"]) == (False, "SHUTDOWN")


def test_single_entries_fail_at_the_rate_asked_for(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(entry_failure_rate=0.5, seed=7)
    first = [statuses(ses.send_bulk_email(**any_bulk(*[any_entry()] * 10))) for _ in range(3)]
    assert {status for answer in first for status in answer} == {"SUCCESS", "TRANSIENT_FAILURE"}
    simulator.change(seed=7)
    assert [statuses(ses.send_bulk_email(**any_bulk(*[any_entry()] * 10))) for _ in range(3)] == first


def test_throttled_calls_send_nothing(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(throttle_rate=1)
    assert code_of(refusal(ses.send_bulk_email, **any_bulk(any_entry())))[0] == "TooManyRequestsException"
    assert simulator.summary().accepted == 0


def test_lost_response_is_accepted_all_the_same(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(lose_response_rate=1)
    with pytest.raises(ConnectionClosedError):
        ses.send_bulk_email(**any_bulk(any_entry()))
    summary = simulator.summary()
    assert (summary.accepted, summary.lost_responses, simulator.calls()[0]["outcome"]) == (1, 1, "lost")


def test_lost_response_can_be_a_server_error(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(lose_response_rate=1, lose_response_mode="error")
    assert code_of(refusal(ses.send_email, **any_simple())) == ("InternalServiceErrorException", 500)
    assert simulator.summary().accepted == 1


def test_lost_response_can_hang(server: ProviderServer, simulator: SimulatorClient) -> None:
    simulator.change(lose_response_rate=1, lose_response_mode="hang")
    with pytest.raises(ReadTimeoutError):
        ses_at(server.address, read_timeout=0.3).send_email(**any_simple())
    assert simulator.summary().accepted == 1


def test_member_sent_twice_is_reported_as_doubled(ses: Any, simulator: SimulatorClient) -> None:
    ses.send_bulk_email(**any_bulk(any_entry(member="m1"), any_entry(member="m2"), any_entry(member="m1")))
    summary = simulator.summary()
    assert (summary.accepted, summary.pairs) == (3, 2)
    assert [(pair["campaign"], pair["member"], len(pair["message_ids"])) for pair in summary.doubled] == [
        ("c1", "m1", 2)
    ]


def test_rejected_message_and_its_second_try_are_no_double(ses: Any, simulator: SimulatorClient) -> None:
    ses.send_bulk_email(**any_bulk(any_entry("reject@x.example")))
    simulator.wait_until_quiet()
    ses.send_bulk_email(**any_bulk(any_entry("anna@x.example")))
    summary = simulator.wait_until_quiet()
    assert (summary.accepted, summary.sent, summary.pairs, summary.doubled) == (2, 1, 1, ())


def test_refused_entries_are_on_record(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(daily_quota=1)
    ses.send_bulk_email(**any_bulk(any_entry(), any_entry("bo@x.example", "m2")))
    (refused,) = simulator.refusals()
    assert (refused["addresses"], refused["status"]) == (["bo@x.example"], "ACCOUNT_DAILY_QUOTA_EXCEEDED")
    assert simulator.calls()[0] | {"at": ""} == {
        "number": 1,
        "operation": "SendBulkEmail",
        "at": "",
        "entries": 2,
        "accepted": 1,
        "refused": 1,
        "outcome": "answered",
    }
