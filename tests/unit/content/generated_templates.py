"""Strategies for whole Jinja2 templates and for members with hostile data."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = [
    "{{s1}}",
    "{{s0}}{{s2}}",
    "</script><b>",
    "{% for %}",
    "{# x",
    "\x00",
    "a\r\nBcc: x@y",
    "\u202eabc\u202c",
    "\U0001f469\u200d\U0001f467",
    "}}",
    "{",
    "\\",
    "x" * 5000,
    "",
    "'\"&<>",
    "\ufdd01\ufdd1",
]
values = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.integers(-99, 99))
variables = st.fixed_dictionaries(
    {
        "a": values,
        "b": values,
        "n": st.integers(0, 4),
        "items": st.lists(values, max_size=4),
        "member": st.fixed_dictionaries(
            {"first_name": values, "tags": st.lists(st.sampled_from(HOSTILE), max_size=3)},
            optional={"last_name": values},
        ),
    }
)

_TEXTS = [
    "plain",
    "<p class='x'>Hello there, dear reader</p>\n",
    "@media(max-width:1px){a{b:c}}",
    "{ ",
    "}",
    "}} static text after braces",
    "} x { ",
    "static text before a backslash\\",
    "{% raw %}static text before a brace{{% endraw %}",
    "static text before a brace that white space control brings near { ",
    "\n  ",
    " ",
    "é 😀 \u202e",
    "a somewhat longer static text }}} in braces {",
]
_EXPRESSIONS = [
    "a",
    "b|upper",
    "n",
    "n + 1",
    "items|length",
    "items|join(', ')",
    "items|map('string')|sort|first|default('none')",
    "member.first_name",
    "member.last_name",
    "member.last_name|default('friend')",
    "'{{'",
    "'}}' ~ a",
    "a ~ '{' ~ n",
    "a if n > 1 else b",
    "items[0]|default('-')",
    "'%s/%s'|format(a, n)",
    "a|replace('{', '[')",
    "member.tags|join('}}')",
    "v|default('unset')",
    "ns.x",
    "m(a)",
    "m(a, n)|upper",
    "range(n)|list|length",
    "a|e",
    "a|string|truncate(9)",
]
_CONDITIONS = ["a", "n > 1", "items", "n is even", "member.last_name", "a == b", "not b", "'{' in a|string"]
_PROLOGUE = "{% macro m(x, y='d') %}<i>{{ x }}</i>{{ y }}{% endmacro %}{% set ns = namespace(x=0) %}"
_dash = st.sampled_from(["", "-"])


def _tag(body: str) -> st.SearchStrategy[str]:
    return st.builds(lambda left, right: f"{{%{left} {body} {right}%}}", _dash, _dash)


_atoms = st.one_of(
    st.sampled_from(_TEXTS),
    st.builds(lambda left, e, right: f"{{{{{left} {e} {right}}}}}", _dash, st.sampled_from(_EXPRESSIONS), _dash),
    st.builds(lambda e: f"{{% set v = {e} %}}", st.sampled_from(_EXPRESSIONS)),
    st.just("{% set ns.x = ns.x + 1 %}"),
    st.just("{# a comment {{ a }} #}"),
    st.just("{% raw %}{{ a }} {% if %} }}{% endraw %}"),
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    condition, expression = st.sampled_from(_CONDITIONS), st.sampled_from(_EXPRESSIONS)
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% endif %}}".format, condition, inner),
        st.builds(
            "{{% if {} %}}{}{{%- elif {} -%}}{}{{% else %}}{}{{% endif %}}".format,
            condition,
            inner,
            condition,
            inner,
            inner,
        ),
        st.builds("{{% for x in items %}}{}{{{{ loop.index }}}}{{{{ x }}}}{{% endfor %}}".format, inner),
        st.builds("{{% for x in range(n) if x != 1 %}}{}{{% else %}}{}{{%- endfor %}}".format, inner, inner),
        st.builds("{{% for x in items %}}{{% set ns.x = ns.x + 1 %}}{}{{% endfor %}}".format, inner),
        st.builds("{{% set v %}}{}{{% endset %}}{{{{ v }}}}".format, inner),
        st.builds("{{% filter upper %}}{}{{% endfilter %}}".format, inner),
        st.builds("{{% with v = {} %}}{}{{% endwith %}}".format, expression, inner),
        st.builds(
            "{{% macro k() %}}{}{{{{ caller() }}}}{{% endmacro %}}{{% call k() %}}{}{{% endcall %}}".format,
            inner,
            inner,
        ),
        st.builds("".join, st.lists(inner, max_size=4)),
    )


_block = st.just("{% block inner scoped %}{{ n }} block{% endblock %}{{ self.inner() }}")
templates = st.builds(
    lambda prologue, parts, block, rest: prologue + "".join([*parts, block, *rest]),
    st.sampled_from([_PROLOGUE, "Static first. " + _PROLOGUE]),
    st.lists(st.one_of(_atoms, _compound(_atoms), _compound(_compound(_atoms))), min_size=1, max_size=6),
    st.one_of(st.just(""), _block),
    st.lists(_atoms, max_size=8),
)
