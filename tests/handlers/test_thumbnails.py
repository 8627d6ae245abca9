"""The picture of a template: an image that asks nobody for anything, under an address that can't be guessed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from ariia.domain.content.template import CampaignTemplate
from ariia.services.content.template_drafts import template_draft
from ariia.services.content.thumbnails import drawn
from functions.public_pages import handler as module
from tests.doubles.rendering import DirectRendering
from tests.handlers.pages_world import World, send

_XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(module, "services", lambda: world.services)
    return world


def stored(world: World, **fields: Any) -> CampaignTemplate:
    template = CampaignTemplate(
        "t1", "gym", "Letter", **{"body_template": "<p>Hallo {{ member.first_name }}</p>"} | fields
    )
    assert world.templates.create(template, picture_of(world, template))
    found = world.templates.get("gym", "t1")
    assert found is not None
    return found


def picture_of(world: World, template: CampaignTemplate) -> str:
    tenant = world.tenants.get("gym")
    assert tenant is not None
    return drawn(DirectRendering(), template, template_draft(template, tenant))


def shown(world: World, template: CampaignTemplate, **changes: Any) -> dict[str, Any]:
    token = world.thumbnails.url_of(template).rpartition("/")[2]
    return send("http_get_view", token, rawPath=f"/t/{token}", **changes)


def test_the_picture_shows_the_rendered_template_and_may_be_kept(world: World) -> None:
    answer = shown(world, stored(world, footer_html="<p>Gruß & Kuss&nbsp;<br>{{ tenant.name }}</p>"))
    headers = answer["headers"]
    assert (answer["statusCode"], headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert "immutable" in headers["Cache-Control"]
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]
    root = ElementTree.fromstring(answer["body"])
    text = "".join(root.find(f".//{_XHTML}div").itertext())  # type: ignore[union-attr]
    assert "Hallo Anna" in text
    assert 'Gruß & Kuss\u00a0Gym "Nord" & Söhne' in text


def test_nothing_in_the_picture_acts_or_asks_anybody(world: World) -> None:
    hostile = (
        "<script>alert(1)</script><img src='https://x.example/a.png' alt='Logo' onerror='alert(2)'>"
        "<a href='https://x.example'>Link</a><p style=\"background:url('https://x.example/b.png')\">a</p>"
        "<svg><image href='https://x.example/c.png'/></svg><iframe src='https://x.example'></iframe>"
        "<style>@import 'https://x.example/d.css'</style><b>left <i>open"
    )
    body = shown(world, stored(world, body_template=hostile))["body"]
    root = ElementTree.fromstring(body)
    assert "x.example" not in body
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"script", "img", "iframe", "image", "form", "object"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [one for one in attributes if one.startswith("on") or one in ("href", "src")]
    assert "Logo" in body


def test_an_earlier_versions_address_shows_the_present_one_and_is_not_kept(world: World) -> None:
    template = stored(world)
    earlier = world.thumbnails.url_of(template).rpartition("/")[2]
    template.body_template = "<p>Neu</p>"
    assert world.templates.save(template, picture_of(world, template))
    answer = send("http_get_view", earlier, rawPath=f"/t/{earlier}")
    assert "Neu" in answer["body"]
    assert "immutable" not in answer["headers"]["Cache-Control"]


def test_a_template_that_can_not_be_rendered_shows_its_name(world: World) -> None:
    assert "Letter" in shown(world, stored(world, body_template="{{ nobody.knows }}"))["body"]


@pytest.mark.parametrize("spoilt", ["nonsense", ""])
def test_an_address_that_nobody_signed_shows_nothing(world: World, spoilt: str) -> None:
    stored(world)
    assert send("http_get_view", spoilt, rawPath=f"/t/{spoilt}")["statusCode"] == 404
    view = world.token(purpose="view")
    assert send("http_get_view", view, rawPath=f"/t/{view}")["statusCode"] == 404


def test_only_looking_is_possible(world: World) -> None:
    answer = shown(world, stored(world), method="POST")
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD")
