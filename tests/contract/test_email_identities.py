"""What every EmailIdentities promises; the real one is asked through the provider simulator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ariia.adapters.email.ses_identities import SesIdentities
from ariia.domain.errors import ConflictError, InvalidError, TransientError
from ariia.domain.senders import Verification
from ariia.ports.senders import EmailIdentities
from infra.local.providers.mounts import mounts_of
from infra.local.providers.server.http import ProviderServer
from infra.local.providers.ses.settings import Settings
from infra.local.providers.ses.simulator import Simulator
from tests.doubles.ses_identities import MemoryIdentities


@dataclass
class Provider:
    identities: EmailIdentities
    verify: Callable[[str], object]


class NoTopics:
    """Nothing is sent here, so nothing is published."""

    def publish_batch(self, **_: Any) -> dict[str, Any]:
        return {"Successful": [], "Failed": []}


@pytest.fixture(params=["memory", "simulator"])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    if request.param == "memory":
        memory = MemoryIdentities()
        yield Provider(memory, memory.verify)
        return
    simulator = Simulator(Settings(control_rate=1000), NoTopics())
    server = ProviderServer(mounts_of(simulator), 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    client = boto3.client(
        "sesv2",
        endpoint_url=server.address,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    yield Provider(SesIdentities(client), lambda name: simulator.identities.verify(name, simulator.settings))
    server.shutdown()
    server.server_close()
    simulator.stop()


def test_unknown_domain_is_none(provider: Provider) -> None:
    assert provider.identities.find("gym.example") is None


def test_new_domain_carries_its_tenant_and_waits_for_its_records(provider: Provider) -> None:
    provider.identities.create("gym.example", "t1")
    found = provider.identities.find("gym.example")
    assert found is not None
    assert (found.tenant_id, found.dkim, found.sending_enabled) == ("t1", Verification.PENDING, False)
    assert len(found.dkim_tokens) == 3
    assert found.dkim_zone == "dkim.amazonses.com"
    assert found.feedback_host == "feedback-smtp.eu-central-1.amazonses.com"
    assert found.mail_from_domain is None


def test_creating_again_keeps_the_first_tenant(provider: Provider) -> None:
    provider.identities.create("gym.example", "t1")
    provider.identities.create("gym.example", "t2")
    found = provider.identities.find("gym.example")
    assert found is not None
    assert found.tenant_id == "t1"


def test_verified_domain_may_send(provider: Provider) -> None:
    provider.identities.create("gym.example", "t1")
    for _ in range(2):
        provider.identities.set_mail_from("gym.example", "bounce.gym.example")
    provider.verify("gym.example")
    found = provider.identities.find("gym.example")
    assert found is not None
    assert (found.dkim, found.mail_from, found.sending_enabled) == (Verification.SUCCESS, Verification.SUCCESS, True)
    assert found.mail_from_domain == "bounce.gym.example"


def test_bounces_are_mailed_to_the_sender_until_that_is_stopped(provider: Provider) -> None:
    provider.identities.create("gym.example", "t1")
    found = provider.identities.find("gym.example")
    assert found is not None
    assert found.mails_feedback
    for _ in range(2):
        provider.identities.stop_feedback_mail("gym.example")
    found = provider.identities.find("gym.example")
    assert found is not None
    assert not found.mails_feedback


def test_deleted_domain_is_gone_however_often(provider: Provider) -> None:
    provider.identities.create("gym.example", "t1")
    for _ in range(2):
        provider.identities.delete("gym.example")
    assert provider.identities.find("gym.example") is None


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("BadRequestException", InvalidError),
        ("LimitExceededException", ConflictError),
        ("TooManyRequestsException", TransientError),
        ("AccessDeniedException", ClientError),
    ],
)
def test_refusal_of_the_provider_says_what_to_do_next(code: str, meaning: type[Exception]) -> None:
    class Refusing:
        def create_email_identity(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateEmailIdentity")

    with pytest.raises(meaning):
        SesIdentities(Refusing()).create("gym.example", "t1")
