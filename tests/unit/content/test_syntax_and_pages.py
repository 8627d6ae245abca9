"""Refusing what is no template, and making tenants' HTML safe for our own pages."""

from __future__ import annotations

import pytest

from ariia.domain.content.sandbox.environment import html_environment
from ariia.domain.content.sandbox.syntax import MAX_SOURCE_BYTES, parse
from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.content.web_safe import sanitize_html
from ariia.domain.errors import InvalidError


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n\n{% if x %}", 3),
        ("{{ a b }}", 1),
        ("\n{% endfor %}", 2),
        ("\n{% for x %}{% endfor %}", 2),
        ("\n\n\n{{ x|nosuch }}", 4),
        ("\n{% if x is nosuch %}{% endif %}", 2),
        ("a\nb\x00c", 2),
        ("a\nb\ud800", 2),
        ("\n{% include 'x' %}", 2),
        ("\n\n{% autoescape false %}{% endautoescape %}", 3),
        ("{% break %}", 1),
        ("{{ 'unclosed }}", 1),
    ],
)
@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_error_names_part_and_line(source: str, line: int, part: str) -> None:
    if part == "subject":
        source = "x" + source  # a subject's own first and last lines are cut off
    with pytest.raises(InvalidError) as failure:
        compile_content(**({"subject": "s", "html": "h", "text": "t"} | {part: source}))
    [problem] = failure.value.problems
    assert (problem.field, problem.line) == (part, line)
    assert f"line {line}" in failure.value.message


@pytest.mark.parametrize("source", ["x" * (MAX_SOURCE_BYTES + 1), "ü" * (MAX_SOURCE_BYTES // 2 + 1)])
def test_source_over_the_size_limit_is_refused(source: str) -> None:
    with pytest.raises(InvalidError, match="512 KB"):
        parse(html_environment(), source, "html")


def test_source_at_the_size_limit_is_read() -> None:
    assert parse(html_environment(), "x" * MAX_SOURCE_BYTES, "html")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\tscript:alert(1)'>x</a>",
        "<iframe src='https://evil'></iframe>",
        "<form action='https://evil'><input></form>",
        "<svg><script>alert(1)</script></svg>",
        "<base href='https://evil'>",
        "<meta http-equiv=refresh content='0;url=https://evil'>",
        "<link rel=stylesheet href='https://evil'>",
        "<style>@import 'https://evil'</style>",
        "<p style=\"background:url('https://evil')\">x</p>",
        "<p style='background:u/**/rl(https://evil)'>x</p>",
        "<p style='position:fixed;top:0'>x</p>",
        "<p style='width:expression(alert(1))'>x</p>",
        "<td background='https://evil'>x</td>",
        "<object data='https://evil'></object>",
        "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></math>",
    ],
)
def test_hostile_html_is_defused(hostile: str) -> None:
    safe = sanitize_html(hostile).lower()
    for forbidden in ("script", "onerror", "evil", "expression", "<iframe", "<form", "<svg", "position", "alert"):
        assert forbidden not in safe


@pytest.mark.parametrize(
    "address",
    [
        "/u/token",
        "u/token",
        "//elsewhere.example/x",
        "\\\\elsewhere.example",
        "?q",
        "#top",
        "https:u/token",
        "https:/u/token",
        "https:\\u\\token",
        "ht\ttps:u/token",
        " /u/token",
        ".",
        "",
    ],
)
def test_an_address_that_leads_to_our_own_pages_is_dropped(address: str) -> None:
    safe = sanitize_html(f"<a href='{address}'>a</a><img alt='b' src='{address}'>")
    assert "href" not in safe
    assert "src" not in safe


@pytest.mark.parametrize("address", ["https://x.de/a?b=c#d", "HTTP://x.de", "mailto:a@x.de", "tel:+49"])
def test_an_address_elsewhere_stays(address: str) -> None:
    assert f'href="{address}"' in sanitize_html(f"<a href='{address}'>a</a>")


def test_an_ordinary_message_keeps_its_looks() -> None:
    html = (
        '<table width="600" bgcolor="#ffffff" cellpadding="4"><tr><td align="center" style="color: red; padding: 4px">'
        '<img src="https://x.de/i.png" alt="logo"><a href="https://x.de/">go</a></td></tr></table>'
    )
    safe = sanitize_html(html)
    for kept in ('width="600"', 'bgcolor="#ffffff"', 'align="center"', "color: red; padding: 4px", 'alt="logo"'):
        assert kept in safe
    assert 'rel="noopener noreferrer nofollow"' in safe
    assert 'target="_blank"' in safe
