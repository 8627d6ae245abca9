"""Skeleton + slots = the full render, for every template and member."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ariia.domain.content.sandbox.environment import ContentEnvironment, html_environment, plain_environment
from ariia.domain.content.sandbox.meter import metered
from ariia.domain.content.slots.compiled import CompiledContent, compile_content
from ariia.domain.errors import InvalidError
from tests.unit.content.generated_templates import templates, variables

bounded = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def as_ses_substitutes(skeleton: str, data: str) -> str:
    """SES's simple substitution: one pass over the template, nothing escaped, values never read again."""
    slots = json.loads(data)
    return re.sub(r"\{\{(\w+)\}\}", lambda tag: slots[tag[1]], skeleton)


def reference(environment: ContentEnvironment, source: str, values: dict[str, Any]) -> str | None:
    """Jinja2's own render of the untouched source; None when the template fails."""
    try:
        with metered():
            return environment.from_string(source).render(values)
    except Exception:
        return None


def sent(content: CompiledContent, part: str, values: dict[str, Any]) -> str | None:
    try:
        return as_ses_substitutes(getattr(content.skeleton, part), content.render(values).data)
    except InvalidError:
        return None


def compiled(**parts: str) -> CompiledContent | None:
    try:
        return compile_content(parts.get("subject", "s"), parts.get("html", ""), parts.get("text", "t"))
    except InvalidError:
        return None


@bounded
@given(templates, variables)
@example("a{{ a }}}", {"a": "{{s1}}", "b": 1, "n": 1, "items": [], "member": {}})
@example("{{ a }}}} and {{{ b }} \\{{ a }}", {"a": "}", "b": "{", "n": 1, "items": [], "member": {}})
def test_html_skeleton_with_slots_is_the_full_render(source: str, values: dict[str, Any]) -> None:
    content = compiled(html=source)
    expected = reference(html_environment(), source, values)
    if content is None:
        assert expected is None
        return
    assert sent(content, "html", values) == expected
    if expected is not None:
        assert content.full_render(values).html == expected


@bounded
@given(templates, variables)
def test_text_skeleton_with_slots_is_the_full_render(source: str, values: dict[str, Any]) -> None:
    content = compiled(text=source)
    expected = reference(plain_environment(), source, values)
    if content is None or not source:
        assert expected is None or not source
        return
    assert sent(content, "text", values) == expected


@bounded
@given(templates, variables)
def test_subject_is_one_line_and_agrees_with_its_full_render(source: str, values: dict[str, Any]) -> None:
    content = compiled(subject=source)
    if content is None:
        return
    subject = sent(content, "subject", values)
    if subject is not None:
        assert subject == content.full_render(values).subject
        assert len(subject.splitlines()) <= 1
        assert "\x00" not in subject


@bounded
@given(templates)
@example("{{ a }}} static text")
@example("static text { {%- if a %}y{% endif %}")
@example("static text \\{{ a }}")
@example("{{ a }}} static } text {{ b }}")
def test_skeleton_has_no_braces_that_ses_could_misread(source: str) -> None:
    content = compiled(html=source)
    if content is None:
        return
    without_tags = re.sub(r"\{\{s\d+\}\}", "\x01", content.skeleton.html)
    assert "{{" not in without_tags
    assert "}}" not in without_tags
    assert not re.search(r"[{\\]\x01|\x01\}", without_tags)


@bounded
@given(templates, variables)
def test_derived_text_compiles_or_says_why_not(source: str, values: dict[str, Any]) -> None:
    try:
        compile_content("s", source).render(values)
    except InvalidError as error:
        failure = error
    else:
        return
    assert failure.problems


@pytest.mark.parametrize("part", ["subject", "html", "text"])
@given(st.text(max_size=40))
@bounded
def test_a_value_is_never_substituted_again(part: str, value: str) -> None:
    content = compile_content("{{ a }}", "{{ a }}", "{{ a }}")
    message = content.render({"a": "{{s0}}{{s1}}{{s2}}" + value})
    received = as_ses_substitutes(getattr(content.skeleton, part), message.data)
    assert received.startswith("{{s0}}{{s1}}{{s2}}")
