"""What is made for each recipient is what their message's templates read."""

from __future__ import annotations

import pytest

from ariia.domain.content.sandbox.environment import html_environment
from ariia.domain.content.sandbox.syntax import parse
from ariia.domain.content.variables.roots import LINKS, MEMBER_FIELDS
from ariia.domain.content.variables.use import EVERYTHING, TemplateUse, use_of


def use(*sources: str) -> TemplateUse:
    return use_of([parse(html_environment(), source, "html") for source in sources])


def test_fields_and_links_of_all_parts_are_used() -> None:
    found = use("{{ member.first_name }} {{ unsubscribe_url }}", "{{ member['last_name']|upper }}{{ visits }}")
    assert found == TemplateUse(frozenset({"unsubscribe_url"}), frozenset({"first_name", "last_name"}))


def test_what_is_in_branches_and_macros_is_used() -> None:
    source = "{% macro m(x) %}{{ member.city }}{{ view_url }}{% endmacro %}{{ member.tags }}"
    assert use(source) == TemplateUse(frozenset({"view_url"}), MEMBER_FIELDS)
    assert use("{% if member.email %}{{ member.attributes.visits }}{% endif %}").member_fields == {
        "email",
        "attributes",
    }


@pytest.mark.parametrize(
    "source",
    [
        "{{ member|length }}",
        "{% set m = member %}{{ m.first_name }}",
        "{{ member.get('first_name') }}",
        "{% for name in member %}{{ member[name] }}{% endfor %}",
        "{{ member.first_name }}{{ member.items()|length }}",
    ],
)
def test_a_member_who_is_used_in_any_other_way_is_shown_whole(source: str) -> None:
    assert use(source).member_fields == MEMBER_FIELDS


def test_nothing_read_is_nothing_made() -> None:
    assert use("<p>Hello</p>") == TemplateUse(frozenset(), frozenset())
    assert TemplateUse(LINKS, MEMBER_FIELDS) == EVERYTHING
