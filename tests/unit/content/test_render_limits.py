"""No template exhausts memory or time: each attack ends in an error soon, with little memory."""

from __future__ import annotations

import multiprocessing
import resource
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ariia.domain.content.sandbox.meter import RenderLimitError
from ariia.domain.content.slots.compiled import MAX_REPLACEMENT_DATA, compile_content
from ariia.domain.errors import InvalidError

DOUBLING = (
    "{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(100) %}{% set ns.s = BODY %}{% endfor %}{{ ns.s }}"
)
NESTING = (
    "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(100) %}{% set ns.a = BODY %}"
    "{% set ns.b = BODY %}{% endfor %}{{ ns.a == ns.b }}"
)
BOMBS = [
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ ([0] * 10**9)|length }}",
    "{{ ((0,) * 10**9)|length }}",
    "{{ range(10**9)|length }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{{ 10 ** (10 ** 9) }}",
    "{{ 2 ** 100000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%.1000000000f' % 1 }}",
    "{{ '%*d' % (10**9, 1) }}",
    "{{ '%((a))1000000000d' % {'(a)': 1} }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ '%(a)1000000000d'|format(a=1) }}",
    "{{ 'a'|center(10**9) }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ 'a'.rjust(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ 'a'.expandtabs(10**9) }}",
    "{{ 'a\nb'|indent(10**9) }}",
    "{{ 'a\nb'|indent('x' * 100000) }}",
    "{{ 'a'|batch(10**9, 'x')|list|length }}",
    "{{ 'a'|slice(10**9)|list|length }}",
    "{{ 1|round(10**9, 'ceil') }}",
    "{{ [1]|tojson(indent=10**9) }}",
    "{{ ('a' * 100000)|replace('a', 'b' * 100000) }}",
    "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
    "{{ ('a' * 100000)|replace('', 'b' * 100000) }}",
    "{% set x %}{{ 'b' * 100000 }}{% endset %}{{ ('&' * 100000)|replace('a', x) }}",
    "{{ ('a' * 100000)|join('b' * 100000) }}",
    "{{ ('b' * 100000).join('a' * 100000) }}",
    "{{ (range(10000)|list)|join('b' * 100000) }}",
    "{{ range(10000)|map('center', 999)|list|length }}",
    "{{ [['a'] * 1000] * 1000 }}",
    "{{ ([['a'] * 1000] * 1000)|sum(start=[]) }}",
    "{{ ('a ' * 100000)|wordwrap(1, wrapstring='b' * 100000) }}",
    DOUBLING.replace("BODY", "ns.s ~ ns.s"),
    DOUBLING.replace("BODY", "ns.s + ns.s"),
    DOUBLING.replace("BODY", "ns.s * 2"),
    DOUBLING.replace("BODY", "'%s%s' % (ns.s, ns.s)"),
    DOUBLING.replace("BODY", "'%s%s'|format(ns.s, ns.s)"),
    DOUBLING.replace("BODY", "[ns.s, ns.s]|join"),
    DOUBLING.replace("BODY", "ns.s|replace('x', 'xx')"),
    "{% set ns = namespace(n=9) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}",
    NESTING.replace("BODY", "[ns.a, ns.a]"),
    NESTING.replace("BODY", "(ns.a, ns.b)"),
    NESTING.replace("BODY", "{'a': ns.a, 'b': ns.a}"),
    NESTING.replace("BODY", "dict(a=ns.a, b=ns.a)"),
    NESTING.replace("BODY", "[ns.a]|batch(2, ns.a)|list"),
    "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}",
    "{% for a in range(10000) %}{% for b in range(10000) %}some output{% endfor %}{% endfor %}",
    "{% set x %}{% for a in range(10000) %}{% for b in range(1000) %}output{% endfor %}{% endfor %}{% endset %}",
    "{% set r = range(1000) %}{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor %}{% endfor %}",
    "{% set r = range(1000) %}{% for a in r %}{% for b in r %}{% for c in r %}out{% endfor %}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(90) }}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% call m() %}{{ self.b() }}{% endcall %}{% endcall %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% block b %}{% call m() %}{{ self.b() }}{% endcall %}{% endblock %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for x in range(100) recursive %}{{ loop(range(100)) }}{% endfor %}",
    "{% for x in range(10000) %}{{ range(10000)|list|sort|reverse|list|length }}{% endfor %}",
    "{% for x in range(10000) %}{{ 5 in range(10000)|map('string') }}{% endfor %}",
    "{{ '" + "x" * 200_000 + "' * 3 }}" + "{{ 'y' * 200000 }}" * 8,
]


@pytest.mark.parametrize("template", BOMBS, ids=range(len(BOMBS)))
def test_bomb_ends_soon_in_an_error(template: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidError):
        compile_content("s", template, "t").render({})
    assert time.process_time() - started < 3


def test_bombs_are_refused_before_they_take_memory() -> None:
    """Within 100 MB more than the process has, no bomb gets as far as a MemoryError."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_short_of_memory, args=(sender,))
    child.start()
    sender.close()
    try:
        assert receiver.recv() == []
    finally:
        child.kill()
        child.join()


def _short_of_memory(pipe: Connection) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + 100_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    starved = []
    for template in BOMBS:
        try:
            compile_content("s", template, "t").render({})
        except InvalidError as error:
            if isinstance(error.__cause__, MemoryError):
                starved.append(template)
    pipe.send(starved)


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "+".join(["1"] * 5000) + " }}",
        "{{ x" + "|upper" * 5000 + " }}",
        "{{ " + "not " * 5000 + "x }}",
        "{% if x %}" * 2000 + "{% endif %}" * 2000,
        "{% for x in y %}" * 30 + "{% endfor %}" * 30,
        "{{ " + "[" * 300 + "]" * 300 + " }}",
    ],
    ids=range(7),
)
def test_deep_nesting_is_an_error_and_not_a_crash(template: str) -> None:
    with pytest.raises(InvalidError, match="nested too deeply"):
        compile_content("s", template, "t")


def test_recipient_over_the_provider_s_limit_is_refused() -> None:
    content = compile_content("s", "{{ a }}", "t")
    with pytest.raises(RenderLimitError):
        content.render({"a": "x" * MAX_REPLACEMENT_DATA})
    assert content.render({"a": "x" * (MAX_REPLACEMENT_DATA - 100)}).size > MAX_REPLACEMENT_DATA - 100


def test_one_recipient_s_failure_leaves_the_next_a_full_budget() -> None:
    content = compile_content("s", "{% for i in range(n) %}{% for j in range(n) %}x{% endfor %}{% endfor %}", "t")
    with pytest.raises(RenderLimitError):
        content.render({"n": 10_000})
    assert content.full_render({"n": 3}).html == "x" * 9


def test_a_generous_real_message_is_far_from_the_limits() -> None:
    row = "{% for t in items %}<tr><td>{{ t.name|upper }}</td><td>{{ '%.2f'|format(t.price) }}</td></tr>{% endfor %}"
    template = "{% macro page() %}" + "<p>static</p>" * 5000 + row + "{% endmacro %}{{ page() }}"
    items = [{"name": f"Course {number}", "price": number / 7} for number in range(200)]
    assert len(compile_content("s", template, "t").full_render({"items": items}).html) > 60_000
