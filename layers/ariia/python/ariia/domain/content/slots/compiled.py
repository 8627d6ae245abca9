"""Content compiled once for a campaign and rendered for each member as slots.

The static text (the skeleton) travels once per call as SES inline template content, `{{s0}} {{s1}} …`, and each
recipient sends only its slots. SES substitutes in a single pass and doesn't escape, so a value that itself reads
`{{s1}}` stays what it is, and every value is escaped here.
https://docs.aws.amazon.com/ses/latest/dg/send-personalized-email-api.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from json.encoder import encode_basestring as encode_text
from json.encoder import encode_basestring_ascii as encode_ascii
from typing import Any, NamedTuple

from ariia.domain.content.sandbox.environment import html_environment, plain_environment
from ariia.domain.content.sandbox.failure import as_invalid
from ariia.domain.content.sandbox.meter import RenderLimitError, metered
from ariia.domain.content.sandbox.syntax import parse
from ariia.domain.content.slots.splitting import SplitTemplate, split
from ariia.domain.content.variables.use import TemplateUse, use_of
from ariia.domain.content.whole_message import FullMessage
from ariia.domain.errors import InvalidError, Problem

# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ReplacementTemplate.html
MAX_REPLACEMENT_DATA = 262_144
_BRACES = re.compile(r"[{}\\]{2,}")
# A line break in a subject would end the header (RFC 5322, section 2.2); these all break lines somewhere.
_ONE_LINE = str.maketrans(dict.fromkeys("\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " ") | {"\r": None, "\x00": None})


@dataclass(frozen=True)
class Skeleton(FullMessage):
    """The static text with `{{sN}}` for each slot, numbered over the three parts together."""


class RenderedMessage(NamedTuple):
    """One recipient's slots. `data` is their JSON (SES's ReplacementTemplateData)."""

    data: str

    @property
    def slots(self) -> dict[str, str]:
        """The slots' texts by name."""
        found: dict[str, str] = json.loads(self.data)
        return found

    @property
    def size(self) -> int:
        """Bytes on the wire, where `data` is a JSON string inside JSON."""
        return len(encode_ascii(self.data))


class CompiledContent:
    """A campaign's content: made by `compile_content`, kept for the life of the process, safe to share."""

    def __init__(self, subject: SplitTemplate, html: SplitTemplate, text: SplitTemplate, use: TemplateUse) -> None:
        """`use` is what the three read of the roots."""
        self._parts, self.use = (subject, html, text), use
        self._globals = dict(html_environment().globals)
        names = iter(f"s{number}" for number in range(10**6))
        keys = [[next(names) for filled in part.filled if filled] for part in self._parts]
        self._heads = [f'"{key}":' for part in keys for key in part]
        self._constants = {next(names): run for run in self._ambiguous_runs()}
        self._constant_pairs = [_pair(key, run) for key, run in self._constants.items()]
        self.skeleton = Skeleton(*map(self._skeleton_of, self._parts, keys))

    def render(self, variables: Mapping[str, Any]) -> RenderedMessage:
        """The slots of one recipient; InvalidError naming part and line when the template fails on these variables,
        and when their JSON exceeds SES's 262,144 characters."""
        texts = [text for part in self._texts(variables) for text in part]
        pairs = [head + encode_text(text) for head, text in zip(self._heads, texts, strict=True)]
        data = "{" + ",".join(pairs + self._constant_pairs) + "}"
        if len(data) > MAX_REPLACEMENT_DATA:
            raise RenderLimitError(f"this recipient's part of the message exceeds {MAX_REPLACEMENT_DATA} characters")
        return RenderedMessage(data)

    def full_render(self, variables: Mapping[str, Any]) -> FullMessage:
        """The whole message of one recipient, for previews; InvalidError as in `render`."""
        subject, html, text = (
            part.whole(texts) for part, texts in zip(self._parts, self._texts(variables), strict=True)
        )
        return FullMessage(_one_line(subject), html, text)

    def _texts(self, variables: Mapping[str, Any]) -> list[list[str]]:
        parent = {**self._globals, **variables}
        texts = []
        with metered():
            for part in self._parts:
                try:
                    texts.append(part.slots(parent))
                except Exception as error:
                    raise as_invalid(error, part.field) from error
        texts[0] = list(map(_one_line, texts[0]))
        return texts

    def _ambiguous_runs(self) -> list[str]:
        statics = (static for part in self._parts for static in part.statics)
        runs = dict.fromkeys(run for static in statics for run in _BRACES.findall(static))
        return list(filter(_is_ambiguous, runs))

    def _skeleton_of(self, part: SplitTemplate, keys: list[str]) -> str:
        tags = {run: _tag(key) for key, run in self._constants.items()}
        statics = tuple(_BRACES.sub(lambda run: tags.get(run.group(), run.group()), static) for static in part.statics)
        whole = replace(part, statics=statics).whole([_tag(key) for key in keys])
        return _one_line(whole) if part.field == "subject" else whole


def compile_content(subject: str, html: str, text: str | None = None) -> CompiledContent:
    """Compiles the three parts; a message without `text` gets one derived from `html`.

    Raises InvalidError naming part and line for what doesn't parse, and when neither `html` nor `text` says anything.
    About 5 ms for 20 KB of HTML: compile once for a campaign.
    """
    if not html and not text:
        raise InvalidError("the message is empty", problems=[Problem("html", "write an HTML or a text part")])
    plain, rich = plain_environment(), html_environment()
    trees = [parse(plain, subject.strip(), "subject"), parse(rich, html, "html")]
    # Derived from HTML that is known to be a template.
    trees.append(parse(plain, text or _derived(html), "text"))
    use, (of_subject, of_html, of_text) = use_of(trees), trees
    return CompiledContent(
        split(plain, of_subject, "subject"), split(rich, of_html, "html"), split(plain, of_text, "text"), use
    )


def _derived(html: str) -> str:
    # Imported when needed: a sender whose campaign carries its text part starts faster without the HTML reader.
    from ariia.domain.content.text_part.derive import derive_text

    return derive_text(html)


def _is_ambiguous(run: str) -> bool:
    """True for braces and backslashes that SES's parser could take for a tag of its own."""
    return "{{" in run or "}}" in run


def _one_line(subject: str) -> str:
    return subject.translate(_ONE_LINE)


def _tag(key: str) -> str:
    return "{{" + key + "}}"


def _pair(key: str, text: str) -> str:
    return f'"{key}":{encode_text(text)}'
