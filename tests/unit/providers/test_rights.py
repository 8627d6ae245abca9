"""What a caller may not do is refused as SES refuses it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.providers.client import SimulatorClient, SimulatorError
from tests.unit.providers.conftest import TRACKED, any_bulk, any_entry, any_simple

pytestmark = pytest.mark.enable_socket

SES = "arn:aws:ses:us-east-1:000000000000"
BULK = ["ses:SendBulkEmail", "ses:SendBulkTemplatedEmail"]
RESOURCES = [f"{SES}:identity/*", f"{SES}:template/*", f"{SES}:configuration-set/{TRACKED}"]


def may(simulator: SimulatorClient, actions: list[str], resources: list[str]) -> None:
    """The key that the tests' client signs with is allowed just that."""
    simulator.grant({"test": [{"actions": actions, "resources": resources}]})


def refused(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as told:
        call(**request)
    assert told.value.response["Error"]["Code"] == "AccessDeniedException"
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return str(told.value.response["Error"]["Message"])


def test_callers_that_nobody_spoke_of_may_do_everything(ses: Any, simulator: SimulatorClient) -> None:
    simulator.grant({"another": []})
    ses.send_bulk_email(**any_bulk(any_entry()))
    ses.get_account()


@pytest.mark.parametrize("lacking", RESOURCES)
def test_bulk_call_must_be_allowed_on_everything_that_it_touches(
    ses: Any, simulator: SimulatorClient, lacking: str
) -> None:
    may(simulator, BULK, RESOURCES)
    ses.send_bulk_email(**any_bulk(any_entry()))
    may(simulator, BULK, [one for one in RESOURCES if one != lacking])
    assert lacking.partition("*")[0] in refused(ses.send_bulk_email, **any_bulk(any_entry()))


@pytest.mark.parametrize("lacking", BULK)
def test_bulk_call_needs_the_actions_of_both_apis(ses: Any, simulator: SimulatorClient, lacking: str) -> None:
    may(simulator, [one for one in BULK if one != lacking], RESOURCES)
    assert lacking in refused(ses.send_bulk_email, **any_bulk(any_entry()))


def test_single_message_needs_no_template(ses: Any, simulator: SimulatorClient) -> None:
    may(simulator, ["ses:SendEmail"], [f"{SES}:identity/studio.example", f"{SES}:configuration-set/{TRACKED}"])
    ses.send_email(**any_simple())
    assert "other" in refused(ses.send_email, **any_simple(ConfigurationSetName="other"))


def test_tagged_identity_needs_the_right_to_tag(ses: Any, simulator: SimulatorClient) -> None:
    may(simulator, ["ses:CreateEmailIdentity"], [f"{SES}:identity/*"])
    ses.create_email_identity(EmailIdentity="a.example")
    request = {"EmailIdentity": "b.example", "Tags": [{"Key": "tenant", "Value": "t1"}]}
    assert "ses:TagResource" in refused(ses.create_email_identity, **request)
    refused(ses.get_account)


def test_rights_that_are_none_are_refused(simulator: SimulatorClient) -> None:
    with pytest.raises(SimulatorError):
        simulator.grant({"test": "everything"})
