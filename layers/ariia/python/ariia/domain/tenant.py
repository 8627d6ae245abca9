"""The tenant: a business that sends, its plan and the choices that hold for all its campaigns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from .channel import MESSAGE_CHANNELS
from .errors import InvalidError, Problem
from .member_text import FieldError, email, language, text, timezone
from .misfire import Misfire
from .plan import Plan
from .quiet_hours import QuietHours
from .sender_domain import parse_from

MAX_NAME = 120
_URL = re.compile(r"https?://[^\s<>\"']{1,290}")


@dataclass(frozen=True)
class TenantSettings:
    """`one_per_address`: members who share an address get one message. `hold_unknown`: a member whose send has no
    known outcome waits for a person instead of being tried again. `track_*`: opens and clicks are recorded.
    `quiet_hours`, by channel: when nothing leaves. `misfire`: what becomes of what is late."""

    one_per_address: bool = True
    hold_unknown: bool = False
    track_opens: bool = True
    track_clicks: bool = True
    quiet_hours: dict[str, QuietHours] = field(default_factory=dict)
    misfire: Misfire = field(default_factory=Misfire)


@dataclass
class Tenant:
    """One business. `timezone` is an IANA name, `language` a BCP 47 tag; `website`, `address`, `email` and `phone` are
    what its templates may print (an imprint). Instants are epoch milliseconds."""

    id: str
    name: str
    plan: Plan = Plan.STARTER
    timezone: str = "Europe/Berlin"
    language: str = "de"
    default_sender: str | None = None
    website: str | None = None
    address: str | None = None
    email: str | None = None
    phone: str | None = None
    settings: TenantSettings = field(default_factory=TenantSettings)
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    idempotency_fingerprint: str | None = None


def require_valid(tenant: Tenant) -> Tenant:
    """`tenant` with its texts in normal form; InvalidError with a Problem for each bad field."""
    problems = _settings_problems(tenant.settings)
    for name, rule in _RULES.items():
        value = getattr(tenant, name)
        try:
            if value is not None:
                setattr(tenant, name, rule(value))
        except FieldError as error:
            problems.append(error.problem(name, value))
        except InvalidError as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidError("the tenant is not valid", problems=problems)
    return tenant


def _settings_problems(settings: TenantSettings) -> list[Problem]:
    problems = []
    for channel, quiet in settings.quiet_hours.items():
        name = f"settings.quiet_hours.{channel}"
        if channel not in MESSAGE_CHANNELS:
            problems.append(Problem(name, "is no channel", value=channel, allowed=list(MESSAGE_CHANNELS)))
        problems.extend(quiet.problems(name))
    return problems


def _website(value: object) -> str:
    url = text(value, 300)
    if not _URL.fullmatch(url):
        raise FieldError("is not a web address", "https://…")
    return url


def _sender(value: str) -> str:
    return parse_from(value, "default_sender").text


_RULES: dict[str, Callable[[str], str]] = {
    "name": partial(text, limit=MAX_NAME),
    "timezone": timezone,
    "language": language,
    "default_sender": _sender,
    "website": _website,
    "address": partial(text, limit=300),
    "email": email,
    "phone": partial(text, limit=40),
}
