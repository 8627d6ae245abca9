"""The text part of a message that has none, derived from its HTML template.

Derived from the template's source, once, and not from each recipient's HTML: converting 20 KB costs some
milliseconds, rendering a compiled text template some microseconds, and only a template can be cut into slots. The
Jinja2 code is kept in place; the HTML around it becomes paragraphs, lists, underlined headings and `label (url)`.
"""

from __future__ import annotations

from ariia.domain.content.sandbox.environment import plain_environment
from ariia.domain.content.sandbox.syntax import parse
from ariia.domain.content.text_part.html_reader import MARK_CLOSE, MARK_OPEN, HtmlReader, UnreadableError
from ariia.domain.content.text_part.layout import lay_out
from ariia.domain.content.text_part.template_source import segments
from ariia.domain.errors import InvalidError, Problem


def derive_text(html: str) -> str:
    """The source of a text template that says what the HTML template `html` (which must parse) says.

    Raises InvalidError for field `text` when code and HTML are interleaved so that no text follows (a macro in the
    head, a link's address that depends on a condition around it): the author then has to write the text part.
    """
    code = segments(html)
    marks = dict.fromkeys(map(ord, (MARK_OPEN, MARK_CLOSE)))
    reader = HtmlReader(code)
    try:
        reader.feed(
            "".join(
                part.source.translate(marks) if part.kind == "text" else f"{MARK_OPEN}{number}{MARK_CLOSE}"
                for number, part in enumerate(code)
            )
        )
        text = lay_out(reader.finish(), code)
        parse(plain_environment(), text, "text")
    except (UnreadableError, InvalidError) as error:
        message = f"no text part can be derived from the HTML ({error}): write one"
        raise InvalidError(message, problems=[Problem("text", message)]) from error
    return text
