"""The gate and the problem answers, on an application made for the test."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from ariia.domain.errors import ConflictError, InvalidError, Limit, LimitError, NotFoundError, Problem, TransientError
from ariia.settings import ApiSettings
from functions.api.gate.answers import created, found
from functions.api.gate.application import Application
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch
from functions.api.gate.fields import RequestModel, ResponseModel
from functions.api.gate.routing import Routes, RouteTable
from functions.api.gate.versions import expected_version
from tests.unit.gate.http import Client, claims, event, read

routes = Routes("Things")
FAILURES: dict[str, Exception] = {
    "invalid": InvalidError("no", problems=[Problem("body", "is odd", value="{{", allowed="text", line=3)]),
    "missing": NotFoundError("there is no such thing"),
    "conflict": ConflictError("too late"),
    "limit": LimitError(
        "1 broadcast a month; 1 used", Limit("broadcasts", "starter", 1, 1, 0, 1_800_000_000_000, "professional")
    ),
    "transient": TransientError("again"),
    "bug": ValueError("secret: anna@example.com"),
}


class Thing(RequestModel):
    name: str
    size: int = 1
    extra: dict[str, Any] = Field(default_factory=dict)
    version: int | None = None


class ThingView(ResponseModel):
    name: str
    tenant: str


@routes.post("/v1/things", Permission.DRAFT, "Create a thing", status=201)
def create_thing(thing: Thing, caller: CurrentCaller, key: IdempotencyKey = None) -> Response[ThingView]:
    return created(ThingView(name=thing.name + (key or ""), tenant=caller.tenant_id), "/v1/things/1", 1)


@routes.get("/v1/things", Permission.READ, "List things")
def list_things(caller: CurrentCaller, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Response[ThingView]:
    return found(ThingView(name=str(limit), tenant=caller.tenant_id))


@routes.patch("/v1/things/<thing_id>", Permission.DRAFT, "Change a thing")
def change_thing(thing_id: str, thing: Thing, caller: CurrentCaller, if_match: IfMatch = None) -> Response[ThingView]:
    version = expected_version(if_match, thing.version)
    return found(ThingView(name=f"{thing_id}@{version}", tenant=caller.tenant_id), version)


@routes.post("/v1/things/<thing_id>/approve", Permission.REVIEW, "Approve a thing")
def approve_thing(thing_id: str) -> Response[ThingView]:
    return found(ThingView(name=thing_id, tenant="t"))


@routes.get("/v1/failures/<name>", Permission.READ, "Fail")
def fail(name: str) -> Response[ThingView]:
    raise FAILURES[name]


@routes.get("/v1/garbled", Permission.READ, "Answer what the schema does not allow")
def garbled() -> Response[ThingView]:
    return found({"name": 1})  # type: ignore[arg-type]


@routes.get("/open", None, "Public")
def public_page() -> Response[ThingView]:
    return found(ThingView(name="open", tenant=""))


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
application = Application(RouteTable(routes.operations), lambda: SETTINGS)


def client(role: str = "admin", **changes: str) -> Client:
    return Client(application.answer, claims(role=role) | changes)


def test_request_that_fits_is_answered_with_version_and_location() -> None:
    answered = client().post("/v1/things", {"name": "x"})
    assert (answered.status, answered.body) == (201, {"name": "x", "tenant": "gym"})
    assert (answered.headers["ETag"], answered.headers["Location"]) == ('"1"', "/v1/things/1")


def test_unknown_and_wrong_fields_are_named_with_value_and_what_is_allowed() -> None:
    answered = client().post("/v1/things", {"size": "big", "colour": "red", "name": 5})
    assert (answered.status, answered.headers["Content-Type"]) == (422, "application/problem+json")
    assert answered.body["type"] == "https://api.example.com/reference#problem-invalid"
    assert answered.body["instance"] == "/v1/things"
    problems = {problem["field"]: problem for problem in answered.body["problems"]}
    assert problems["colour"]["message"] == "is not a known field"
    assert (problems["size"]["value"], problems["size"]["allowed"]) == ("big", "an integer")
    assert (problems["name"]["value"], problems["name"]["allowed"]) == (5, "a string")


def test_misspelt_query_parameter_is_refused_and_limit_is_bounded() -> None:
    answered = client().get("/v1/things?limt=3")
    assert (answered.status, answered.body["problems"][0]["field"]) == (422, "limt")
    answered = client().get("/v1/things?limit=101")
    assert (answered.status, answered.body["problems"][0]["allowed"]) == (422, "at most 100")


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/things/a/b/c", "/"])
def test_unknown_path_is_404(path: str) -> None:
    assert client().get(path).status == 404


def test_wrong_method_is_405_and_names_the_right_ones() -> None:
    answered = client().delete("/v1/things")
    assert (answered.status, answered.headers["Allow"]) == (405, "GET, POST")


def test_path_parameter_that_can_be_no_id_is_404() -> None:
    assert client().patch("/v1/things/a%23b", {"name": "x"}, If_Match='"1"').status == 404


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[1]",
        '"text"',
        '{"name": "a", "name": "b"}',
        '{"name": NaN}',
        '{"name": "x", "extra": {"a": 1e999}}',
        '{"name": "x", "extra": {"a": "\\ud800"}}',
        '{"name": "x", "extra": ' + '{"a":' * 100 + "1" + "}" * 101,
        '{"name": "x", "extra": ' + "[" * 100_000,
        '{"name": ' + "9" * 5000 + "}",
    ],
)
def test_body_that_is_no_sound_json_object_is_400(body: str) -> None:
    answered = client().post("/v1/things", body)
    assert (answered.status, answered.body["type"].rpartition("#")[2]) == (400, "problem-bad-request")


def test_paired_surrogates_are_text() -> None:
    answered = client().post("/v1/things", '{"name": "\\ud83d\\ude00"}')
    assert (answered.status, answered.body["name"]) == (201, "😀")


def test_body_that_is_not_utf8_is_400() -> None:
    request = event("POST", "/v1/things", "x", claimed=claims())
    request |= {"body": base64.b64encode(b'{"name": "\xff"}').decode(), "isBase64Encoded": True}
    assert read(application.answer(request, LambdaContext())).status == 400


def test_base64_body_is_read() -> None:
    request = event("POST", "/v1/things", "x", claimed=claims())
    request |= {"body": base64.b64encode(b'{"name": "x"}').decode(), "isBase64Encoded": True}
    assert read(application.answer(request, LambdaContext())).status == 201


@pytest.mark.parametrize("encoded", [False, True])
def test_body_over_five_megabytes_is_413(encoded: bool) -> None:
    text = json.dumps({"name": "x" * 5 * 1024 * 1024})
    request = event("POST", "/v1/things", text, claimed=claims())
    if encoded:
        request |= {"body": base64.b64encode(text.encode()).decode(), "isBase64Encoded": True}
    assert read(application.answer(request, LambdaContext())).status == 413


def test_body_of_another_media_type_is_415() -> None:
    assert client().post("/v1/things", "name=x", Content_Type="application/x-www-form-urlencoded").status == 415


@pytest.mark.parametrize("declared", ["APPLICATION/JSON", "application/json;charset=UTF-8", "Application/Json ; x=y"])
def test_media_type_is_read_as_rfc_9110_has_it(declared: str) -> None:
    assert client().post("/v1/things", {"name": "x"}, Content_Type=declared).status == 201


def test_body_that_is_nested_without_end_is_told_so() -> None:
    answered = client().post("/v1/things", '{"name": ' + "[" * 100_000)
    assert "nested deeper than 64" in answered.body["detail"]


def test_missing_body_is_422() -> None:
    assert client().post("/v1/things").status == 422


def test_body_where_none_is_taken_is_refused() -> None:
    assert client().post("/v1/things/t1/approve", {"force": True}).status == 400
    assert client().post("/v1/things/t1/approve", {}).status == 200


def test_role_is_checked_before_content() -> None:
    answered = client("viewer").post("/v1/things", "{")
    assert (answered.status, answered.body["detail"]) == (403, "this needs the role editor or admin or agent")


def test_viewer_cannot_approve_and_approver_can() -> None:
    assert client("viewer").post("/v1/things/t1/approve").status == 403
    assert client("agent").post("/v1/things/t1/approve").status == 403
    assert client("editor").post("/v1/things/t1/approve").status == 403
    assert client("approver").post("/v1/things/t1/approve").status == 200


def test_request_without_authorizer_claims_is_401() -> None:
    assert Client(application.answer, None).get("/v1/things").status == 401


@pytest.mark.parametrize("tenant", ["", "a#b", "x" * 65])
def test_token_without_a_proper_tenant_is_403(tenant: str) -> None:
    assert client(**{"custom:tenant_id": tenant}).get("/v1/things").status == 403


def test_public_operation_needs_no_token() -> None:
    assert Client(application.answer, None).get("/open").status == 200


def test_change_without_version_is_428_and_if_match_or_version_will_do() -> None:
    assert client().patch("/v1/things/t1", {"name": "x"}).status == 428
    assert client().patch("/v1/things/t1", {"name": "x"}, If_Match='"7"').body["name"] == "t1@7"
    assert client().patch("/v1/things/t1", {"name": "x", "version": 8}).body["name"] == "t1@8"
    differing = client().patch("/v1/things/t1", {"name": "x", "version": 8}, If_Match='"7"')
    assert (differing.status, differing.body["problems"][0]["field"]) == (422, "version")
    assert client().patch("/v1/things/t1", {"name": "x"}, If_Match="*").status == 422


@pytest.mark.parametrize(
    ("name", "status", "extra"),
    [
        (
            "invalid",
            422,
            {"problems": [{"field": "body", "message": "is odd", "value": "{{", "allowed": "text", "line": 3}]},
        ),
        ("missing", 404, {}),
        ("conflict", 409, {}),
        (
            "limit",
            402,
            {
                "feature": "broadcasts",
                "plan": "starter",
                "limit": 1,
                "used": 1,
                "reserved": 0,
                "resets_at": "2027-01-15T08:00:00.000Z",
                "lifted_by": "professional",
            },
        ),
        ("transient", 503, {}),
    ],
)
def test_each_failure_of_the_engine_has_its_status(name: str, status: int, extra: dict[str, Any]) -> None:
    answered = client().get(f"/v1/failures/{name}")
    assert (answered.status, answered.body["status"]) == (status, status)
    assert extra.items() <= answered.body.items()


def test_unexpected_error_is_answered_and_logged_without_detail(caplog: pytest.LogCaptureFixture) -> None:
    answered = client().get("/v1/failures/bug")
    logged = str([vars(record) for record in caplog.records])
    assert (answered.status, answered.body["correlation_id"]) == (500, "req-1")
    assert "anna@example.com" not in json.dumps(answered.body) + logged
    assert "ValueError" in logged
    assert "test_application.py" in logged


def test_answer_that_breaks_its_own_schema_is_500() -> None:
    assert client().get("/v1/garbled").status == 500


def test_idempotency_key_may_hold_a_comma() -> None:
    assert client().post("/v1/things", {"name": "x"}, Idempotency_Key="a,b").body["name"] == "xa,b"
