"""Templates that once took many seconds where the meter promised a fifth of one, and their relatives. Each is to stand
behind a condition, so that trying it for sample members shows nothing."""

from __future__ import annotations

_LIST = "{% set l = range(9999)|list %}"
_TEXT = "{% set t = 'a' * 150000 %}"
_PRIME = 2**61 - 1
_ALIKE = f"range(0, {_PRIME} * 9999, {_PRIME})"


def _over(body: str) -> str:
    return "{% for i in range(9999) %}{% for j in range(9999) %}" + body + "{% endfor %}{% endfor %}"


def _set(expression: str) -> str:
    return _over(f"{{% set x = {expression} %}}")


_LONG = "{% set n = ('f' * 40000)|int(0, 16) %}"
_KEYS = ", ".join(f"{_PRIME * number}: 1" for number in range(1, 1_500))
_COUPLES = "{% set l = [" + ", ".join(f"({number}, {number + 1})" for number in range(1_500)) + "] %}"

BOMBS: dict[str, str] = {
    "division of long numbers": _LONG + _set("n // 7"),
    "remainder of long numbers": _LONG + _set("n % 7"),
    "numbers of 1,023 bits": "{% set n = 2 ** 1022 %}" + _set("n // 3 % 7 - n"),
    "powers": _set("3 ** 600"),
    "max": _LIST + _set("l|max"),
    "min": _LIST + _set("l|min"),
    "select": _LIST + _set("l|select('none')|first|default(1)"),
    "selectattr": _LIST + _set("l|selectattr('x', 'defined')|first|default(1)"),
    "reject": _LIST + _set("l|reject('number')|first|default(1)"),
    "unique of equal hashes": f"{{% set l = {_ALIKE} %}}" + _set("l|unique|list"),
    "keys of equal hashes": _over("{% set x = {" + _KEYS + "} %}"),
    "keys that are couples": _COUPLES + _set("l|unique|list"),
    "a set of equal hashes": f"{{% set l = {_ALIKE}|list %}}" + _set("l - {}.keys()"),
    "in a list": _LIST + _set("-1 in l"),
    "is in a list": _LIST + _set("-1 is in l"),
    "in a text": _TEXT + _set("'ab' in t"),
    "is upper": _TEXT + _set("t is upper"),
    "loop with a condition": _LIST + _over("{% for c in l if c < 0 %}{% endfor %}"),
    "star arguments": _LIST + "{% macro m() %}{{ varargs|length }}{% endmacro %}" + _set("m(*l)"),
    "double star arguments": "{% set d = dict(range(2000)|map('string')|map('list')|map('join')|batch(2)) %}"
    "{% macro m() %}{{ kwargs|length }}{% endmacro %}" + _set("m(**d)"),
    "equal lists": _LIST + "{% set m = range(9999)|list %}" + _set("l == m"),
    "count in a list": _LIST + _set("l.count(-1)"),
    "slices": _LIST + _set("l[1:]"),
    "slices that are kept": _LIST + "{% set ns = namespace(h=[]) %}" + _over("{% set ns.h = [ns.h, l[1:]] %}"),
    "printing a long text": _TEXT + _over("{{ t }}"),
    "printing a long text that is HTML": "{% set t %}" + "<b>x</b>" * 20_000 + "{% endset %}" + _over("{{ t }}"),
    "keeping a printed text": _TEXT + "{% set x %}" + _over("{{ t }}") + "{% endset %}",
    "tags to be stripped": "{% set t = '<b>' * 50000 %}" + _set("t|striptags"),
    "signs to be stripped": _TEXT + "{% set s = 'b' * 100000 ~ 'a' %}" + _set("t.strip(s)"),
    "splitting from the end": _TEXT + "{% set s = 'a' * 70000 ~ 'b' %}" + _set("t.rsplit(s)"),
    "wrapping": "{% set t = 'a' * 90000 %}" + _set("t|wordwrap(1)"),
    "long paths": "{% set ns = namespace() %}{% set ns.a = ns %}" + _set("[ns]|map(attribute='a.' * 5000 ~ 'a')|list"),
    "sorting": "{% set l = (range(5000)|map('string')|list) %}" + _set("l|sort"),
    "sorting by long texts": _TEXT + "{% set ns = namespace(x=t) %}" + _set("([ns] * 500)|sort(attribute='x')"),
    "what is left of a loop": _LIST + _over("{% for c in l %}{{ 1 if -1 in loop }}{% endfor %}"),
    "nested loops": _over(""),
    "calls": "{% macro m() %}{% endmacro %}" + _set("m()"),
}

# Refused while they are read: what takes long there would take long at every save.
UNREADABLE: dict[str, str] = {
    "macros": "".join(f"{{% macro m{number}() %}}{{% endmacro %}}" for number in range(6_000)),
    "names in branches": "".join(f"{{% if a %}}{{% set m{number} = 1 %}}{{% endif %}}" for number in range(4_000)),
    "expressions": "{{ 1 }}" * 60_000,
    "comparisons": ("{{ 1" + "<1" * 40 + " }}") * 4_000,
    "a number of 5,000 digits": "\n\n{{ " + "9" * 5_000 + " }}",
    "a number of 40,000 hexadecimal digits": "\n\n{{ 0x" + "f" * 40_000 + " }}",
    "backslashes": "\\" * 380_000,
    "braces": "{ " * 190_000,
    "anchors": "<a" * 190_000,
    "anchors in anchors": "<a href=x>" * 30_000 + "</a>" * 30_000,
    "comments": "<!--" * 95_000,
    "attributes": "<p " + "a=b " * 90_000,
    "lists": "<ul><li>" * 40_000,
}
