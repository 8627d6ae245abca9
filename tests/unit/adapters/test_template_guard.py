"""The guard: whatever a template does, the parent gets a report, soon."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time

import pytest

from ariia.adapters.rendering.render_deadline import render_deadline
from ariia.adapters.rendering.template_guard import GuardLimits, TemplateGuard
from ariia.domain.content import rendering
from ariia.domain.content.checks import trial
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.checks.trial import TrialContent
from ariia.domain.content.sandbox.meter import RenderLimitError, bounded
from ariia.domain.content.variables.declarations import parse_variables
from ariia.domain.content.variables.roots import member_view
from ariia.domain.content.whole_message import FullMessage, MessageSource
from ariia.domain.errors import InvalidError, TransientError

LINK = "https://example.com/u/token"
GOOD = "<p>Hello {{ member.first_name|default('there') }}</p><a href='{{ unsubscribe_url }}'>unsubscribe</a>"
QUICK = GuardLimits(cpu_seconds=1, wall_seconds=10.0)


def content(html: str, subject: str = "Hello") -> TrialContent:
    return TrialContent(subject, html, None, {"unsubscribe_url": LINK})


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_good_template_has_no_findings_and_no_child_is_left() -> None:
    assert TemplateGuard().check(content(GOOD), []) == []
    assert multiprocessing.active_children() == []


def test_syntax_error_is_reported_with_its_line() -> None:
    [finding] = TemplateGuard().check(content("<p>\n{% if %}</p>"), [])
    assert (finding.code, finding.line, finding.field) == ("syntax", 2, "html")


def test_real_member_without_a_value_is_an_error_with_field_and_line() -> None:
    html = GOOD + "\n{{ member.attributes.plan }}"
    found = TemplateGuard().check(content(html), [{"id": "m", "tags": [], "attributes": {}}])
    assert ("render_failed", "html", 2) in [(finding.code, finding.field, finding.line) for finding in found]


def test_member_of_whom_nothing_is_known_is_a_warning_only() -> None:
    [finding] = TemplateGuard().check(content(GOOD + "{{ member.first_name }}"), [])
    assert (finding.code, finding.severity) == ("missing_value", "warning")
    assert "first_name" in finding.message


def test_declared_variables_have_values_of_their_type_for_invented_members() -> None:
    variables = parse_variables({"plan": {"required": True}, "visits": "number", "day": "date", "shop": "url"})
    html = GOOD + "{{ plan }}{{ visits + 1 }}{{ day|date }}{{ shop }}"
    declared = TrialContent("s", html, None, {"unsubscribe_url": LINK}, variables, {"shop": "https://example.com"})
    found = TemplateGuard().check(declared, [member_view({"id": "m", "attributes": {"plan": "gold"}})])
    assert {(finding.code, finding.severity) for finding in found} == {
        ("render_failed", "error"),
        ("missing_value", "warning"),
    }
    assert [finding.message for finding in found if finding.severity == "error"] == [
        "the variable 'visits' is unknown or has no value"
    ]


def test_campaign_value_of_the_wrong_type_is_a_finding() -> None:
    declared = TrialContent("s", GOOD, None, {"unsubscribe_url": LINK}, parse_variables({"n": "number"}), {"n": "many"})
    assert codes(TemplateGuard().check(declared, [])) == ["unused_variable", "invalid_value"]


def test_attribute_that_only_invented_members_lack_is_a_warning() -> None:
    html = GOOD + "{{ member.attributes.plan }}"
    member = member_view({"id": "m", "attributes": {"plan": "gold"}})
    assert [(each.code, each.severity) for each in TemplateGuard().check(content(html), [member])] == [
        ("missing_value", "warning")
    ]


def test_template_that_fails_for_everyone_is_an_error() -> None:
    assert codes(TemplateGuard().check(content(GOOD + "{{ 1 / 0 }}"), [])) == ["render_failed"]


def test_unsubscribe_link_missing_for_some_members_is_found() -> None:
    html = "{% if member.first_name == 'Anna' %}<a href='{{ unsubscribe_url }}'>x</a>{% endif %}"
    assert "missing_unsubscribe" in codes(TemplateGuard().check(content(html), []))


def test_message_that_gmail_would_clip_is_found_after_rendering() -> None:
    html = GOOD + "{% for i in range(1500) %}<p>" + "x" * 60 + "</p>{{ i }}{% endfor %}"
    assert codes(TemplateGuard().check(content(html), [])) == ["over_102_kb"]


def test_bomb_is_reported_by_the_meter() -> None:
    assert "too_large" in codes(TemplateGuard().check(content(GOOD + "{{ 'a' * 10**9 }}"), []))


def _endless(*_: object) -> list[Finding]:
    while True:
        pass


def _memory_eater(*_: object) -> list[Finding]:
    hoard = []
    while True:
        hoard.append(bytearray(10_000_000))


def _stuck(*_: object) -> list[Finding]:
    time.sleep(60)
    return []


def _dies(*_: object) -> list[Finding]:
    raise SystemExit(3)


@pytest.mark.parametrize("behaviour", [_endless, _memory_eater, _dies])
def test_child_that_breaks_a_limit_or_dies_is_a_finding(monkeypatch: pytest.MonkeyPatch, behaviour: object) -> None:
    monkeypatch.setattr(trial, "judge_content", behaviour)
    started = time.monotonic()
    assert codes(TemplateGuard(QUICK).check(content(GOOD), [])) == ["too_expensive"]
    assert time.monotonic() - started < 9
    assert multiprocessing.active_children() == []


def test_child_that_got_no_cpu_is_not_the_template_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "judge_content", _stuck)
    with pytest.raises(TransientError):
        TemplateGuard(GuardLimits(cpu_seconds=1, wall_seconds=0.5)).check(content(GOOD), [])
    assert multiprocessing.active_children() == []


def test_findings_name_each_place_once() -> None:
    with bounded():
        found = trial.try_content(content(GOOD + "{{ member.first_name + 1 }}"))
    assert len(found) == len({(finding.code, finding.line) for finding in found})


def test_text_of_a_member_that_comes_out_as_markup_is_found() -> None:
    unquoted = GOOD + "<p title={{ member.first_name }}>a</p>"
    with bounded():
        found = trial.try_content(content(unquoted))
    [finding] = [one for one in found if one.code == "active_content"]
    assert (finding.severity, finding.line) == ("error", None)


def test_deadline_ends_a_loop_on_the_main_thread() -> None:
    with pytest.raises(RenderLimitError), render_deadline(0.1, 30):
        _endless()
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_deadline_ends_what_takes_no_cpu_as_a_fault_that_passes() -> None:
    with pytest.raises(TransientError), render_deadline(5, 0.1):
        time.sleep(30)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_message_is_rendered_refused_with_its_line_or_stopped() -> None:
    guard, variables = TemplateGuard(QUICK), {"unsubscribe_url": LINK, "a": "<b>"}
    assert guard.message(MessageSource("{{ a }}", "<i>{{ a }}</i>", "{{ a }}"), variables) == FullMessage(
        "<b>", "<i>&lt;b&gt;</i>", "<b>"
    )
    assert guard.page(MessageSource("s", "<script>x</script><i>a</i>", "t"), variables).html == "<i>a</i>"
    assert guard.picture(MessageSource("", "<i>{{ a }}</i>"), variables).startswith("<svg")
    with pytest.raises(InvalidError) as wrong:
        guard.message(MessageSource("s", "a\n{{ nobody }}"), variables)
    assert [(one.field, one.line) for one in wrong.value.problems] == [("html", 2)]
    with pytest.raises(RenderLimitError) as bomb:
        guard.page(MessageSource("{{ 'a' * 10**9 }}", "x"), variables)
    assert [(one.field, one.line) for one in bomb.value.problems] == [("subject", 1)]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("behaviour", [_endless, _memory_eater, _dies])
def test_a_message_whose_child_breaks_a_limit_is_refused(monkeypatch: pytest.MonkeyPatch, behaviour: object) -> None:
    monkeypatch.setattr(rendering, "message", behaviour)
    with pytest.raises(RenderLimitError, match="too much time or memory"):
        TemplateGuard(QUICK).message(MessageSource("s", GOOD), {})


def test_deadline_does_not_disturb_a_quick_batch_nor_another_thread() -> None:
    with render_deadline(5, 30):
        pass
    outcome: list[str] = []

    def elsewhere() -> None:
        with render_deadline(0.01, 0.01):
            outcome.append("done")

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert outcome == ["done"]
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
