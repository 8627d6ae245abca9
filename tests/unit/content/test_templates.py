"""Templates: kept, judged, tried out. Hostile ones meet the real guard."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ariia.adapters.rendering.template_guard import TemplateGuard
from ariia.domain.channel import Channel
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tests.unit.campaigns.campaign_desk import HTML, UNSUBSCRIBE, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def create(desk: Desk, **fields: Any) -> CampaignTemplate:
    return desk.templates.create("gym", "anna", {"name": "Frame", "body_template": HTML} | fields).entity


def test_created_template_reads_back_within_its_tenant_only(desk: Desk) -> None:
    template = create(desk, description="News", variables_json={"offer": "string"})
    assert desk.templates.get("gym", template.id) == template
    assert (template.version, template.created_by, template.is_active) == (1, "anna", True)
    with pytest.raises(NotFoundError):
        desk.templates.get("club", template.id)
    with pytest.raises(ForbiddenError):
        desk.templates.create("ghost", "anna", {"name": "Frame"})


def test_repeated_creation_with_its_key_makes_one_template(desk: Desk) -> None:
    fields = {"name": "Frame", "body_template": HTML}
    first = desk.templates.create("gym", "anna", fields, Creation("key1", "print"))
    again = desk.templates.create("gym", "anna", fields, Creation("key1", "print"))
    assert (first.replayed, again.replayed, again.entity) == (False, True, first.entity)
    with pytest.raises(InvalidError, match="Idempotency-Key"):
        desk.templates.create("gym", "anna", fields, Creation("key1", "other print"))


def test_new_default_replaces_the_former(desk: Desk) -> None:
    first, second = create(desk, is_default=True), create(desk, is_default=True)
    assert not desk.templates.get("gym", first.id).is_default
    assert desk.templates.get("gym", second.id).is_default


def test_inactive_template_can_not_be_the_default(desk: Desk) -> None:
    with pytest.raises(InvalidError, match="inactive"):
        create(desk, is_default=True, is_active=False)
    template = create(desk, is_default=True)
    with pytest.raises(InvalidError, match="inactive"):
        desk.templates.change("gym", template.id, {"is_active": False}, 1)


def test_channel_that_is_not_set_up_has_no_templates(desk: Desk) -> None:
    with pytest.raises(InvalidError) as error:
        create(desk, type=Channel.SMS)
    assert (error.value.problems[0].field, error.value.problems[0].allowed) == ("type", [Channel.EMAIL])


@pytest.mark.parametrize(
    ("fields", "field", "line"),
    [
        ({"header_html": "<h1>\n\n{{ tenant. }}", "body_template": "<p>"}, "header_html", 3),
        ({"header_html": "<h1>", "body_template": "<p>\n{% for x in %}"}, "body_template", 2),
        ({"footer_html": "a\nb\n{{ nickname }}"}, "footer_html", 3),
        ({"body_template": "{{ member.shoe_size }}"}, "body_template", 1),
        ({"body_template": "{{ tenant.__class__ }}"}, "body_template", 1),
        ({"body_template": "{{ ''.__class__.__mro__ }}"}, "body_template", 1),
        ({"body_template": "{% include 'secrets' %}"}, "body_template", 1),
        ({"body_template": "{{ 1|nosuchfilter }}"}, "body_template", 1),
        ({"variables_json": {"member": "string"}}, "variables_json.member", None),
        ({"variables_json": {"price": {"type": "money"}}}, "variables_json.price", None),
        ({"variables_json": {"price": {"type": "number", "default": "much"}}}, "variables_json.price", None),
        ({"body_template": "x" * 400_000}, "body_template", None),
    ],
)
def test_template_that_can_not_be_right_is_refused_with_field_and_line(
    desk: Desk, fields: dict[str, Any], field: str, line: int | None
) -> None:
    with pytest.raises(InvalidError) as error:
        create(desk, **fields)
    assert (field, line) in {(problem.field, problem.line) for problem in error.value.problems}
    assert desk.templates.page("gym", 10, None) == []


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x" + 3 * "{% endfor %}",
        "{{ 'x' * 10000000000 }}",
        "{% set ns = namespace(t='x') %}{% for i in range(1000) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}",
        "{{ '%999999999d' % 1 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__}'.format('') }}",
    ],
)
def test_hostile_template_is_refused_in_bounded_time(body: str) -> None:
    desk = Desk(trial=TemplateGuard())
    started = time.monotonic()
    with pytest.raises(InvalidError) as error:
        create(desk, body_template=body + UNSUBSCRIBE)
    assert time.monotonic() - started < 15
    assert {problem.field for problem in error.value.problems} == {"body_template"}


def test_change_needs_the_present_version_and_is_judged_again(desk: Desk) -> None:
    template = create(desk)
    changed = desk.templates.change("gym", template.id, {"name": "New", "description": None}, 1)
    assert (changed.name, changed.body_template, changed.version) == ("New", HTML, 2)
    with pytest.raises(ConflictError):
        desk.templates.change("gym", template.id, {"name": "Newer"}, 1)
    with pytest.raises(InvalidError):
        desk.templates.change("gym", template.id, {"variables_json": {"a b": "string"}}, 2)
    assert desk.templates.get("gym", template.id) == changed


def test_deleted_template_is_gone(desk: Desk) -> None:
    template = create(desk)
    with pytest.raises(ConflictError):
        desk.templates.delete("gym", template.id, 2)
    with pytest.raises(NotFoundError):
        desk.templates.delete("club", template.id, 1)
    desk.templates.delete("gym", template.id, 1)
    with pytest.raises(NotFoundError):
        desk.templates.get("gym", template.id)


def test_findings_tell_what_a_template_lacks(desk: Desk) -> None:
    template = create(desk, body_template="<p>No way out</p><img src='x.png'>", variables_json={"offer": "string"})
    codes = [finding.code for finding in desk.templates.findings(template)]
    assert codes[0] == "missing_unsubscribe"
    assert {"image_without_alt", "unused_variable", "left_to_members"} <= set(codes)
    assert "empty_subject" not in codes


def test_rendering_shows_what_a_member_would_read(desk: Desk) -> None:
    variables = {"offer": {"type": "string", "default": "Ten for eight"}, "until": {"type": "date", "required": True}}
    body = f"<p>{{{{ member.first_name }}}}: {{{{ offer }}}} until {{{{ until|date }}}}</p>{UNSUBSCRIBE}"
    template = create(desk, body_template=body, variables_json=variables)
    message = desk.templates.render(
        "gym", template.id, "{{ tenant.name }}", {"first_name": "<b>Anna"}, {"until": "2026-03-31"}
    )
    assert message.subject == "Gym Nord"
    assert "&lt;b&gt;Anna: Ten for eight until 31.03.2026" in message.html
    assert "<b>Anna: Ten for eight" in message.text


def test_rendering_takes_a_members_attribute_for_a_variable(desk: Desk) -> None:
    template = create(desk, body_template="<p>{{ locker }}</p>", variables_json={"locker": {"type": "number"}})
    member = {"attributes": {"locker": "17"}}
    assert "<p>17</p>" in desk.templates.render("gym", template.id, "", member, {}).html


@pytest.mark.parametrize(
    ("values", "field"), [({}, "until"), ({"until": "soon"}, "values.until"), ({"nope": 1}, "values.nope")]
)
def test_rendering_without_a_required_value_names_it(desk: Desk, values: dict[str, Any], field: str) -> None:
    template = create(
        desk, body_template="<p>{{ until }}</p>", variables_json={"until": {"type": "date", "required": True}}
    )
    with pytest.raises(InvalidError) as error:
        desk.templates.render("gym", template.id, "", {}, values)
    assert [problem.field for problem in error.value.problems] == [field]


def test_rendering_for_a_member_without_the_field_names_part_and_line(desk: Desk) -> None:
    template = create(desk, header_html="<h1>x</h1>", body_template="<p>\n{{ member.last_name }}</p>")
    with pytest.raises(InvalidError) as error:
        desk.templates.render("gym", template.id, "", {"first_name": "Anna"}, {})
    assert [(problem.field, problem.line) for problem in error.value.problems] == [("body_template", 2)]
