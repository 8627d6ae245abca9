"""Nothing of Python is within a template's reach."""

from __future__ import annotations

import pytest

from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.content.variables.roots import member_view
from ariia.domain.errors import InvalidError

VARIABLES = {
    "member": member_view({"id": "m", "first_name": "Anna", "tags": ["a", "b"], "attributes": {"n": 3}}),
    "items": [1, 2],
}

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''['__cla' ~ 'ss__'] }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ dict.mro() }}",
    "{{ dict.__base__ }}",
    "{{ dict.fromkeys('ab') }}",
    "{{ range.__class__ }}",
    "{{ member.__init__.__globals__ }}",
    "{{ member.get.__self__ }}",
    "{{ member.pop('id') }}",
    "{{ member.update({'id': 'x'}) }}",
    "{{ member.tags.append('x') }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{0.__class__}'.format_map({'0': 1}) }}",
    "{% set f = ''.format %}{{ f() }}",
    "{{ ['{0.__class__}']|map('format', 1)|list|first.__class__ }}",
    "{{ '%s'|format(member.__class__) }}",
    "{{ items|map(attribute='__class__')|list|join }}",
    "{{ items|map('attr', '__class__')|list|join }}",
    "{{ items|selectattr('__class__')|list|join }}",
    "{{ items|sort(attribute='__class__')|join }}",
    "{{ items|groupby('__class__')|list|join }}",
    "{{ items|sum(attribute='__class__') }}",
    "{{ (items|map('string')).gi_frame.f_globals }}",
    "{{ (items|map('string')).gi_code }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__ }}",
    "{% for x in items %}{{ loop._iterable }}{% endfor %}",
    "{% for x in items %}{{ loop.__class__ }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% set ns = namespace() %}{{ ns.__init__ }}",
    "{% set ns = namespace() %}{{ ns._Namespace__attrs }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__ }}",
    "{{ joiner.__init__ }}",
    "{{ nothing.__class__ }}",
    "{{ member.attributes.missing.__class__ }}",
    "{{ member.first_name.encode() }}",
    "{{ member.first_name.translate({}) }}",
    "{{ (1).to_bytes(1, 'big') }}",
    "{{ (1.5).hex() }}",
    "{{ items|random }}",
    "{{ member|pprint }}",
    "{{ member }}",
    "{{ items|map('upper') }}",
    "{{ range }}",
    "{{ namespace }}",
    "{% include 'x' %}",
    "{% include ['a', 'b'] ignore missing %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% if false %}{% extends member.first_name %}{% endif %}",
]


@pytest.mark.parametrize("part", ["html", "text", "subject"])
@pytest.mark.parametrize("template", ESCAPES)
def test_template_can_not_leave_the_sandbox(template: str, part: str) -> None:
    sources = {"subject": "s", "html": "h", "text": "t"} | {part: template}
    with pytest.raises(InvalidError) as failure:
        compile_content(**sources).render(VARIABLES)
    assert failure.value.problems[0].field == part


@pytest.mark.parametrize(
    "template",
    ["{{ name|safe }}", "{% autoescape false %}{{ name }}{% endautoescape %}", "{{ name|urlize }}"],
)
def test_what_would_switch_escaping_off_is_refused(template: str) -> None:
    with pytest.raises(InvalidError):
        compile_content("s", template, "t")


@pytest.mark.parametrize(
    "template",
    [
        "{{ name }}",
        "{{ name|upper }}",
        "{{ [name]|join(', ') }}",
        "{{ '%s'|format(name) }}",
        "{{ 'x%s' % name }}",
        "{{ name|replace('a', name) }}",
        "{{ '-' ~ name ~ '-' }}",
        "{% set x %}{{ name }}{% endset %}{{ x }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(name) }}",
        "{{ name|truncate(500) }}{{ name|center(9) }}{{ name|indent }}{{ name|wordwrap(500) }}",
        "{{ name|string|striptags }}",
        "{{ name.upper() }}{{ 'x'.join([name, name]) }}{{ 'q'.replace('q', name) }}",
        "{% filter lower %}{{ name }}{% endfilter %}",
        "{{ {'a': name}|xmlattr }}",
        "{{ name|tojson }}",
    ],
)
def test_hostile_text_stays_escaped_in_html(template: str) -> None:
    name = "<script>alert('x')</script>\"&"
    html = compile_content("s", template, "t").full_render({"name": name}).html
    assert "<script" not in html.lower()


def test_nothing_is_escaped_in_subject_and_text() -> None:
    content = compile_content("{{ a }} {{ a|e }}", "", "{{ a }} {{ a|escape }}")
    message = content.full_render({"a": "Tom & Jerry's"})
    assert message.subject == message.text == "Tom & Jerry's Tom & Jerry's"


def test_a_member_s_own_attribute_wins_over_a_method_of_that_name() -> None:
    member = member_view({"id": "m", "attributes": {"items": "yoga mat", "keys": "2"}})
    content = compile_content("s", "{{ member.attributes.items }} {{ member.attributes.keys }}", "t")
    assert content.full_render({"member": member}).html == "yoga mat 2"


def test_what_members_data_need_is_there() -> None:
    template = (
        "{{ member.first_name.upper() }} {{ member.tags|join(', ') }} {{ day|date('%-d.%m.%Y') }} "
        "{% for key, value in member.attributes.items() %}{{ key }}={{ value }}{% endfor %} "
        "{{ member.attributes.n * 2 }} {{ 'ab'.ljust(3) }}| {{ member.attributes.get('x', 'none') }} "
        "{% for t in member.tags %}{{ loop.index }}/{{ loop.length }}{{ loop.cycle('a', 'b') }} {% endfor %}"
    )
    variables = VARIABLES | {"day": "2026-03-09"}
    html = compile_content("s", template, "t").full_render(variables).html
    assert html == "ANNA a, b 9.03.2026 n=3 6 ab | none 1/2a 2/2b "


@pytest.mark.parametrize("value", ["range", "namespace()", "self.b", "m", "member", "items", "dict", "loop"])
@pytest.mark.parametrize(
    "expression",
    [
        *("VALUE|string", "VALUE|upper", "VALUE|lower", "VALUE|title", "VALUE|capitalize", "VALUE|trim", "VALUE|e"),
        *("VALUE|escape", "VALUE|forceescape", "VALUE|truncate", "VALUE|wordcount", "VALUE|wordwrap", "VALUE|indent"),
        *("VALUE|center", "VALUE|striptags", "VALUE|replace('a', 'b')", "VALUE|format", "['a', VALUE]|join"),
        *("['a', 'b']|join(VALUE)", "[('a', VALUE)]|urlencode", "{'a': VALUE}|xmlattr", "'a'|replace('a', VALUE)"),
        *("'%s'|format(VALUE)", "'%s' % VALUE", "'a' ~ VALUE", "''.join([VALUE])", "VALUE is upper"),
    ],
)
def test_nothing_makes_text_of_what_can_not_be_printed(expression: str, value: str) -> None:
    """It would show Python's objects with their addresses in memory."""
    before = "{% macro m() %}{% endmacro %}{% block b %}{% endblock %}"
    template = f"{before}{{% for x in items %}}{{{{ {expression.replace('VALUE', value)} }}}}{{% endfor %}}"
    with pytest.raises(InvalidError):
        compile_content("s", template, "t").render(VARIABLES)


@pytest.mark.parametrize("source", ["{{ '\\x00' }}", "{{ '\\ud800' }}", "{{ '%c' % 0 }}", "{{ '%c'|format(55296) }}"])
def test_no_expression_makes_a_character_that_no_message_can_carry(source: str) -> None:
    for part in ("subject", "html", "text"):
        with pytest.raises(InvalidError):
            compile_content(**({"subject": "s", "html": "h", "text": "t"} | {part: source})).render({})
