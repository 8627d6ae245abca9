"""What differs between stages, read from the `stages` of cdk.json and checked before anything is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from infra.section import ConfigError, Section

__all__ = ["ChannelConfig", "ConfigError", "DomainConfig", "IdentityConfig", "StageConfig"]

_PREFIX = r"^[a-z][a-z0-9-]{1,18}[a-z0-9]$"
LOG_RETENTION_DAYS = (1, 7, 14, 30, 90, 180, 365)
KNOWN_CHANNELS = ("email",)
SEND_TIMEOUT_SECONDS = 60
EVENTS_TIMEOUT_SECONDS = 30
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's timeout
VISIBILITY_MULTIPLE = 6
SHORTEST_EVENTS_VISIBILITY = VISIBILITY_MULTIPLE * EVENTS_TIMEOUT_SECONDS
# A sender that began its call in the last instant of its invocation must be over before its lease is.
LEASE_MARGIN_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class IdentityConfig:
    """Whose tokens are accepted. Without an issuer the stage makes its own Cognito user pool."""

    issuer: str | None = None
    audience: tuple[str, ...] = ()
    tenant_claim: str = "custom:tenant_id"
    roles_claim: str = "cognito:groups"

    @classmethod
    def read(cls, section: Section) -> Self:
        issuer = section.optional_text("issuer")
        audience = section.texts("audience", default=())
        if issuer is not None and not issuer.startswith("https://"):
            section.wrong("issuer", "an https:// address", issuer)
        if (issuer is None) != (not audience):
            section.problem("issuer and audience belong together: give both, or none for an own user pool")
        return cls(
            issuer=issuer,
            audience=audience,
            tenant_claim=section.text("tenant_claim", default=cls.tenant_claim),
            roles_claim=section.text("roles_claim", default=cls.roles_claim),
        )


@dataclass(frozen=True, kw_only=True)
class DomainConfig:
    """A custom domain of the HTTP API; its certificate is in the stage's own region."""

    name: str
    certificate_arn: str

    @classmethod
    def read(cls, section: Section) -> Self:
        return cls(
            name=section.text("name", pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
            certificate_arn=section.text("certificate_arn", pattern=r"^arn:aws[a-z-]*:acm:.+"),
        )


@dataclass(frozen=True, kw_only=True)
class ChannelConfig:
    """One channel that the stage sends on."""

    concurrency: int

    @classmethod
    def read(cls, section: Section) -> Self:
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
        return cls(concurrency=section.number("concurrency", minimum=2, maximum=1000))


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """One deployment of the engine."""

    stage: str
    prefix: str
    retain_data: bool
    deletion_protection: bool
    log_retention_days: int
    laptop: bool = False
    tracing: bool = True
    alarms: bool = True
    dashboard: bool = False
    alarm_email: str | None = None
    shards: int = 16
    job_concurrency: int = 16
    lease_seconds: int = 120
    grace_seconds: int = 360
    events_visibility_seconds: int = SHORTEST_EVENTS_VISIBILITY
    events_concurrency: int = 50
    reserved_public_pages: int | None = None
    provider_read_timeout_seconds: int = 10
    rounds_per_execution: int = 1000
    tumbling_window_seconds: int = 30
    upload_expiry_days: int = 7
    erasure_quiet_seconds: int = 330
    recount_rest_seconds: int = 10
    ses_usd_per_1000: float = 0.10
    browser_origins: tuple[str, ...] = ()
    identity: IdentityConfig = field(default_factory=IdentityConfig)
    domain: DomainConfig | None = None
    ledger_stream: str | None = None
    channels: Mapping[str, ChannelConfig] = field(default_factory=dict)

    @classmethod
    def from_context(cls, stage: object, stages: object) -> Self:
        """The stage named `stage` of cdk.json's `stages`. Raises ConfigError that lists every problem at once."""
        if not isinstance(stages, Mapping) or not stages:
            raise ConfigError("cdk.json has no `stages`")
        if not isinstance(stage, str) or stage not in stages:
            raise ConfigError(f"stage {stage!r} is not one of {', '.join(sorted(stages))}: pass -c stage=<name>")
        section = Section(f"stages.{stage}", stages[stage])
        config = cls._read(stage, section)
        section.finish()
        return config

    @classmethod
    def _read(cls, stage: str, section: Section) -> Self:
        read_timeout = section.number("provider_read_timeout_seconds", minimum=1, maximum=25, default=10)
        shortest_lease = SEND_TIMEOUT_SECONDS + read_timeout + LEASE_MARGIN_SECONDS + 1
        values: dict[str, Any] = {
            "stage": stage,
            "prefix": section.text("prefix", pattern=_PREFIX),
            "retain_data": section.flag("retain_data"),
            "deletion_protection": section.flag("deletion_protection"),
            "log_retention_days": section.choice("log_retention_days", LOG_RETENTION_DAYS),
            "laptop": section.flag("laptop", default=False),
            "tracing": section.flag("tracing", default=True),
            "alarms": section.flag("alarms", default=True),
            # An account has three for free, each further one is $3 a month: https://aws.amazon.com/cloudwatch/pricing/
            "dashboard": section.flag("dashboard", default=False),
            "alarm_email": section.optional_text("alarm_email", pattern=r"^[^@\s]+@[^@\s]+$"),
            "shards": section.number("shards", minimum=1, maximum=64, default=16),
            # How many invocations work on one import, count or list at once.
            "job_concurrency": section.number("job_concurrency", minimum=1, maximum=100, default=16),
            "provider_read_timeout_seconds": read_timeout,
            "lease_seconds": section.number("lease_seconds", minimum=shortest_lease, maximum=900, default=120),
            "grace_seconds": section.number("grace_seconds", minimum=1, maximum=86_400, default=360),
            **_event_settings(section, is_laptop=section.flag("laptop", default=False)),
            "rounds_per_execution": section.number("rounds_per_execution", minimum=1, maximum=1000, default=1000),
            "tumbling_window_seconds": section.number("tumbling_window_seconds", minimum=0, maximum=900, default=30),
            "upload_expiry_days": section.number("upload_expiry_days", minimum=1, maximum=365, default=7),
            # Longer than any function runs: an erasure sweeps when nothing that began before it can write any more.
            "erasure_quiet_seconds": section.number("erasure_quiet_seconds", minimum=1, maximum=3600, default=330),
            # How long a recount waits for what the ledger's stream may bring out of order.
            "recount_rest_seconds": section.number("recount_rest_seconds", minimum=0, maximum=60, default=10),
            "ses_usd_per_1000": section.decimal("ses_usd_per_1000", minimum=0, maximum=10, default=0.10),
            # Of the ledger's table after it was restored: CloudFormation does not learn of that by itself.
            "ledger_stream": section.optional_text(
                "ledger_stream", pattern=r"^arn:aws[a-z-]*:dynamodb:[^:]+:[^:]+:table/[^/]+/stream/.+$"
            ),
            "browser_origins": section.texts("browser_origins", default=()),
            "identity": IdentityConfig.read(section.part("identity")),
            "channels": _channels(section.part("channels")),
        }
        if section.has("domain"):
            values["domain"] = DomainConfig.read(section.part("domain"))
        return cls(**values)


def _event_settings(section: Section, *, is_laptop: bool) -> dict[str, Any]:
    # Nothing may come back while an invocation has it; AWS's multiple leaves room for its retries of throttled ones.
    shortest = EVENTS_TIMEOUT_SECONDS + 1 if is_laptop else SHORTEST_EVENTS_VISIBILITY
    default = SHORTEST_EVENTS_VISIBILITY
    settings: dict[str, Any] = {
        "events_visibility_seconds": section.number(
            "events_visibility_seconds", minimum=shortest, maximum=900, default=default
        ),
        "events_concurrency": section.number("events_concurrency", minimum=2, maximum=1000, default=50),
    }
    if section.has("reserved_public_pages"):
        # Lambda keeps 100 of an account's executions unreserved, so an account of 100 or fewer can't have any reserved:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
        settings["reserved_public_pages"] = section.number("reserved_public_pages", minimum=1, maximum=1000)
    return settings


def _channels(section: Section) -> dict[str, ChannelConfig]:
    unknown = sorted(set(section.names()) - set(KNOWN_CHANNELS))
    if unknown:
        section.problem(f"unknown channels {', '.join(unknown)}; known: {', '.join(KNOWN_CHANNELS)}")
    if not section.names():
        section.problem("no channel is configured")
    return {name: ChannelConfig.read(section.part(name)) for name in section.names() if name in KNOWN_CHANNELS}
