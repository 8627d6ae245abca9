"""What every TemplateStore does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ariia.adapters.dynamodb.templates import DynamoTemplates
from ariia.domain.channel import Channel
from ariia.domain.content.template import CampaignTemplate, TemplatePicture
from ariia.domain.errors import TransientError
from ariia.ports.templates import TemplateStore
from tests.doubles.templates import MemoryTemplates


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[TemplateStore]:
    if request.param == "memory":
        yield MemoryTemplates()
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoTemplates()


def any_template(tenant_id: str, template_id: str = "t1", **fields: object) -> CampaignTemplate:
    return CampaignTemplate(template_id, tenant_id, "News", body_template="<p>Hi</p>", **fields)  # type: ignore[arg-type]


def stored(store: TemplateStore, template: CampaignTemplate) -> CampaignTemplate:
    found = store.get(template.tenant_id, template.id)
    assert found is not None
    return found


def test_created_template_reads_back_whole(store: TemplateStore, tenant_id: str) -> None:
    template = any_template(tenant_id, variables_json={"offer": {"type": "string", "required": True}}, is_active=False)
    assert store.create(template)
    assert store.get(tenant_id, "t1") == template
    assert template.version == 1
    assert store.get(f"{tenant_id}x", "t1") is None


def test_taken_id_is_not_created_again(store: TemplateStore, tenant_id: str) -> None:
    store.create(any_template(tenant_id))
    assert not store.create(any_template(tenant_id, description="other"))
    assert stored(store, any_template(tenant_id)).description is None


def test_save_raises_the_version_and_stale_one_changes_nothing(store: TemplateStore, tenant_id: str) -> None:
    store.create(any_template(tenant_id))
    first, second = stored(store, any_template(tenant_id)), stored(store, any_template(tenant_id))
    first.name, second.name, second.is_default = "First", "Second", True
    assert store.save(first)
    assert first.version == 2
    assert not store.save(second)
    assert second.version == 1
    assert store.get(tenant_id, "t1") == first
    assert store.default(tenant_id, Channel.EMAIL) is None


def test_new_default_takes_the_place_of_the_former_of_its_type(store: TemplateStore, tenant_id: str) -> None:
    former, sms = any_template(tenant_id, is_default=True), any_template(tenant_id, "t2", type=Channel.SMS)
    sms.is_default = True
    assert store.create(former)
    assert store.create(sms)
    newer = any_template(tenant_id, "t3")
    assert store.create(newer)
    newer.is_default = True
    assert store.save(newer)
    assert store.default(tenant_id, Channel.EMAIL) == newer
    demoted = stored(store, former)
    assert (demoted.is_default, demoted.version) == (False, 2)
    assert store.default(tenant_id, Channel.SMS) == sms


def test_default_can_be_edited_given_up_and_taken_again(store: TemplateStore, tenant_id: str) -> None:
    template = any_template(tenant_id, is_default=True)
    store.create(template)
    template.name = "Renamed"
    assert store.save(template)
    assert store.default(tenant_id, Channel.EMAIL) == template
    template.is_default = False
    assert store.save(template)
    assert store.default(tenant_id, Channel.EMAIL) is None
    template.is_default = True
    assert store.save(template)
    assert store.default(tenant_id, Channel.EMAIL) == template


def test_deleted_template_is_gone_and_no_default_any_more(store: TemplateStore, tenant_id: str) -> None:
    template = any_template(tenant_id, is_default=True)
    store.create(template)
    stale = stored(store, template)
    store.save(template)
    assert not store.delete(stale)
    assert store.delete(template)
    assert store.get(tenant_id, "t1") is None
    assert store.default(tenant_id, Channel.EMAIL) is None
    assert not store.delete(template)
    assert store.create(any_template(tenant_id, is_default=True))


def test_pages_hold_templates_only_and_in_order(store: TemplateStore, tenant_id: str) -> None:
    for template_id in ("a1", "default", "e1", "z1"):
        store.create(any_template(tenant_id, template_id, is_default=True))
    first = store.page(tenant_id, 2, None)
    assert [one.id for one in first] == ["a1", "default"]
    assert [one.id for one in store.page(tenant_id, 2, "default")] == ["e1", "z1"]
    assert store.page(tenant_id, 2, "z1") == []


def test_templates_that_become_the_default_at_once_leave_one_default(store: TemplateStore, tenant_id: str) -> None:
    templates = [any_template(tenant_id, f"t{number}") for number in range(4)]
    for template in templates:
        store.create(template)

    def promote(template: CampaignTemplate) -> None:
        template.is_default = True
        with contextlib.suppress(TransientError):
            store.save(template)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(promote, templates))
    defaults = [one.id for one in store.page(tenant_id, 10, None) if one.is_default]
    default = store.default(tenant_id, Channel.EMAIL)
    assert default is not None
    assert defaults == [default.id]


def test_a_picture_is_stored_with_its_version_and_goes_with_it(store: TemplateStore, tenant_id: str) -> None:
    template = any_template(tenant_id)
    assert store.picture(tenant_id, "t1") is None
    assert store.create(template, "<svg>first</svg>")
    assert store.picture(tenant_id, "t1") == TemplatePicture("<svg>first</svg>", 1)
    stale = stored(store, template)
    assert store.save(template, "<svg>second</svg>")
    assert not store.save(stale, "<svg>stale</svg>")
    assert store.picture(tenant_id, "t1") == TemplatePicture("<svg>second</svg>", 2)
    assert store.picture(f"{tenant_id}x", "t1") is None
    assert store.save(template)
    assert store.picture(tenant_id, "t1") is None
    assert store.save(template, "<svg>third</svg>")
    assert store.delete(template)
    assert store.picture(tenant_id, "t1") is None


def test_pictures_are_in_no_list_of_templates(store: TemplateStore, tenant_id: str) -> None:
    for number in range(5):
        assert store.create(any_template(tenant_id, f"t{number}", is_default=number == 0), f"<svg>{number}</svg>")
    assert [one.id for one in store.page(tenant_id, 3, None)] == ["t0", "t1", "t2"]
    assert [one.id for one in store.page(tenant_id, 3, "t2")] == ["t3", "t4"]


def test_the_former_default_keeps_its_picture(store: TemplateStore, tenant_id: str) -> None:
    assert store.create(any_template(tenant_id, is_default=True), "<svg>former</svg>")
    assert store.create(any_template(tenant_id, "t2", is_default=True), "<svg>new</svg>")
    assert store.picture(tenant_id, "t1") == TemplatePicture("<svg>former</svg>", 1)
    assert stored(store, any_template(tenant_id)).version == 2


def test_the_largest_template_has_room_for_the_largest_picture(store: TemplateStore, tenant_id: str) -> None:
    template = any_template(tenant_id)
    template.body_template = "x" * 380_000
    assert store.create(template, "y" * 380_000)
    picture = store.picture(tenant_id, "t1")
    assert picture is not None
    assert len(picture.svg) == 380_000
