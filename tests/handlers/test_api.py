"""The HTTP API as Lambda calls it: from a cold start, over real adapters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.models import TABLES, use_prefix
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.bootstrap.api import ApiServices
from ariia.domain.tenants.tenant import Tenant
from functions.api.gate import dependencies
from functions.api.handler import handler
from tests.handlers.context import LambdaContext
from tests.unit.gate.http import Client, claims

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "ARIIA_STAGE": "test",
    "ARIIA_TABLE_PREFIX": "handler-api",
    "ARIIA_SHARDS": "16",
    "ARIIA_PUBLIC_BASE_URL": "https://api.example.com",
    "ARIIA_CAMPAIGN_RUN_ARN": "arn:aws:states:eu-central-1:123456789012:stateMachine:run",
    "ARIIA_UPLOADS_BUCKET": "uploads",
    "ARIIA_JOB_CONCURRENCY": "4",
    "ARIIA_COUNT_AUDIENCE_ARN": "arn:aws:lambda:eu-central-1:123456789012:function:count-audience",
    "ARIIA_RECOUNT_STATISTICS_ARN": "arn:aws:lambda:eu-central-1:123456789012:function:recount-statistics",
    "ARIIA_SCHEDULE_GROUP": "test",
    "ARIIA_SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/schedules",
    "ARIIA_SCHEDULE_DLQ_ARN": "arn:aws:sqs:eu-central-1:123456789012:dead-letters",
    "ARIIA_EMAIL_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/email",
    "ARIIA_REVISIT_GROUP": "test-revisits",
    "ARIIA_REVISIT_FUNCTIONS_ARN": "arn:aws:lambda:eu-central-1:123456789012:function:test-",
    "ARIIA_REVISIT_ROLE_ARN": "arn:aws:iam::123456789012:role/revisits",
    "ARIIA_REVISIT_DLQ_ARN": "arn:aws:sqs:eu-central-1:123456789012:dead-letters",
    "ARIIA_SIGNING_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:signing",
    "ARIIA_CONFIGURATION_SET": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
NEVER_AT_START = ("openai", "requests", "aws_cdk", "moto")


def call(event: dict[str, Any], _: object) -> dict[str, Any]:
    answered: dict[str, Any] = handler(event, LambdaContext())
    return answered


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    caches = (dependencies.settings, dependencies.services, dynamodb_client)
    tables_before = {model: model.Meta.table_name for model in TABLES}
    with mock_aws():
        for cache in caches:
            cache.cache_clear()
        use_prefix(ENVIRONMENT["ARIIA_TABLE_PREFIX"])
        for model in TABLES:
            model.create_table(wait=True, billing_mode="PAY_PER_REQUEST")
        DynamoTenants().create(Tenant("gym", "Gym Nord"))
        DynamoTenants().create(Tenant("club", "Club Süd"))
        yield
    # What runs after this in the same process has its tables and its endpoint again.
    for model, name in tables_before.items():
        model.Meta.table_name, model._connection = name, None
    for cache in (*caches, process_connection):
        cache.cache_clear()


@pytest.mark.usefixtures("deployed")
def test_campaign_is_made_and_read_back_through_the_handler() -> None:
    editor = Client(call, claims("gym", "editor"))
    body = {
        "name": "Spring",
        "content_html": "<p>Hello</p>",
        "target_type": "tags",
        "target_filter_json": {"any": ["a"]},
    }
    made = editor.post("/v1/campaigns", body, Idempotency_Key="k")
    assert (made.status, made.body["version"]) == (201, 1), made.body
    again = editor.post("/v1/campaigns", body, Idempotency_Key="k")
    assert (again.body, again.headers["Idempotent-Replayed"]) == (made.body, "true")
    assert editor.get(made.headers["Location"]).body == made.body
    assert [one["id"] for one in editor.get("/v1/campaigns").body["items"]] == [made.body["id"]]
    assert Client(call, claims("club", "admin")).get(made.headers["Location"]).status == 404


@pytest.mark.usefixtures("deployed")
def test_valid_token_of_a_tenant_that_there_is_not_begins_nothing() -> None:
    nobody = Client(call, claims("nobody", "admin"))
    refused = nobody.post("/v1/members", {"id": "m1", "email": "anna@members.example"})
    assert (refused.status, refused.body["detail"]) == (403, "the tenant that the token names is not set up")
    assert DynamoMembers(16).get("nobody", "m1") is None


@pytest.mark.usefixtures("deployed")
def test_gate_answers_before_any_service_is_built() -> None:
    assert Client(call, None).get("/v1/campaigns").status == 401
    assert Client(call, claims("gym", "viewer")).post("/v1/campaigns", {"name": "x"}).status == 403
    assert Client(call, claims("gym", "viewer")).get("/v1/nowhere").status == 404
    assert Client(call, None).get("/openapi.json").status == 200
    assert dependencies.services.cache_info().currsize == 0


def services_of(kind: type[ApiServices]) -> dict[str, str]:
    """The type of every service, by its name."""
    members = [one for each in kind.__mro__ for one in vars(each).items()]
    made = {name: member.func for name, member in members if isinstance(member, cached_property)}
    return {name: make.__annotations__["return"] for name, make in made.items() if not name.startswith("_")}


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(("name", "kind"), services_of(ApiServices).items(), ids=list(services_of(ApiServices)))
def test_every_service_is_made_when_it_is_asked_for(name: str, kind: str) -> None:
    made = getattr(dependencies.services(), name)
    assert type(made).__name__ == kind
    assert getattr(dependencies.services(), name) is made


@pytest.mark.usefixtures("deployed")
def test_reading_a_campaign_makes_no_client_but_that_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, make, made = Client(call, claims("gym", "viewer")), boto3.client, set[str]()

    def noted(service: str, **how: Any) -> Any:
        made.add(service)
        return make(service, **how)

    monkeypatch.setattr(boto3, "client", noted)
    assert viewer.get("/v1/campaigns").status == 200
    assert viewer.get("/v1/campaigns/01k9qjz7t2n4h6p8s0v3x5y7ab").status == 404
    assert made <= {"dynamodb"}


def test_importing_the_handler_touches_no_aws_and_loads_nothing_heavy() -> None:
    """In a process of its own, without settings, credentials or region."""
    code = (
        "import sys, boto3\n"
        "boto3.client = boto3.resource = lambda *a, **k: sys.exit('a client was made')\n"
        "import functions.api.handler\n"
        f"print([name for name in {NEVER_AT_START!r} if name in sys.modules])"
    )
    # This checkout's own sources, and not another one's that is installed.
    sources = f"{ROOT / 'layers/ariia/python'}:{ROOT}"
    environment = {"PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true", "PYTHONPATH": sources}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
