"""What the simulator keeps of an accepted message. Bodies stay as shared template plus own data until they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from infra.local.providers.ses.sending.addresses import bare_address
from infra.local.providers.ses.sending.substitution import CompiledText, compiled, literal


@dataclass(frozen=True, slots=True)
class Content:
    """Subject, HTML and text part, each perhaps with variables; shared by all messages that say the same."""

    subject: CompiledText
    html: CompiledText
    text: CompiledText
    templated: bool
    names: frozenset[str]  # the variables that the data must define


@lru_cache(maxsize=512)
def content_of(subject: str, html: str, text: str, templated: bool) -> Content:
    """The content of these parts; parts that are no templates are taken literally."""
    cut = compiled if templated else literal
    parts = cut(subject), cut(html), cut(text)
    return Content(*parts, templated, parts[0].names | parts[1].names | parts[2].names)


@dataclass(slots=True)
class EventRecord:
    """One thing that happened to a message, in the order in which it happened."""

    number: int
    kind: str  # SES's eventType
    at: float  # epoch seconds
    recipient: str
    detail: dict[str, Any]
    published: int = 0
    lost: bool = False
    mailed_to: str = ""  # a bounce or complaint that SES also mailed: the address it went to


@dataclass(slots=True)
class UnsubscribeAnswer:
    """What the sender's server answered to the simulator's one-click POST."""

    at: float
    url: str
    status: int | None
    body: str
    problem: str | None


@dataclass(slots=True)
class Message:
    """One accepted message: an entry of a bulk call, or a SendEmail."""

    number: int
    message_id: str
    call_number: int
    operation: str
    at: float
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply_to: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    tags: Mapping[str, str]
    configuration_set: str | None
    tenant_name: str | None
    tracking: Mapping[str, bool]  # SES's ConfigurationOverrides.Tracking: "open" and "click"
    content: Content
    data: Mapping[str, str]
    rendering_failure: str | None = None
    events: list[EventRecord] = field(default_factory=list)
    unsubscribes: list[UnsubscribeAnswer] = field(default_factory=list)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Bare addresses of To, Cc and Bcc."""
        return tuple(bare_address(address) for address in (*self.to, *self.cc, *self.bcc))

    @property
    def subject(self) -> str:
        """The rendered subject; `""` when rendering failed."""
        return self._rendered(self.content.subject)

    @property
    def html(self) -> str:
        """The rendered HTML part, as handed over: links and pixels are never put into it."""
        return self._rendered(self.content.html)

    @property
    def text(self) -> str:
        """The rendered text part."""
        return self._rendered(self.content.text)

    @property
    def rejected(self) -> bool:
        """SES took the message and then found a virus in it."""
        return any(event.kind == "Reject" for event in self.events)

    @property
    def sent(self) -> bool:
        """Whether it left SES: neither the rendering failed nor was it rejected."""
        return self.rendering_failure is None and not self.rejected

    def header(self, name: str) -> str | None:
        """The value of a header of any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def _rendered(self, part: CompiledText) -> str:
        return part.render(self.data) if self.rendering_failure is None else ""
