"""The derived text part says what the HTML says, for every path through the code."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.content.text_part.derive import derive_text
from ariia.domain.errors import InvalidError


def text_of(html: str, **values: Any) -> str:
    return compile_content("s", html).full_render(values).text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo\n"),
        ("<p>One\n   <b>bold</b>,  two</p>", "One bold, two\n"),
        ("a<br>b<br><br>c", "a\nb\n\nc\n"),
        ("<div>a</div><div>b</div>", "a\nb\n"),
        ("<h1>Title</h1><p>x</p><h2>Sub</h2>y", "Title\n=====\n\nx\n\nSub\n---\n\ny\n"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc\n"),
        ("<ol><li>a</li><li><p>b</p></li></ol>", "1. a\n2. b\n"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c\n"),
        ('<a href="https://x.de/?a=1&amp;b=2">Book now</a>!', "Book now (https://x.de/?a=1&b=2)!\n"),
        ('<a href="https://x.de/">https://x.de</a>', "https://x.de\n"),
        ('<a href="mailto:a@x.de">a@x.de</a> <a href="tel:+491">call</a>', "a@x.de call (+491)\n"),
        ('<a href="#top">top</a><a>bare</a>', "topbare\n"),
        ('<a href="https://x.de"><img src="i" alt="Shop"></a><img src="j" alt="">', "Shop (https://x.de)\n"),
        ('<a href="https://x.de"><img src="i"></a>', "https://x.de\n"),
        ("&lt;b&gt; &amp; &euro; &#x1F600; &nbsp;x", "<b> & € 😀 x\n"),
        ("<head><title>t</title><style>a{b}</style></head><script>x</script>y", "y\n"),
        ('<div style="display:none">preheader<div>x</div></div>y', "y\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc\n"),
        ("<!-- comment --><!--[if mso]><p>x</p><![endif]-->y", "y\n"),
        ("a<hr>b", "a\n\n------------------------------\n\nb\n"),
    ],
)
def test_html_becomes_readable_text(html: str, text: str) -> None:
    assert text_of(html) == text


def test_values_are_not_escaped_and_links_keep_their_code() -> None:
    html = '<p>Hi {{ n }}, <a href="{{ url }}">go</a> <a href="https://x.de/?n={{ n }}">{{ n }}</a></p>'
    assert (
        text_of(html, n="A&B", url="https://u.de/?a&b") == "Hi A&B, go (https://u.de/?a&b) A&B (https://x.de/?n=A&B)\n"
    )


def test_loops_and_conditions_keep_their_line_breaks_on_every_path() -> None:
    html = (
        "<p>Hello</p>{% if tags %}<ul>{% for t in tags %}<li>{{ t }}</li>{% endfor %}</ul>"
        "{% else %}<p>none</p>{% endif %}<p>End</p>"
    )
    assert text_of(html, tags=["a", "b"]) == "Hello\n\n- a\n- b\n\nEnd\n"
    assert text_of(html, tags=[]) == "Hello\n\nnone\n\nEnd\n"


def test_inline_end_of_a_loop_s_body_does_not_glue_its_passes() -> None:
    html = "{% for t in tags %}<p>{{ t }}</p>tail{% endfor %}"
    assert text_of(html, tags=["a", "b"]).strip() == "a\n\ntail\n\nb\n\ntail"


def test_macros_sets_and_white_space_control_survive() -> None:
    html = (
        "{% macro row(x) -%} <div>{{ x }}</div> {%- endmacro %}<!-- {% set n = 2 %} -->"
        "<td style='{% if n %}color:red{% endif %}'>{{ row(n) }}</td> {%- set m %}<b>{{ n }}</b>{% endset %} {{ m }}"
    )
    assert text_of(html).split() == ["2", "2"]


def test_condition_left_without_text_leaves_no_trace() -> None:
    assert derive_text("<td style='{% if n %}color:red{% endif %}'>x</td>") == "x\n"


def test_literal_braces_stay_literal() -> None:
    assert (
        text_of("<p>&#123;&#123; x }} and &#123;% if %}{% raw %}{{ y }}{% endraw %}</p>")
        == "{{ x }} and {% if %}{{ y }}\n"
    )


@pytest.mark.parametrize(
    "html",
    [
        '<a {% if x %}href="a"{% else %}href="b"{% endif %}>c</a>',
        "<head>{% macro m() %}text{% endmacro %}</head>{{ m() }}",
        '<div style="display:none">never closed <p>all is lost',
    ],
)
def test_what_can_not_be_derived_asks_for_a_text_part(html: str) -> None:
    with pytest.raises(InvalidError) as failure:
        derive_text(html)
    assert failure.value.problems[0].field == "text"


def test_given_text_is_used_as_it_is() -> None:
    assert compile_content("s", "<p>a</p>", "b {{ x }}").full_render({"x": 1}).text == "b 1"
