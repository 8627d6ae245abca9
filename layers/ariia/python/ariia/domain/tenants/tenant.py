"""The tenant: a business that sends, its plan and the choices that hold for all its campaigns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from ariia.domain.channel import MESSAGE_CHANNELS
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.rules.frequency_cap import FrequencyCap
from ariia.domain.rules.misfire import Misfire
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.rules.reputation import BOUNCE_RATE, COMPLAINT_RATE, MOST_BOUNCES, MOST_COMPLAINTS, ReputationLimits
from ariia.domain.senders import parse_from
from ariia.domain.tenants.plan import Plan
from ariia.domain.text_values import FieldError, email, language, text, timezone

MAX_NAME = 120
_URL = re.compile(r"https?://[^\s<>\"']{1,290}")


@dataclass(frozen=True)
class TenantSettings:
    """`one_per_address`: members who share an address get one message. `hold_unknown`: a member whose send has no
    known outcome waits for a person instead of being tried again. `track_*`: opens and clicks are recorded.
    `double_opt_in`: consent to e-mail waits until the member confirms it. `quiet_hours`, by channel: when nothing
    leaves. `frequency_cap`: how much a member gets. `misfire`: what becomes of what is late. `pause_at_*`: shares (0 to
    1) of hard bounces and complaints from which on a campaign pauses itself, where the tenant wants it stricter."""

    one_per_address: bool = True
    hold_unknown: bool = False
    track_opens: bool = True
    track_clicks: bool = True
    double_opt_in: bool = False
    quiet_hours: dict[str, QuietHours] = field(default_factory=dict)
    frequency_cap: FrequencyCap | None = None
    misfire: Misfire = field(default_factory=Misfire)
    pause_at_bounce_rate: float | None = None
    pause_at_complaint_rate: float | None = None


@dataclass
class Tenant:
    """One business. `timezone` is an IANA name, `language` a BCP 47 tag; `website`, `address`, `email` and `phone` are
    what its templates may print (an imprint). `*_rate_limit` are the platform's: what a tenant's own setting may not
    exceed. Instants are epoch milliseconds."""

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
    bounce_rate_limit: float = BOUNCE_RATE
    complaint_rate_limit: float = COMPLAINT_RATE
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    idempotency_fingerprint: str | None = None

    @property
    def reputation_limits(self) -> ReputationLimits:
        """From where on a campaign pauses itself: the stricter of the platform's limit and the tenant's own."""
        own = self.settings
        return ReputationLimits(
            min(self.bounce_rate_limit, own.pause_at_bounce_rate or self.bounce_rate_limit),
            min(self.complaint_rate_limit, own.pause_at_complaint_rate or self.complaint_rate_limit),
        )


def require_valid(tenant: Tenant) -> Tenant:
    """`tenant` with its texts in normal form; InvalidError with a Problem for each bad field."""
    problems = _settings_problems(tenant.settings) + _limit_problems(tenant)
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


def drop_looser_settings(tenant: Tenant) -> None:
    """The tenant's own limits that the platform's, new ones, undercut mean nothing any more."""
    own = tenant.settings
    if (own.pause_at_bounce_rate or 0) > tenant.bounce_rate_limit:
        tenant.settings = replace(tenant.settings, pause_at_bounce_rate=None)
    if (own.pause_at_complaint_rate or 0) > tenant.complaint_rate_limit:
        tenant.settings = replace(tenant.settings, pause_at_complaint_rate=None)


def _limit_problems(tenant: Tenant) -> list[Problem]:
    """The platform's limits, and the tenant's own that may only be stricter."""
    own = tenant.settings
    found = (
        ("bounce_rate_limit", tenant.bounce_rate_limit, MOST_BOUNCES),
        ("complaint_rate_limit", tenant.complaint_rate_limit, MOST_COMPLAINTS),
        ("settings.pause_at_bounce_rate", own.pause_at_bounce_rate, tenant.bounce_rate_limit),
        ("settings.pause_at_complaint_rate", own.pause_at_complaint_rate, tenant.complaint_rate_limit),
    )
    return [
        Problem(name, "is not a share that is allowed here", value=value, allowed=f"more than 0, at most {most:g}")
        for name, value, most in found
        if value is not None and not 0 < value <= most
    ]


def _settings_problems(settings: TenantSettings) -> list[Problem]:
    problems = []
    for channel, quiet in settings.quiet_hours.items():
        name = f"settings.quiet_hours.{channel}"
        if channel not in MESSAGE_CHANNELS:
            problems.append(Problem(name, "is no channel", value=channel, allowed=list(MESSAGE_CHANNELS)))
        problems.extend(quiet.problems(name))
    if settings.frequency_cap is not None:
        problems.extend(settings.frequency_cap.problems("settings.frequency_cap"))
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
