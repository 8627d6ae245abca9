"""Cursors made by hand, at every list of the API, over real adapters: whatever they say, it is the caller's mistake."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.domain.tenants.plan import Plan
from ariia.ports.campaigns import CampaignChange
from functions.api.gate.paging import CursorScope
from functions.api.gate.routing import Operation
from functions.api.operations import all_operations
from tests.handlers.test_api import call, deployed  # noqa: F401
from tests.unit.gate.http import Client, claims

LISTINGS = [one for one in all_operations() if "cursor" in one.query_parameters]
# Places as some list gives them; each is tried at all of them, whole and with each part of it spoilt.
PLACES = (
    "01k9qjz7t2n4h6p8s0v3x5y7ab",
    "3:m0001",
    "0|m|m0001",
    "0:0",
    "1772355600000-a1b2c3d4e5f6|0",
    "1772355600000#01k9qjz7t2n4h6p8s0v3x5y7ab",
    "email-0123456789abcdef0123456789abcdef",
    "2027-01-20T18:00:00",
)
# What a list could give by its form, and never does.
ODD_PLACES = (
    *("0", "z", "zf-aaaaaaaaaaaaaaaaaaaaaaaaaa", "_", "-", "Z" * 64),
    *("9999:m", "0000:", "9999:_", "0|z|z", "9999|m|m", "0||", "0000|m|m", "999999:9999999", "0:9999999"),
    *("9999999999999-z|0", "0000000000000-0|9999", "1772355600000-0|9999", "9999999999999#z", "0000000000000#0"),
    *(
        "z-00000000000000000000000000000000",
        "a-ffffffffffffffffffffffffffffffff",
        "sms-" + "f" * 32,
        "email-" + "f" * 32,
    ),
    *(
        "9999-12-31T23:59:59",
        "0001-01-01T00:00:00",
        "2999-01-01T00:00:00",
        "2027-02-29T09:00:00",
        "2027-01-20T25:00:00",
    ),
)
# Digits that only Python takes for digits, what sorts behind every key, separators alone, and what no text can hold.
SPOILS = ("²", "١", "~", "|", "#", ":", "\x00", "\ud800", " ", "-", "😀", "{{1}}", "9" * 30, "")
NO_PLACES = (
    "",
    "~",
    "~~~~",
    "|",
    "||",
    "x|y",
    "#",
    ":",
    "²|m|m",
    "١:m",
    "9" * 400,
    "a" * 600,
    "null",
    "\ud800",
    "'; --",
)
DOCUMENTS: tuple[Any, ...] = (
    [],
    {},
    [1, 2],
    ["a"],
    ["a", "b", "c"],
    [None, None],
    {"a": 1, "b": 2},
    "ab",
    5,
    None,
    [["a"], "b"],
)
RAW = (
    "x",
    "====",
    "%",
    "é",
    "W10",
    "bnVsbA",
    "a" * 1024,
    "a" * 1025,
    "-_-_",
    base64.urlsafe_b64encode(b"[" * 700).decode(),
)


def spoilt() -> Iterator[str]:
    for place in PLACES:
        for at in (0, len(place) // 2, len(place)):
            for spoil in SPOILS:
                yield place[:at] + spoil + place[at + 1 :]
                yield place[:at] + spoil


CORPUS = list(dict.fromkeys((*PLACES, *ODD_PLACES, *NO_PLACES, *spoilt())))


class Lists:
    """A tenant that has one of everything that can be listed."""

    def __init__(self) -> None:
        tenant = DynamoTenants().get("gym")
        assert tenant is not None
        tenant.plan = Plan.ENTERPRISE
        assert DynamoTenants().save(tenant)
        admin = self.client = Client(call, claims("gym", "admin"))
        campaign = admin.post("/v1/campaigns", {"name": "Spring"}).body["id"]
        series = {
            "name": "News",
            "rule": {"rrule": "FREQ=DAILY", "starts_on": f"{date.today()}", "local_time": "09:00"},
        }
        self.ids = {
            "campaign_id": campaign,
            "series_id": admin.post("/v1/series", series).body["id"],
            "segment_id": admin.post("/v1/segments", {"name": "Chosen", "is_dynamic": False}).body["id"],
            "import_id": admin.post("/v1/imports", {"format": "csv"}).body["id"],
        }
        store = DynamoCampaigns()
        planned = store.get("gym", campaign)
        assert planned is not None
        planned.shards = 16
        assert store.save(CampaignChange(planned))

    def path(self, operation: Operation) -> str:
        path = operation.path
        for name, one in self.ids.items():
            path = path.replace(f"<{name}>", one)
        assert "<" not in path, f"the test has nothing for {operation.path}"
        return path + ("?member_id=m0001&" if operation.path == "/v1/follow-ups" else "?")


def client_of(operation: Operation) -> Client:
    return Client(call, claims("gym", "platform" if operation.path == "/v1/tenants" else "admin"))


@pytest.fixture
def scopes(monkeypatch: pytest.MonkeyPatch) -> list[CursorScope]:
    """The scopes that lists made of late: a forger knows how their checksum is made."""
    made: list[CursorScope] = []
    after = CursorScope.after

    def noted(scope: CursorScope, cursor: str | None) -> str | None:
        made.append(scope)
        return after(scope, cursor)

    monkeypatch.setattr(CursorScope, "after", noted)
    return made


def forged(scope: CursorScope, place: str) -> str | None:
    """As anybody can make one; None for what has no checksum, as it is no text that could be encoded."""
    try:
        return scope.cursor(place)
    except UnicodeEncodeError:
        return base64.urlsafe_b64encode(json.dumps([place, "0" * 12]).encode()).decode().rstrip("=")


@pytest.mark.usefixtures("deployed")
def test_no_cursor_that_somebody_made_is_a_fault_of_ours(scopes: list[CursorScope]) -> None:
    lists, tried = Lists(), 0
    for operation in LISTINGS:
        client, path = client_of(operation), lists.path(operation)
        assert client.get(path.rstrip("?&")).status == 200, path
        scope = scopes[-1]
        documents = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in DOCUMENTS)
        cursors = {one for one in (*(forged(scope, place) for place in CORPUS), *documents, *RAW) if one}
        for cursor in sorted(cursors):
            answered = client.get(f"{path}cursor={cursor}")
            tried += 1
            assert answered.status in (200, 422), (operation.path, cursor, answered.body)
            if answered.status == 422:
                assert answered.body["problems"][0]["field"] == "cursor", answered.body
    assert len(LISTINGS) >= 16
    assert tried > 300 * len(LISTINGS)


@pytest.mark.usefixtures("deployed")
def test_a_forged_cursor_does_not_list_the_containers_of_single_messages(scopes: list[CursorScope]) -> None:
    lists = Lists()
    lists.client.get("/v1/campaigns")
    for place in ("z", "zzzz", "zt-aaaaaaaaaaaaaaaaaaaaaaaaaa", "~~~~"):
        assert lists.client.get(f"/v1/campaigns?cursor={scopes[0].cursor(place)}").status == 422


def test_every_operation_that_answers_a_page_with_more_takes_a_cursor_and_none_is_forgotten() -> None:
    assert {one.path for one in LISTINGS} >= {
        *("/v1/audit", "/v1/campaigns", "/v1/follow-ups", "/v1/imports", "/v1/imports/<import_id>/rejected"),
        *("/v1/members", "/v1/erasures", "/v1/campaigns/<campaign_id>/recipients", "/v1/segments"),
        *("/v1/segments/<segment_id>/members", "/v1/series", "/v1/series/<series_id>/occurrences"),
        *("/v1/series/<series_id>/campaigns", "/v1/suppressions", "/v1/templates", "/v1/tenants"),
    }
