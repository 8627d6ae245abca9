"""What SES refuses in an account's first days: recipients of the sandbox, and inline templates that say too much."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.providers.client import SimulatorClient
from tests.unit.providers.conftest import any_bulk, any_entry, any_simple
from tests.unit.providers.test_sending import code_of, refusal, statuses

pytestmark = pytest.mark.enable_socket
WORDS = "Email address is not verified. The following identities failed the check in region"


def test_account_in_the_sandbox_writes_to_verified_addresses_and_the_mailbox_simulator_only(
    ses: Any, simulator: SimulatorClient
) -> None:
    assert ses.get_account()["ProductionAccessEnabled"] is True
    simulator.change(sandbox=True)
    assert ses.get_account()["ProductionAccessEnabled"] is False
    error = refusal(ses.send_bulk_email, **any_bulk(any_entry("anna@x.example"), any_entry("bo@y.example")))
    assert code_of(error) == ("MessageRejected", 400)
    assert error.response["Error"]["Message"].startswith(WORDS)
    assert error.response["Error"]["Message"].endswith(": anna@x.example, bo@y.example")
    assert code_of(refusal(ses.send_email, **any_simple("anna@x.example"))) == ("MessageRejected", 400)
    for allowed in ("me@studio.example", "success@simulator.amazonses.com"):
        assert statuses(ses.send_bulk_email(**any_bulk(any_entry(allowed)))) == ["SUCCESS"]
    ses.create_email_identity(EmailIdentity="anna@x.example")
    simulator.verify("anna@x.example")
    assert ses.send_email(**any_simple("anna@x.example"))["MessageId"]


def test_sandbox_refuses_only_the_entry_where_bad_entries_are_refused_alone(
    ses: Any, simulator: SimulatorClient
) -> None:
    simulator.change(sandbox=True, invalid_entries="entry")
    answer = ses.send_bulk_email(**any_bulk(any_entry("anna@x.example"), any_entry("me@studio.example")))
    assert statuses(answer) == ["MESSAGE_REJECTED", "SUCCESS"]
    assert answer["BulkEmailEntryResults"][0]["Error"].startswith(WORDS)


def test_many_identities_are_not_all_named(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(sandbox=True)
    error = refusal(ses.send_bulk_email, **any_bulk(*[any_entry(f"m{number}@x.example") for number in range(20)]))
    assert error.response["Error"]["Message"].endswith(", ...")


@pytest.mark.parametrize(
    "text", ["{{first_name}}", "{{member.name}}", "{{#if s0}}Hi{{/if}}", "{{{s0}}}", "{{first-name}}", "{{ü}}"]
)
def test_inline_template_takes_simple_names_only(ses: Any, simulator: SimulatorClient, text: str) -> None:
    call = any_bulk(any_entry())
    call["DefaultContent"]["Template"]["TemplateContent"]["Text"] = text
    error = refusal(ses.send_bulk_email, **call)
    assert code_of(error) == ("BadRequestException", 400)
    assert error.response["Error"]["Message"] == "Template contains unsupported operations."
    simulator.change(strict_templates=False)
    assert statuses(ses.send_bulk_email(**call)) == ["SUCCESS"]
