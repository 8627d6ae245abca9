"""Declared variables: what may be declared, and where each takes its value from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.content.variables.declarations import Variable, VariableType, VariableValues, parse_variables
from ariia.domain.content.variables.roots import campaign_view, clean, member_view, tenant_view
from ariia.domain.errors import InvalidError


def test_list_and_mapping_declare_the_same() -> None:
    listed = parse_variables([{"name": "offer", "type": "string", "default": "10 %", "required": True}, {"name": "n"}])
    mapped = parse_variables({"offer": {"type": "string", "default": "10 %", "required": True}, "n": "string"})
    assert listed == mapped == (Variable("offer", VariableType.STRING, "10 %", True), Variable("n"))
    assert parse_variables(None) == parse_variables([]) == ()


@pytest.mark.parametrize(
    "entry",
    [
        "offer",
        {"type": "string"},
        {"name": "1st"},
        {"name": "has space"},
        {"name": "for"},
        {"name": "member"},
        {"name": "unsubscribe_url"},
        {"name": "x" * 65},
        {"name": "x", "type": "money"},
        {"name": "x", "type": ["string"]},
        {"name": "x", "required": "yes"},
        {"name": "x", "unknown": 1},
        {"name": "x", "type": "number", "default": "many"},
        {"name": "x", "type": "url", "default": "javascript:alert(1)"},
    ],
)
def test_wrong_declaration_is_named(entry: Any) -> None:
    with pytest.raises(InvalidError) as failure:
        parse_variables([{"name": "fine"}, entry])
    assert failure.value.problems[0].field == "variables_json[1]"


def test_every_wrong_declaration_is_reported_at_once() -> None:
    with pytest.raises(InvalidError) as failure:
        parse_variables({"a": "money", "b": "string", "c": {"default": []}})
    assert [problem.field for problem in failure.value.problems] == ["variables_json.a", "variables_json.c"]


@pytest.mark.parametrize(
    "declared", ["text", 5, [{"name": "x"}, {"name": "x"}], [{"name": f"v{i}"} for i in range(101)]]
)
def test_declaration_of_another_shape_is_refused(declared: Any) -> None:
    with pytest.raises(InvalidError):
        parse_variables(declared)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("string", 5, "5"),
        ("string", "a\x00b", "ab"),
        ("number", "12", 12),
        ("number", "12.5", 12.5),
        ("boolean", "yes", True),
        ("boolean", "0", False),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("date", "2026-03-01T10:30:00", datetime(2026, 3, 1, 10, 30)),
        ("url", "https://example.com/?a=1", "https://example.com/?a=1"),
    ],
)
def test_text_is_read_as_the_type(kind: str, given: Any, value: Any) -> None:
    values = VariableValues(parse_variables({"x": kind}), {}).of({"x": given})
    assert values == {"x": value}
    assert type(values["x"]) is type(value)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("string", [1]),
        ("string", True),
        ("number", True),
        ("number", "nan"),
        ("number", "1e999"),
        ("number", "9" * 50),
        ("boolean", "perhaps"),
        ("date", "01.03.2026"),
        ("date", 20260301),
        ("url", "ftp://example.com"),
        ("url", "https://"),
        ("url", "https://exa mple.com"),
        ("url", "//example.com"),
    ],
)
def test_value_of_another_type_names_the_variable(kind: str, given: Any) -> None:
    with pytest.raises(InvalidError, match="'x'"):
        VariableValues(parse_variables({"x": kind}), {}).of({"x": given})
    with pytest.raises(InvalidError, match="'x'"):
        VariableValues(parse_variables({"x": kind}), {"x": given})


def test_value_comes_from_campaign_then_member_then_default() -> None:
    variables = parse_variables({"a": {"default": "default"}, "b": {"default": "default"}, "c": {"default": "default"}})
    values = VariableValues(variables, {"a": "campaign"})
    assert values.of({"a": "member", "b": "member"}) == {"a": "campaign", "b": "member", "c": "default"}


def test_one_member_s_values_do_not_stay_for_the_next() -> None:
    values = VariableValues(parse_variables({"a": "string"}), {})
    assert values.of({"a": "first"}) == {"a": "first"}
    assert values.of({}) == {}


def test_required_variable_without_value_is_an_error_that_names_it() -> None:
    values = VariableValues(parse_variables({"offer": {"required": True}}), {"offer": ""})
    with pytest.raises(InvalidError, match="'offer'") as failure:
        values.of({"offer": None})
    assert failure.value.problems[0].field == "offer"


def test_campaign_value_of_an_undeclared_variable_is_refused() -> None:
    with pytest.raises(InvalidError, match="'typo' is not declared"):
        VariableValues(parse_variables({"offer": "string"}), {"typo": "x"})


def test_optional_variable_without_value_works_with_a_default_in_the_template() -> None:
    values = VariableValues(parse_variables({"offer": "string"}), {}).of({})
    assert compile_content("s", "{{ offer|default('none') }}", "t").full_render(values).html == "none"
    with pytest.raises(InvalidError):
        compile_content("s", "{{ offer }}", "t").render(values)


def test_member_view_holds_only_known_fields_that_have_a_value() -> None:
    view = member_view({"id": "m", "first_name": "", "last_name": None, "consent": {"email": 1}, "password": "x"})
    assert view == {"id": "m", "tags": [], "attributes": {}}


def test_empty_attribute_counts_as_missing() -> None:
    member = member_view({"id": "m", "attributes": {"plan": "", "trainer": None, "n": 0}})
    content = compile_content("s", "{{ member.attributes.plan|default('none') }} {{ member.attributes.n }}", "t")
    assert content.full_render({"member": member}).html == "none 0"


def test_what_no_mail_can_carry_is_removed_from_texts() -> None:
    member = member_view(
        {"id": "m", "first_name": "A\x00n\ud800na\x1b", "attributes": {"k\x00": ["x\x07", {"y": "\ufffe"}]}}
    )
    assert member["first_name"] == "Anna"
    assert member["attributes"] == {"k": ["x", {}]}
    member["first_name"].encode()


def test_line_breaks_tabs_emoji_and_direction_marks_stay() -> None:
    text = "a\tb\nc 👩\u200d👧 \u202eabc\u202c"
    assert clean(text) == text


def test_views_of_tenant_and_campaign_are_plain_and_limited() -> None:
    assert tenant_view({"id": "t", "name": "Gym", "secret": "x"}) == {"id": "t", "name": "Gym"}
    assert campaign_view({"id": "c", "name": "May", "status": "draft"}) == {"id": "c", "name": "May"}


def test_bottomless_attributes_are_cut_off() -> None:
    bottomless: dict[str, Any] = {}
    bottomless["again"] = bottomless
    assert "again" in clean(bottomless)
