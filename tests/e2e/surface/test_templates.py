"""Templates that are made to take long, wherever they are run; and what a viewer may do with one."""

from __future__ import annotations

import time

import pytest
import requests

from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.campaign import BODY
from tests.e2e.tenant import Tenant

_LOOPS = "{% for a in range(9999) %}{% for b in range(9999) %}STEP{% endfor %}{% endfor %}"
_BOMB = "{% set t = 'a' * 150000 %}" + _LOOPS.replace("STEP", "{% set x = 'ab' in t %}")
_HIDDEN = f"{{% macro bomb() %}}{_BOMB}{{% endmacro %}}{{% if member.attributes.evil %}}{{{{ bomb() }}}}{{% endif %}}"
# Generous, as the machine may be busy: these took the function's whole time, and the gateway's.
_SOON_SECONDS = 15


@pytest.fixture(scope="module")
def tenant(laptop: LaptopStack, provider: SimulatorClient) -> Tenant:
    return Tenant(laptop, provider, "writers")


def test_rendering_asks_for_the_right_to_write_and_ends_soon_whatever_it_is_given(tenant: Tenant) -> None:
    template = tenant.api.post("/v1/templates", {"name": "T", "body_template": BODY + _HIDDEN}, "editor")
    path = f"/v1/templates/{template['id']}/render"
    assert tenant.answer("POST", path, "viewer", {}).status == 403
    assert "Hello you" in tenant.answer("POST", path, "editor", {}).body["html"]
    for body in ({"subject": _BOMB}, {"member": {"attributes": {"evil": 1}}}):
        refused = tenant.answer("POST", path, "agent", body)
        assert (refused.status, refused.seconds < _SOON_SECONDS) == (422, True), refused
    picture = requests.get(template["thumbnail_url"], timeout=30)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert "Hello Anna" in picture.text


def test_a_member_who_sets_it_off_gets_no_message_and_all_others_get_theirs(tenant: Tenant) -> None:
    people = [{"id": one, "email": f"{one}@{tenant.id}-members.example"} for one in ("anna", "ben", "eve")]
    tenant.has_members([*people[:2], people[2] | {"attributes": {"evil": 1}}])
    online = '<a href="{{ view_url }}">Online</a>'
    campaign = tenant.drafts(content_html=BODY + online + _HIDDEN).sends().ends().agrees()
    assert campaign.statuses() == {"delivered": 2, "failed": 1}
    [failed] = [one for one in campaign.recipients() if one["status"] == "failed"]
    assert (failed["member_id"], "more work than one message" in failed["error_message"]) == ("eve", True)
    sent = next(one for one in campaign.messages() if one.tags["member"] == "anna")
    text = tenant.provider.message(sent.message_id)["text"]
    address = next(word for word in text.split() if "/v/" in word).strip("<>()[]")
    assert requests.get(address, timeout=30).status_code == 200
    tenant.api.call("PUT", "/v1/members/anna", "editor", {"attributes": {"evil": 1}})
    started = time.monotonic()
    assert requests.get(address, timeout=30).status_code == 404
    assert time.monotonic() - started < _SOON_SECONDS


def test_what_takes_long_to_read_is_refused_with_its_place(tenant: Tenant) -> None:
    macros = "".join(f"{{% macro m{number}() %}}{{% endmacro %}}" for number in range(6_000))
    for source, line in ((f"a\n{{{{ {'9' * 5_000} }}}}", 2), (macros, None)):
        refused = tenant.answer("POST", "/v1/templates", "agent", {"name": "T", "body_template": source})
        assert (refused.status, refused.fields, refused.seconds < _SOON_SECONDS) == (422, {"body_template"}, True)
        assert line in (None, refused.body["problems"][0]["line"])
