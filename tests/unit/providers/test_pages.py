"""The inbox."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.providers.client import SimulatorClient
from infra.local.providers.server.http import ProviderServer
from tests.unit.providers.conftest import any_bulk, any_entry, any_simple

pytestmark = pytest.mark.enable_socket
EVIL = '"><script>alert(1)</script>'


def get(server: ProviderServer, path: str) -> tuple[str, Any]:
    with urllib.request.urlopen(server.address + path) as response:
        return response.read().decode(), response.headers


def test_inbox_lists_newest_first_and_searches(ses: Any, server: ProviderServer) -> None:
    ses.send_bulk_email(**any_bulk(any_entry("anna@x.example", "m1"), any_entry("bo@x.example", "m2", s0="Bo")))
    page, _ = get(server, "/")
    assert page.index("bo@x.example") < page.index("anna@x.example")
    page, _ = get(server, "/?q=anna")
    assert "anna@x.example" in page
    assert "bo@x.example" not in page
    assert "Nothing found" in get(server, "/?q=nobody")[0]
    assert "c1" in get(server, "/?q=c1")[0]


def test_inbox_is_paged(ses: Any, server: ProviderServer) -> None:
    for start in (0, 50):
        ses.send_bulk_email(**any_bulk(*[any_entry(f"a{start + n:03d}@x.example", "m") for n in range(50)]))
    ses.send_email(**any_simple("last@x.example"))
    first, third = get(server, "/")[0], get(server, "/?page=3")[0]
    assert "Page 1 of 3, 101 messages" in first
    assert len(re.findall(r'href="/messages/', first)) == 50
    assert ("a000@x.example" in first, "a000@x.example" in third) == (False, True)
    assert "Page 3 of 3" in get(server, "/?page=99")[0]


def test_everything_is_escaped(ses: Any, simulator: SimulatorClient, server: ProviderServer) -> None:
    call = any_bulk(any_entry('"x" <a+open@x.example>', s0=EVIL))
    call["DefaultContent"]["Template"]["Headers"] = [{"Name": "X-Evil", "Value": EVIL}]
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    simulator.wait_until_quiet()
    for path in ("/", f"/messages/{message_id}", "/?" + urlencode({"q": EVIL})):
        page, headers = get(server, path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_message_html_is_as_sent_and_can_do_nothing(ses: Any, server: ProviderServer) -> None:
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Html": {"Data": "<script>alert(1)</script><b>Hi</b>"}}}}
    message_id = ses.send_email(**any_simple(Content=content))["MessageId"]
    page, _ = get(server, f"/messages/{message_id}")
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame is not None
    assert "allow-scripts" not in frame[0]
    assert "allow-same-origin" not in frame[0]
    body, headers = get(server, f"/messages/{message_id}/html")
    assert body.endswith("<script>alert(1)</script><b>Hi</b>")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script" not in policy


def test_message_page_shows_parts_headers_tags_and_events(
    ses: Any, simulator: SimulatorClient, server: ProviderServer
) -> None:
    call = any_bulk(any_entry("a+botopen+complaint@x.example"), TenantName="tenant-1", ReplyToAddresses=["r@x.example"])
    call["DefaultContent"]["Template"]["Headers"] = [{"Name": "List-Id", "Value": "studio-list"}]
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    simulator.wait_until_quiet()
    page, _ = get(server, f"/messages/{message_id}")
    for text in (
        "Hello Anna",
        "List-Id",
        "studio-list",
        "tenant-1",
        "r@x.example",
        "opened by a scanner",
        "complained",
    ):
        assert text in page
    assert "isBotEvent" in page


def test_rendering_failure_has_a_page_too(ses: Any, simulator: SimulatorClient, server: ProviderServer) -> None:
    call = any_bulk(any_entry())
    call["DefaultContent"]["Template"]["TemplateContent"]["Text"] = "{{gone}}"
    message_id = ses.send_bulk_email(**call)["BulkEmailEntryResults"][0]["MessageId"]
    simulator.wait_until_quiet()
    assert "Attribute &#39;gone&#39; is not present" in get(server, f"/messages/{message_id}")[0]
    assert "rendering failure" in get(server, "/")[0]


def test_buttons_of_the_message_page_act(ses: Any, simulator: SimulatorClient, server: ProviderServer) -> None:
    message_id = ses.send_bulk_email(**any_bulk(any_entry()))["BulkEmailEntryResults"][0]["MessageId"]
    with urllib.request.urlopen(f"{server.address}/messages/{message_id}/act", b"action=open") as response:
        assert response.url.endswith(f"/messages/{message_id}#events")
    assert simulator.wait_until_quiet().occurred["Open"] == 1
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.address}/messages/{message_id}/act", b"action=explode")
    assert refused.value.code == 400
    refused.value.close()


def test_unknown_page_is_not_found(server: ProviderServer) -> None:
    for path in ("/nothing", "/messages/none", "/messages/none/html"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(server, path)
        assert refused.value.code == 404
        refused.value.close()


def test_search_with_half_a_surrogate_or_nul_is_answered(server: ProviderServer) -> None:
    for query in ("%ED%A0%80", "%00", "%FF"):
        assert "Nothing found" in get(server, f"/?q={query}")[0]
