"""Every way in which a template is run: a hostile one costs at most ten times what a render is meant to take, and less
memory than a function has. `-s` shows the figures."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

import pytest

from ariia.adapters.rendering.render_deadline import render_deadline
from ariia.adapters.rendering.template_guard import TemplateGuard
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.checks.trial import TrialContent
from ariia.domain.content.content import Content
from ariia.domain.content.sandbox.meter import WORK_PER_RENDER
from ariia.domain.content.variables.roots import member_view
from ariia.domain.content.whole_message import MessageSource
from ariia.domain.errors import InvalidError
from ariia.domain.members.member import Member
from ariia.domain.sending.message import MessageLinks
from ariia.services.sending.composing import MessageComposer
from tests.unit.content.measuring import AT_MOST, UNIT_SECONDS, slowness

from .bombs import BOMBS, UNREADABLE

_PROMISED = WORK_PER_RENDER * UNIT_SECONDS
_MOST_MEMORY_MB = 200
LINK = "https://example.com/u/token"
GOOD = "<p>Hello</p><a href='{{ unsubscribe_url }}'>unsubscribe</a>"
EVIL = {"evil": 1}
SHARED = {"unsubscribe_url": LINK, "member": member_view({"id": "m", "attributes": EVIL})}


def hidden(bomb: str) -> str:
    return "{% macro bomb() %}" + bomb + "{% endmacro %}{% if member.attributes.evil %}{{ bomb() }}{% endif %}" + GOOD


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work and of the children that it starts."""

    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime + time.process_time()

    before = spent()
    work()
    return spent() - before


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, dict[str, float]]]:
    found: dict[str, dict[str, float]] = {}
    yield found
    doors = ("save", "render", "view", "picture", "send", "MB")
    print(f"\n{'CPU seconds':36}" + "".join(f"{door:>9}" for door in doors))
    for name, row in found.items():
        print(f"{name:36}" + "".join(f"{row[door]:9.3f}" if door in row else " " * 9 for door in doors))


def refused(work: Callable[[], Any]) -> None:
    with pytest.raises(InvalidError):
        work()


def compose(html: str, pipe: Connection) -> None:
    """In the process itself, as a sender does; one of its members is the evil one."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    links = MessageLinks("https://x.example", b"k" * 32)
    composer = MessageComposer(Channel.EMAIL, links, "set", partial(render_deadline, 4.0, 60.0))
    campaign = Campaign(id="c1", tenant_id="t1", name="C", channel=Channel.EMAIL, created_by="anna")
    content = Content(subject="s", html=html, from_address="a@b.example")
    batch: Any = SimpleNamespace(key=SimpleNamespace(lane="l0", tag="tag"))
    claim: Any = SimpleNamespace(attempt=1)
    members = [Member(f"m{number}", "t1", email="a@b.example") for number in range(3)]
    members[1].attributes = EVIL
    started = time.process_time()
    composed = composer.compose(campaign, content, batch, claim, members)
    cpu = time.process_time() - started
    held = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    pipe.send(
        (cpu, held, sorted(composed.failed), [one.member_id for call in composed.calls for one in call.recipients])
    )


def sent(html: str) -> tuple[float, float, list[str], list[str]]:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=compose, args=(html, sender))
    child.start()
    sender.close()
    try:
        assert receiver.poll(60), "composing can't be ended"
        found: tuple[float, float, list[str], list[str]] = receiver.recv()
        return found
    finally:
        child.kill()
        child.join()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_that_no_trial_finds_costs_little_wherever_it_goes_off(name: str, figures: dict[str, Any]) -> None:
    guard, html, most = TemplateGuard(), hidden(BOMBS[name]), AT_MOST * _PROMISED * slowness()
    source, row = MessageSource("s", html), figures.setdefault(name, {})
    found: list[Finding] = []
    content = TrialContent("s", html, "{{ unsubscribe_url }}", {"unsubscribe_url": LINK})
    row["save"] = cpu_of(lambda: found.extend(guard.check(content, [])))
    assert [one for one in found if one.severity == "error"] == []
    row["view"] = cpu_of(lambda: refused(lambda: guard.page(source, SHARED)))
    row["send"], row["MB"], failed, others = sent(html)
    assert (failed, others) == (["m1"], ["m0", "m2"]), "one member's message is no reason to send nobody else theirs"
    assert {door: cpu for door, cpu in row.items() if door != "MB" and cpu > most} == {}
    assert row["MB"] < _MOST_MEMORY_MB


@pytest.mark.parametrize("name", [*BOMBS][:4])
def test_a_bomb_in_the_subject_or_in_a_template_s_picture_costs_no_more(name: str, figures: dict[str, Any]) -> None:
    guard, most, row = TemplateGuard(), AT_MOST * _PROMISED * slowness(), figures.setdefault(name, {})
    subject = MessageSource(BOMBS[name], GOOD)
    row["render"] = cpu_of(lambda: refused(lambda: guard.message(subject, SHARED)))
    row["picture"] = cpu_of(lambda: refused(lambda: guard.picture(MessageSource("", hidden(BOMBS[name])), SHARED)))
    assert max(row["render"], row["picture"]) < most


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_takes_long_to_read_is_refused_or_read_in_time(name: str, figures: dict[str, Any]) -> None:
    guard, most = TemplateGuard(), 1.5 * AT_MOST * _PROMISED * slowness()
    content = TrialContent("s", UNREADABLE[name] + GOOD, None, {"unsubscribe_url": LINK})
    codes: list[str] = []
    cpu = cpu_of(lambda: codes.extend(one.code for one in guard.check(content, [])))
    figures[f"read {name}"] = {"save": cpu}
    assert cpu < most
    if "too_expensive" not in codes and "syntax" not in codes:
        # Then it may be sent, and that has to be quick.
        assert sent(UNREADABLE[name] + GOOD)[0] < most


@pytest.mark.parametrize(
    ("source", "line"), [(one, 3) for name, one in UNREADABLE.items() if name.startswith("a number")]
)
def test_a_number_that_can_not_be_read_is_told_with_its_line(source: str, line: int) -> None:
    found = TemplateGuard().check(TrialContent("s", source + GOOD, None, {"unsubscribe_url": LINK}), [])
    assert [(one.code, one.field, one.line) for one in found if one.severity == "error"] == [("syntax", "html", line)]


def test_nothing_is_compiled_or_rendered_without_a_deadline() -> None:
    from ariia.domain.content.slots.compiled import compile_content

    with pytest.raises(AssertionError, match="under a deadline only"):
        compile_content("s", "{{ 1 }}", "t")
    with render_deadline(5, 30):
        compiled = compile_content("s", "{{ 1 }}", "t")
    with pytest.raises(AssertionError, match="under a deadline only"):
        compiled.render({})
    with pytest.raises(AssertionError, match="under a deadline only"):
        compiled.full_render({})
