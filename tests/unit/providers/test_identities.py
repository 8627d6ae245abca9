"""Sender identities and configuration sets."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.providers.client import SimulatorClient
from tests.unit.providers.conftest import any_bulk, any_entry, any_simple

pytestmark = pytest.mark.enable_socket


def refused_with(call: Any, **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_new_domain_waits_for_its_verification(ses: Any, simulator: SimulatorClient) -> None:
    created = ses.create_email_identity(EmailIdentity="Gym.example", Tags=[{"Key": "tenant", "Value": "t1"}])
    assert created["VerifiedForSendingStatus"] is False
    assert len(set(created["DkimAttributes"]["Tokens"])) == 3
    assert all(len(token) == 32 for token in created["DkimAttributes"]["Tokens"])
    assert refused_with(ses.send_email, **any_simple(FromEmailAddress="a@gym.example")) == ("MessageRejected", 400)
    simulator.verify("gym.example")
    identity = ses.get_email_identity(EmailIdentity="gym.example")
    assert (identity["VerifiedForSendingStatus"], identity["DkimAttributes"]["Status"]) == (True, "SUCCESS")
    assert identity["DkimAttributes"]["Tokens"] == created["DkimAttributes"]["Tokens"]
    assert identity["Tags"] == [{"Key": "tenant", "Value": "t1"}]
    ses.send_email(**any_simple(FromEmailAddress="Gym <a@news.gym.example>"))


def test_unverified_sender_refuses_a_bulk_call_as_a_whole(ses: Any, simulator: SimulatorClient) -> None:
    call = any_bulk(any_entry(), FromEmailAddress="a@other.example")
    assert refused_with(ses.send_bulk_email, **call) == ("MessageRejected", 400)
    simulator.change(require_verified_identity=False)
    ses.send_bulk_email(**call)


def test_configured_domain_is_verified_at_once(ses: Any) -> None:
    assert ses.create_email_identity(EmailIdentity="studio.example")["VerifiedForSendingStatus"] is True


def test_domain_is_verified_after_the_delay(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(verification_delay_seconds=0)
    ses.create_email_identity(EmailIdentity="now.example")
    simulator.change(verification_delay_seconds=3600)
    ses.create_email_identity(EmailIdentity="later.example")
    verified = {
        name: ses.get_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"]
        for name in ("now.example", "later.example")
    }
    assert verified == {"now.example": True, "later.example": False}


def test_unverified_mail_from_domain_stops_sending_where_it_must(ses: Any, simulator: SimulatorClient) -> None:
    ses.create_email_identity(EmailIdentity="gym.example")
    simulator.verify("gym.example")
    ses.put_email_identity_mail_from_attributes(
        EmailIdentity="gym.example", MailFromDomain="bounce.gym.example", BehaviorOnMxFailure="REJECT_MESSAGE"
    )
    attributes = ses.get_email_identity(EmailIdentity="gym.example")["MailFromAttributes"]
    assert attributes["MailFromDomainStatus"] == "PENDING"
    call = any_simple(FromEmailAddress="a@gym.example")
    assert refused_with(ses.send_email, **call) == ("MailFromDomainNotVerifiedException", 400)
    simulator.verify("gym.example")
    ses.send_email(**call)


def test_mail_from_domain_must_be_below_the_identity(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="gym.example")
    code = refused_with(
        ses.put_email_identity_mail_from_attributes, EmailIdentity="gym.example", MailFromDomain="x.other.example"
    )
    assert code == ("BadRequestException", 400)


@pytest.mark.parametrize("recipient", ["bounce@x.example", "softbounce@x.example", "complaint@x.example"])
def test_feedback_is_mailed_to_the_sender_until_the_identity_says_not(
    ses: Any, simulator: SimulatorClient, recipient: str
) -> None:
    ses.create_email_identity(EmailIdentity="gym.example")
    simulator.verify("gym.example")
    call = any_bulk(any_entry(recipient), FromEmailAddress="Gym <news@gym.example>")
    assert ses.get_email_identity(EmailIdentity="gym.example")["FeedbackForwardingStatus"] is True
    ses.send_bulk_email(**call)
    assert simulator.wait_until_quiet().feedback_mails == 1
    (mailed,) = simulator.feedback_mails("news@gym.example")
    assert mailed["recipient"] == recipient
    ses.put_email_identity_feedback_attributes(EmailIdentity="gym.example", EmailForwardingEnabled=False)
    assert ses.get_email_identity(EmailIdentity="gym.example")["FeedbackForwardingStatus"] is False
    ses.send_bulk_email(**call)
    assert simulator.wait_until_quiet().feedback_mails == 1


def test_feedback_that_no_event_destination_hears_of_is_mailed_all_the_same(
    ses: Any, simulator: SimulatorClient
) -> None:
    ses.create_email_identity(EmailIdentity="gym.example")
    simulator.verify("gym.example")
    ses.put_email_identity_feedback_attributes(EmailIdentity="gym.example", EmailForwardingEnabled=False)
    destination = {"ToAddresses": ["bounce@x.example"]}
    call = any_simple(FromEmailAddress="news@gym.example", Destination=destination)
    del call["ConfigurationSetName"]
    ses.send_email(**call)
    assert simulator.wait_until_quiet().feedback_mails == 1


def test_identity_is_made_once_and_deleted_once(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="a.example")
    assert refused_with(ses.create_email_identity, EmailIdentity="a.example") == ("AlreadyExistsException", 400)
    ses.delete_email_identity(EmailIdentity="a.example")
    assert refused_with(ses.get_email_identity, EmailIdentity="a.example") == ("NotFoundException", 404)
    assert refused_with(ses.delete_email_identity, EmailIdentity="a.example") == ("NotFoundException", 404)


def test_operation_that_is_not_simulated_is_unknown(ses: Any) -> None:
    assert refused_with(ses.list_contact_lists) == ("UnknownOperationException", 404)


def test_everything_but_sending_is_taken_once_a_second(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(control_rate=1)
    ses.get_account()
    with pytest.raises(ses.exceptions.TooManyRequestsException):
        ses.get_account()
    for _ in range(3):
        ses.send_bulk_email(**any_bulk(any_entry()))
