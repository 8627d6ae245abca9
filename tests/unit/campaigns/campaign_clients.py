"""The campaign and template routes over the in-memory desk, for any caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ariia.settings import ApiSettings
from functions.api.campaigns import action_routes as campaign_actions
from functions.api.campaigns import routes as campaigns
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import Operation, RouteTable
from functions.api.statistics import routes as statistics
from functions.api.templates import routes as templates
from tests.unit.campaigns.campaign_desk import HTML, Desk
from tests.unit.gate.http import Client, claims

SETTINGS = ApiSettings(
    stage="test",
    table_prefix="test",
    shards=16,
    public_base_url="https://api.example.com",
    campaign_run_arn="arn",
    uploads_bucket="bucket",
    count_audience_arn="arn:function:count-audience",
    recount_statistics_arn="arn:function:recount-statistics",
    job_concurrency=4,
    schedule_group="test",
    schedule_role_arn="arn:aws:iam::0:role/schedules",
    schedule_dlq_arn="arn:aws:sqs:eu-central-1:0:schedules",
    email_queue_url="queue",
    revisit_group="group",
    revisit_functions_arn="arn:function:",
    revisit_role_arn="arn",
    revisit_dlq_arn="arn",
    signing_secret_arn="secret",
    configuration_set="set",
)
OPERATIONS = [
    *campaigns.routes.operations,
    *campaign_actions.routes.operations,
    *statistics.routes.operations,
    *templates.routes.operations,
]


class Api:
    """The application on a desk of its own."""

    def __init__(self, operations: Sequence[Operation] = OPERATIONS, **desk: Any) -> None:
        self.desk = Desk(**desk)
        self.application = Application(RouteTable(operations), lambda: SETTINGS)
        self.application.resolver.dependency_overrides[dependencies.services] = lambda: self.desk

    def as_role(self, role: str = "admin", tenant: str = "gym", subject: str = "anna") -> Client:
        """A client with one role."""
        return Client(self.application.answer, claims(tenant, role, subject))

    def draft(self, **fields: Any) -> dict[str, Any]:
        """A campaign that is ready to be submitted, as answered."""
        body = {"name": "Spring", "content_subject": "Hi", "content_html": HTML} | fields
        answered = self.as_role("editor").post("/v1/campaigns", body)
        assert answered.status == 201, answered.body
        made: dict[str, Any] = answered.body
        return made

    def approved(self) -> dict[str, Any]:
        """An approved campaign, as answered."""
        path = f"/v1/campaigns/{self.draft()['id']}"
        submitted = self.as_role("editor").post(f"{path}/submit").body["submitted_hash"]
        answered = self.as_role("approver", subject="ben").post(f"{path}/approve", {"submitted_hash": submitted})
        assert answered.status == 200, answered.body
        made: dict[str, Any] = answered.body
        return made
