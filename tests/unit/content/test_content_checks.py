"""What the author is told about a message as a whole: read, and rendered."""

from __future__ import annotations

import pytest

from ariia.domain.content.assembly import assemble
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.message_draft import MessageDraft
from ariia.services.content.checks import ContentChecks
from tests.doubles.rendering import DirectRendering

LINK = '<a href="{{ unsubscribe_url }}">unsubscribe</a>'


def findings(html: str) -> list[Finding]:
    return ContentChecks(DirectRendering()).findings(MessageDraft("News", assemble("", html, ""), None))


def test_every_unknown_name_is_told_also_of_the_same_line() -> None:
    found = findings(LINK + "{{ offer }} {{ member.nickname }}\n{{ price }}")
    assert [(one.code, one.line, one.message.split("'")[1]) for one in found] == [
        ("unknown_variable", 1, "member.nickname"),
        ("unknown_variable", 1, "offer"),
        ("unknown_variable", 2, "price"),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p>News</p><!-- {{ unsubscribe_url }} -->",
        "<p>News</p><!-- never closed {{ unsubscribe_url }}",
        "<title>{{ unsubscribe_url }}</title><p>News</p>",
        "<STYLE>/* {{ unsubscribe_url }} */</STYLE><p>News</p>",
        "{% if member.first_name == 'Nobody' %}" + LINK + "{% endif %}",
        "<p>News</p>",
    ],
)
def test_link_to_unsubscribe_that_nobody_sees_is_missing_once(hidden: str) -> None:
    assert [one.code for one in findings(hidden)] == ["missing_unsubscribe"]


@pytest.mark.parametrize("seen", [LINK, "<p>{{ unsubscribe_url }}</p>", "<!-- footer -->" + LINK + "<!-- end -->"])
def test_link_to_unsubscribe_that_is_seen_will_do(seen: str) -> None:
    assert findings(seen) == []
