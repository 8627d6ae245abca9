"""The pages as people see them, in a real browser. Screenshots go to build/screenshots."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

from infra.local.ministack import KEY_ID, REGION, SECRET
from infra.local.providers.client import SimulatorClient
from infra.local.stack import PREFIX, LaptopStack
from infra.paths import ROOT
from tests.browser.chromium import find
from tests.e2e.campaign import SentCampaign
from tests.e2e.members.test_double_opt_in import asks_everybody, links, questions
from tests.e2e.members.test_unsubscribe import unsubscribe_link
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

_SCREENSHOTS = ROOT / "build" / "screenshots"
_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
_DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "is_mobile": False, "has_touch": False}
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LINKS = '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a> <a href="{{ view_url }}">Browser</a></p>'
_HARMLESS = f'<p id="said">Read me</p>{_LINKS}'
_HOSTILE = """
<p id="said">Read me</p>
<script>fetch('/owned-by-script'); document.title = 'owned'</script>
<img src="/owned-by-picture" onerror="document.title = 'owned'; fetch('/owned-by-onerror')">
<svg onload="document.title = 'owned'"></svg>
<iframe srcdoc="<script>parent.document.title = 'owned'</script>"></iframe>
<form action="/owned-by-form" method="post"><button id="form">send</button></form>
<base href="https://elsewhere.example/"><meta http-equiv="refresh" content="0;url=/owned-by-refresh">
<a href="/v1/campaigns">back</a>
"""


@dataclass
class Visit:
    """A page in a window of its own, and the addresses that it asked for."""

    page: Page
    asked: list[str] = field(default_factory=list)

    def dialogs(self, dialog: Dialog) -> None:
        """Closes a dialog, and notes it as something that the page asked for."""
        self.asked.append(f"dialog {dialog.message}")
        dialog.dismiss()


Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    chromium = find()
    # Playwright brings a Node of its own, which needs a library (libatomic) that a small machine lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", shutil.which("node") or "")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium.path, env=dict(chromium.environment), args=_ARGUMENTS
        )
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens an address in a window of its own, of a phone's size where nothing else is said."""
    contexts: list[BrowserContext] = []

    def opened(address: str, **options: Any) -> Visit:
        context = browser.new_context(locale="en-GB", **{**_PHONE, **options})
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.asked.append(request.url))
        visit.page.on("dialog", visit.dialogs)
        visit.page.goto(address)
        return visit

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def letter(laptop: LaptopStack, provider: SimulatorClient) -> tuple[Tenant, SentCampaign]:
    """A hostile newsletter that was sent to three members."""
    tenant = Tenant(laptop, provider, "studio")
    people = [("anna", "en"), ("bea", "en"), ("carla", "de")]
    tenant.has_members({"id": one, "email": f"{one}@pages.example", "language": speaks} for one, speaks in people)
    campaign = tenant.drafts(content_subject="<b>Spring</b> & more", content_html=_HARMLESS).sends().ends()
    _smuggle_in(laptop, tenant, campaign)
    return tenant, campaign


def _smuggle_in(laptop: LaptopStack, tenant: Tenant, campaign: SentCampaign) -> None:
    """What the checks refuse at submit, put beneath them: the page must not rely on them."""
    client = boto3.client("dynamodb", endpoint_url=laptop.aws_endpoint, region_name=REGION,
                          aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET)  # fmt: skip
    table, values = (
        f"{PREFIX}-campaign-parts",
        {":key": {"S": f"{tenant.id}#{campaign.id}"}, ":part": {"S": "content#"}},
    )
    found = client.query(
        TableName=table,
        KeyConditionExpression="campaign_key = :key AND begins_with(part, :part)",
        ExpressionAttributeValues=values,
    )["Items"]
    for item in found:
        document = json.loads(item["document"]["S"])
        client.put_item(TableName=table, Item={**item, "document": {"S": json.dumps(document | {"html": _HOSTILE})}})
    assert found


def _photograph(page: Page, name: str, *, whole: bool = True) -> None:
    page.screenshot(path=_SCREENSHOTS / f"{name}.png", full_page=whole)


def _fits_the_width(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(("member_id", "scripting"), [("anna", True), ("bea", False)])
def test_a_member_unsubscribes_on_the_phone(
    letter: tuple[Tenant, SentCampaign], open_page: Open, member_id: str, scripting: bool
) -> None:
    tenant, campaign = letter
    link = unsubscribe_link(tenant.provider, campaign, member_id)
    visit = open_page(link, java_script_enabled=scripting)
    page = visit.page
    expect(page.get_by_role("heading")).to_have_text("Unsubscribe from Studio Club?")
    button = page.get_by_role("button", name="Unsubscribe")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44, "large enough for a thumb"
    assert _fits_the_width(page)
    _photograph(page, f"unsubscribe-{member_id}-asked")
    assert tenant.member(member_id)["consent"]["email"]["status"] == "granted"
    button.click()
    expect(page.get_by_role("status")).to_contain_text("Studio Club will send you no more e-mails")
    _photograph(page, f"unsubscribe-{member_id}-done")
    assert tenant.member(member_id)["consent"]["email"] == {
        "status": "denied",
        "source": "page",
        "at": tenant.member(member_id)["consent"]["email"]["at"],
        "proof": {},
        "by": None,
    }
    assert set(visit.asked) == {link}


def test_the_page_speaks_the_members_language_and_dark(letter: tuple[Tenant, SentCampaign], open_page: Open) -> None:
    tenant, campaign = letter
    page = open_page(unsubscribe_link(tenant.provider, campaign, "carla"), color_scheme="dark").page
    expect(page.get_by_role("heading")).to_have_text("Von Studio Club abmelden?")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    _photograph(page, "unsubscribe-german-dark")


def test_a_broken_link_says_so(laptop: LaptopStack, open_page: Open) -> None:
    page = open_page(f"{laptop.api_url}/u/nonsense").page
    expect(page.get_by_role("heading")).to_have_text("This link is not valid")
    _photograph(page, "unsubscribe-broken-link")


def test_the_message_in_the_browser_runs_no_script(letter: tuple[Tenant, SentCampaign], open_page: Open) -> None:
    tenant, campaign = letter
    sent = next(one for one in campaign.messages() if one.tags["member"] == "carla")
    text = tenant.provider.message(sent.message_id)["text"]
    address = next(word for word in text.split() if "/v/" in word).strip("<>()[]")
    visit = open_page(address)
    page = visit.page
    expect(page.locator("#said").or_(page.get_by_text("Read me"))).to_be_visible()
    page.wait_for_timeout(500)
    assert page.title() == "<b>Spring</b> & more"
    assert set(visit.asked) == {address}
    assert page.get_by_text("back").get_attribute("href") is None
    assert page.url == address
    _photograph(page, "view-online")
    assert page.locator("script, iframe, form, base, meta[http-equiv]").count() == 0
    assert page.locator("[onerror], [onload], [href^='javascript']").count() == 0


def test_a_member_confirms_on_the_phone_in_their_language(
    laptop: LaptopStack, provider: SimulatorClient, open_page: Open
) -> None:
    tenant = Tenant(laptop, provider, "yoga")
    asks_everybody(tenant)
    for one, language in (("anna", "de"), ("ben", "en")):
        consent = {"email": {"status": "granted", "source": "form"}}
        tenant.api.call("PUT", f"/v1/members/{one}", "editor",
                        {"email": f"{one}@{tenant.id}.example", "language": language, "consent": consent})  # fmt: skip
    asked = eventually(lambda: found if len(found := questions(tenant, provider)) == 2 else None, "both are asked", 90)
    link, _ = links(provider, asked["anna"])
    visit = open_page(link, java_script_enabled=False)
    page = visit.page
    expect(page.get_by_role("heading")).to_have_text("E-Mails von Yoga Club?")
    button = page.get_by_role("button", name="Bestätigen")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44, "large enough for a thumb"
    assert _fits_the_width(page)
    _photograph(page, "confirmation-asked")
    assert tenant.member("anna")["consent"]["email"]["status"] == "pending"
    button.click()
    expect(page.get_by_role("status")).to_contain_text("Yoga Club darf Ihnen E-Mails schicken")
    _photograph(page, "confirmation-done")
    assert tenant.member("anna")["consent"]["email"]["status"] == "granted"
    assert set(visit.asked) == {link}
    tenant.api.call("PUT", "/v1/members/ben", "editor", {"email": f"new@{tenant.id}.example"})
    page = open_page(links(provider, asked["ben"])[0], color_scheme="dark").page
    expect(page.get_by_role("heading")).to_have_text("This link is no longer in use")
    assert page.get_by_role("button").count() == 0
    _photograph(page, "confirmation-void-dark")
    page = open_page(f"{laptop.simulator_url}/?q=anna@{tenant.id}.example", **_DESKTOP).page
    page.get_by_role("link", name="Bitte bestätigen Sie").first.click()
    _photograph(page, "confirmation-mail")


def test_the_reference_lists_every_operation(laptop: LaptopStack, open_page: Open) -> None:
    document = requests.get(f"{laptop.api_url}/openapi.json", timeout=30).json()
    visit = open_page(f"{laptop.api_url}/reference", **_DESKTOP)
    page = visit.page
    text = page.inner_text("body")
    missing = [
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation["summary"] not in text or path not in text
    ]
    assert missing == []
    _photograph(page, "reference-desktop", whole=False)
    assert {one.partition("#")[0] for one in visit.asked} == {f"{laptop.api_url}/reference"}


def test_the_reference_fits_a_phone(laptop: LaptopStack, open_page: Open) -> None:
    page = open_page(f"{laptop.api_url}/reference").page
    assert _fits_the_width(page)
    navigation = page.get_by_role("navigation").bounding_box()
    assert navigation is not None
    assert navigation["height"] < 80, "the page is for reading, not for its menu"
    _photograph(page, "reference-phone", whole=False)


def test_the_inbox_shows_the_message(letter: tuple[Tenant, SentCampaign], laptop: LaptopStack, open_page: Open) -> None:
    page = open_page(f"{laptop.simulator_url}/?q=carla@pages.example", **_DESKTOP).page
    _photograph(page, "inbox")
    page.get_by_role("link", name="<b>Spring</b> & more").first.click()
    expect(page.get_by_text("carla@pages.example").first).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("Read me")).to_be_visible()
    _photograph(page, "inbox-message")
    assert page.title() != "owned"
