"""What reading a message tells its author: where, and how bad."""

from __future__ import annotations

import pytest

from ariia.domain.content.assembly import assemble, content_findings
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.checks.markup import link_problem, markup_findings
from ariia.domain.content.checks.names import template_names
from ariia.domain.content.sandbox.environment import html_environment
from ariia.domain.errors import InvalidError

LINK = '<a href="{{ unsubscribe_url }}">unsubscribe</a>'


def unknown(source: str, declared: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    names = template_names(html_environment(), source, "html", declared)
    return [(each.name, each.line) for each in names.unknown]


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_unknown_names_come_with_their_first_line() -> None:
    source = "{{ offer }}\n{{ typo }}\n{{ member.nickname }} {{ typo }}\n{{ member['age'] }} {{ campaign.budget }}"
    expected = [("typo", 2), ("member.nickname", 3), ("campaign.budget", 4), ("member.age", 4)]
    assert unknown(source, ("offer",)) == expected


def test_known_fields_attributes_and_own_names_are_fine() -> None:
    source = (
        "{{ member.first_name }}{{ member.attributes.anything.at.all }}{{ tenant.name }}{{ view_url }}"
        "{% set x = 1 %}{{ x }}{% for t in member.tags %}{{ t }}{{ loop.index }}{% endfor %}"
        "{% macro m(a) %}{{ a }}{{ varargs|length }}{% endmacro %}{{ m(1) }}{{ range(3)|list|length }}"
    )
    assert unknown(source) == []


def test_template_that_names_its_own_member_is_not_judged_by_the_real_one() -> None:
    assert unknown("{% set member = {'x': 1} %}{{ member.x }}") == []


def test_unknown_filter_is_an_error_with_its_line() -> None:
    with pytest.raises(InvalidError) as failure:
        unknown("\n{{ member.id|shout }}")
    assert failure.value.problems[0].line == 2


def test_good_message_has_no_findings() -> None:
    assert content_findings("Hi {{ member.first_name }}", f"<p>{{{{ offer }}}}</p>{LINK}", None, ["offer"]) == []


@pytest.mark.parametrize(
    ("subject", "html", "text", "expected"),
    [
        ("", LINK, None, ["empty_subject"]),
        (" \n", LINK, None, ["empty_subject"]),
        ("x" * 151, LINK, None, ["long_subject"]),
        ("s", "<p>x</p>", None, ["missing_unsubscribe"]),
        ("s", "<!-- {# unsubscribe_url #} -->", None, ["missing_unsubscribe"]),
        ("s", "", "text only", ["missing_unsubscribe"]),
        ("s", "", "text only {{ unsubscribe_url }}", []),
        ("s", LINK, "no link", ["text_without_unsubscribe"]),
        ("s", "<p>{{ unsubscribe_url", None, ["syntax"]),
        ("{{ typo }}", LINK, None, ["unknown_variable"]),
        ("s", LINK + "x" * 105_000, None, ["over_102_kb"]),
        ("s", LINK + '<a href="www.example.com">x</a>', None, ["broken_link"]),
        ("s", LINK + '<img src="https://x.de/i.png">', None, ["image_without_alt"]),
        ("s", LINK + "<form action='https://x.de'>", None, ["active_content"]),
    ],
)
def test_each_fault_is_found_alone(subject: str, html: str, text: str | None, expected: list[str]) -> None:
    assert codes(content_findings(subject, html, text, [])) == expected


def test_unused_variable_is_a_warning() -> None:
    [finding] = content_findings("s", LINK, None, ["offer"])
    assert (finding.code, finding.severity, finding.field) == ("unused_variable", "warning", "variables_json")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=https://x.de/a.js>",
        "<iframe src='https://x.de'></iframe>",
        "<object data='https://x.de'></object>",
        "<form><input name=a></form>",
        "<p onclick='x()'>a</p>",
        "<img alt='' src='https://x.de/{{ member.id }}.png' onerror = x>",
        "<a href=' java\tscript:alert(1)'>a</a>",
        "<a href='&#106;avascript:alert(1)'>a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<meta http-equiv='Refresh' content='0'>",
        "<base href='https://x.de/'>",
    ],
)
def test_active_content_is_an_error_in_its_line(html: str) -> None:
    found = [
        one for one in content_findings("s", f"<p>\n</p>\n{html}\n{LINK}", None, []) if one.code == "active_content"
    ]
    assert {(one.severity, one.line) for one in found} == {("error", 3)}


@pytest.mark.parametrize(
    "html",
    [
        "<style>a{color:red}</style>",
        "<!-- <script>x</script> -->",
        "<p>javascript: onclick=1</p>",
        "<a href='https://x.de/?q=javascript:1' once>a</a>",
        "{# <script> #}<img alt='' src='data:image/png;base64,AA'>",
        "{{ '<script>' }}",
    ],
)
def test_what_only_looks_active_is_left_alone(html: str) -> None:
    assert "active_content" not in codes(content_findings("s", html.replace(" once", "") + LINK, None, []))


def test_every_part_s_syntax_error_is_reported() -> None:
    found = content_findings("{{", "{% if %}", "{{ a b }}", [])
    assert [(finding.code, finding.field) for finding in found] == [
        ("syntax", "subject"),
        ("syntax", "html"),
        ("syntax", "text"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/a?b=c#d",
        "http://localhost:8080",
        "https://müller.de/ä",
        "mailto:a@b.de?subject=x",
        "tel:+49",
        "#top",
        "\ufdd0",
        "https://\ufdd0/x",
        "https://example.com/\ufdd0",
        "mailto:\ufdd0",
    ],
)
def test_good_link_is_left_alone(address: str) -> None:
    assert link_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "#",
        " ",
        "www.example.com",
        "/path",
        "https://",
        "https:///x",
        "http//example.com",
        "https://exa mple.com",
        "https://example",
        "https://[::1",
        "https://a.de:x/",
        "mailto:",
        "mailto:nobody",
        "javascript:alert(1)",
        "tel:",
    ],
)
def test_broken_link_is_found(address: str) -> None:
    assert link_problem(address)


def test_findings_in_html_carry_the_line_of_the_source() -> None:
    html = "{% set x = 1 %}\n{#\n comment #}\n{{ x\n}}\n<a href=''>x</a>\n<img src=x><img src=y alt=''>"
    assert [(finding.code, finding.line) for finding in markup_findings(html)] == [
        ("broken_link", 6),
        ("image_without_alt", 7),
    ]


def test_assembled_lines_lead_back_to_their_part() -> None:
    assembled = assemble("<h1>\n</h1>", "{{ typo }}\n<p>", "</p>")
    assert assembled.html == "<h1>\n</h1>\n{{ typo }}\n<p>\n</p>"
    assert [assembled.locate(line) for line in range(1, 6)] == [
        ("header_html", 1),
        ("header_html", 2),
        ("body_template", 1),
        ("body_template", 2),
        ("footer_html", 1),
    ]
    found = assembled.relocate(content_findings("s", assembled.html, None, []))
    assert ("unknown_variable", "body_template", 1) in [(each.code, each.field, each.line) for each in found]


def test_a_condition_may_open_in_the_header_and_close_in_the_footer() -> None:
    assembled = assemble("{% if member.tags %}", "body", "{% endif %}" + LINK)
    assert content_findings("s", assembled.html, None, []) == []


def test_empty_parts_leave_no_line() -> None:
    assert assemble("", "body", "").html == "body"
    assert assemble("", "", "").locate(1) == ("body_template", 1)
