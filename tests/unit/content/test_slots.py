"""What a compiled content looks like, sends and says when it fails."""

from __future__ import annotations

import json

import pytest
from jinja2 import DictLoader

from ariia.domain.content.sandbox.environment import ContentEnvironment, html_environment
from ariia.domain.content.sandbox.meter import metered
from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.content.slots.splitting import split
from ariia.domain.errors import InvalidError


def test_slots_are_numbered_over_the_three_parts_together() -> None:
    content = compile_content("Hi {{ a }}", "<p>Dear reader {{ a }}</p>", "Dear reader {{ a }}")
    assert content.skeleton.subject == "Hi {{s0}}"
    assert content.skeleton.html == "<p>Dear reader {{s1}}</p>"
    assert content.skeleton.text == "Dear reader {{s2}}"
    assert content.render({"a": "<x>"}).slots == {"s0": "<x>", "s1": "&lt;x&gt;", "s2": "<x>"}


def test_slots_are_plain_text_and_their_size_is_what_travels() -> None:
    message = compile_content("s", "{{ a }}", "t").render({"a": 'é"'})
    assert {type(text) for text in message.slots.values()} == {str}
    assert json.loads(message.data) == message.slots
    assert message.size == len(json.dumps(message.data).encode())


def test_static_content_is_not_rendered_for_each_recipient() -> None:
    message = compile_content("s", "<p>static</p>", "static").render({})
    assert message.slots == {}


def test_braces_of_a_style_sheet_cost_one_constant_and_not_the_style_sheet() -> None:
    css = "<style>@media (max-width:1px){a{b:c}}\n@media print{d{e:f}}</style>" + "<p>static text</p>" * 50
    content = compile_content("s", css + "{{ a }}", "t")
    message = content.render({"a": "x"})
    assert sorted(message.slots.values()) == ["x", "}}"]
    assert content.full_render({"a": "x"}).html == css + "x"


def test_short_text_between_two_values_joins_their_slot() -> None:
    content = compile_content("s", "{{ a }}, {{ b }}", "t")
    assert content.skeleton.html == "{{s0}}"
    assert content.render({"a": 1, "b": 2}).slots == {"s0": "1, 2"}


def test_assignments_and_macros_do_not_cut_static_text() -> None:
    content = compile_content("s", "static one{% set x = 1 %}{% macro m() %}{% endmacro %}static two{{ x }}", "t")
    assert content.skeleton.html == "static onestatic two{{s0}}"


def test_inherited_template_is_one_slot() -> None:
    environment = ContentEnvironment(autoescape=True)
    environment.loader = DictLoader({"base": "<b>{% block body %}{% endblock %}</b>"})
    tree = environment.parse("{% extends 'base' %}{% block body %}long static text {{ a }}{% endblock %}")
    part = split(environment, tree, "html")
    with metered():
        assert part.slots({"a": "x"}) == ["<b>long static text x</b>"]


@pytest.mark.parametrize("value", ["a\r\nBcc: evil@example.com", "a\nb", "a\x0bb", "a\u2028b", "a\x85b"])
def test_subject_can_not_break_its_header(value: str) -> None:
    content = compile_content("\n {{ a }}\r\n{% if a %}\n!{% endif %}", "h", "t")
    message = content.render({"a": value})
    for subject in (content.skeleton.subject, *message.slots.values(), content.full_render({"a": value}).subject):
        assert len(subject.splitlines()) <= 1


def test_failure_names_part_and_line() -> None:
    content = compile_content("s", "<p>\n{{ a }}\n{{ member.last_name }}</p>", "t")
    with pytest.raises(InvalidError) as failure:
        content.render({"a": 1, "member": {"first_name": "Anna"}})
    [problem] = failure.value.problems
    assert (problem.field, problem.line) == ("html", 3)
    assert "last_name" in problem.message


def test_failure_inside_a_macro_names_the_line_of_the_macro_s_body() -> None:
    content = compile_content("s", "{% macro m(x) %}\n{{ 1 / x }}\n{% endmacro %}\n\n{{ m(0) }}", "t")
    with pytest.raises(InvalidError) as failure:
        content.render({})
    assert failure.value.problems[0].line == 2


@pytest.mark.parametrize("template", ["{{ none }}", "{{ member.get('x') }}", "{{ 'a' ~ none }}", "{{ typo }}"])
def test_nobody_reads_a_blank_or_the_word_none(template: str) -> None:
    with pytest.raises(InvalidError):
        compile_content("s", template, "t").render({"member": {}})


def test_missing_field_may_be_tested_but_an_unknown_name_may_not() -> None:
    member = {"first_name": "Anna"}
    content = compile_content("s", "{% if member.last_name %}a{% else %}b{% endif %}{{ member.x == 'gold' }}", "t")
    assert content.full_render({"member": member}).html == "bFalse"
    with pytest.raises(InvalidError, match="'typo' is unknown"):
        compile_content("s", "{% if typo %}a{% endif %}", "t").render({})


def test_message_without_html_and_text_is_refused() -> None:
    with pytest.raises(InvalidError):
        compile_content("s", "", "")


def test_text_only_message_has_an_empty_html_part() -> None:
    assert compile_content("s", "", "Hello").skeleton.html == ""


def test_rendering_needs_a_meter() -> None:
    with pytest.raises(LookupError):
        html_environment().from_string("{% for a in [1] %}{% endfor %}").render()
