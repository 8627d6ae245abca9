"""What differs between stages, read from the `stages` of cdk.json and checked before anything is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from infra.problems import problems_of

SEND_TIMEOUT_SECONDS = 60
EVENTS_TIMEOUT_SECONDS = 30
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's timeout
VISIBILITY_MULTIPLE = 6
_KNOWN_CHANNELS = ("email",)
_SHORTEST_EVENTS_VISIBILITY = VISIBILITY_MULTIPLE * EVENTS_TIMEOUT_SECONDS
# A sender that began its call in the last instant of its invocation must be over before its lease is.
_LEASE_MARGIN_SECONDS = 30

_Texts = Annotated[tuple[str, ...], Field(strict=False)]


class ConfigError(ValueError):
    """The configuration can't be deployed; the message names each setting, its value and what is allowed."""


class _Section(BaseModel):
    """An object of the configuration: no unknown settings, and no text that is meant as a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class IdentityConfig(_Section):
    """Whose tokens are accepted. Without an issuer the stage makes its own Cognito user pool."""

    issuer: str | None = None
    audience: _Texts = ()
    tenant_claim: str = "custom:tenant_id"
    roles_claim: str = "cognito:groups"

    @field_validator("issuer")
    @classmethod
    def _is_https(cls, issuer: str | None) -> str | None:
        if issuer is not None and not issuer.startswith("https://"):
            raise ValueError(f"must be an https:// address, not {issuer!r}")
        return issuer

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.issuer is None) != (not self.audience):
            raise ValueError("issuer and audience belong together: give both, or none for an own user pool")
        return self


class DomainConfig(_Section):
    """A custom domain of the HTTP API; its certificate is in the stage's own region."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    certificate_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:.+")]


class ChannelConfig(_Section):
    """One channel that the stage sends on."""

    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
    concurrency: Annotated[int, Field(ge=2, le=1000)]


class StageConfig(_Section):
    """One deployment of the engine."""

    stage: str
    prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,18}[a-z0-9]$")]
    retain_data: bool
    deletion_protection: bool
    log_retention_days: Literal[1, 7, 14, 30, 90, 180, 365]
    laptop: bool = False
    tracing: bool = True
    alarms: bool = True
    # An account has three for free, each further one is $3 a month: https://aws.amazon.com/cloudwatch/pricing/
    dashboard: bool = False
    alarm_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    shards: Annotated[int, Field(ge=1, le=64)] = 16
    # How many invocations work on one import, count or list at once.
    job_concurrency: Annotated[int, Field(ge=1, le=100)] = 16
    provider_read_timeout_seconds: Annotated[int, Field(ge=1, le=25)] = 10
    lease_seconds: int = 120
    grace_seconds: Annotated[int, Field(ge=1, le=86_400)] = 360
    events_visibility_seconds: int = _SHORTEST_EVENTS_VISIBILITY
    events_concurrency: Annotated[int, Field(ge=2, le=1000)] = 50
    # Lambda keeps 100 of an account's executions unreserved, so an account of 100 or fewer can't have any reserved:
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    reserved_public_pages: Annotated[int, Field(ge=1, le=1000)] | None = None
    rounds_per_execution: Annotated[int, Field(ge=1, le=1000)] = 1000
    tumbling_window_seconds: Annotated[int, Field(ge=0, le=900)] = 30
    upload_expiry_days: Annotated[int, Field(ge=1, le=365)] = 7
    # Longer than any function runs: an erasure sweeps when nothing that began before it can write any more.
    erasure_quiet_seconds: Annotated[int, Field(ge=1, le=3600)] = 330
    # How long a recount waits for events that were on their way when it began.
    recount_rest_seconds: Annotated[int, Field(ge=0, le=60)] = 10
    ses_usd_per_1000: Annotated[float, Field(ge=0, le=10)] = 0.10
    browser_origins: _Texts = ()
    identity: IdentityConfig = IdentityConfig()
    domain: DomainConfig | None = None
    # Of the ledger's table after it was restored: CloudFormation does not learn of that by itself.
    ledger_stream: (
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:dynamodb:[^:]+:[^:]+:table/[^/]+/stream/.+$")] | None
    ) = None
    channels: Annotated[Mapping[str, ChannelConfig], Field(validate_default=True)] = Field(default_factory=dict)

    @classmethod
    def from_context(cls, stage: object, stages: object) -> Self:
        """The stage named `stage` of cdk.json's `stages`. Raises ConfigError that lists every problem at once."""
        if not isinstance(stages, Mapping) or not stages:
            raise ConfigError("cdk.json has no `stages`")
        if not isinstance(stage, str) or stage not in stages:
            raise ConfigError(f"stage {stage!r} is not one of {', '.join(sorted(stages))}: pass -c stage=<name>")
        given = stages[stage]
        if not isinstance(given, Mapping):
            raise ConfigError(f"stages.{stage}: must be an object, not {given!r}")
        try:
            return cls.model_validate({**given, "stage": stage})
        except ValidationError as error:
            problems = problems_of(error, cls, f"stages.{stage}")
            raise ConfigError("the configuration can't be deployed:\n  " + "\n  ".join(problems)) from None

    @field_validator("lease_seconds")
    @classmethod
    def _outlasts_a_call(cls, seconds: int, info: ValidationInfo) -> int:
        read_timeout = info.data.get("provider_read_timeout_seconds", 10)
        return _within(seconds, SEND_TIMEOUT_SECONDS + read_timeout + _LEASE_MARGIN_SECONDS + 1, 900)

    @field_validator("events_visibility_seconds")
    @classmethod
    def _outlasts_an_invocation(cls, seconds: int, info: ValidationInfo) -> int:
        # Nothing may come back while an invocation has it; AWS's multiple leaves room for its retries of throttled
        # ones, of which the laptop has none.
        shortest = EVENTS_TIMEOUT_SECONDS + 1 if info.data.get("laptop") else _SHORTEST_EVENTS_VISIBILITY
        return _within(seconds, shortest, 900)

    @field_validator("channels")
    @classmethod
    def _are_known(cls, channels: Mapping[str, ChannelConfig]) -> Mapping[str, ChannelConfig]:
        unknown = sorted(set(channels) - set(_KNOWN_CHANNELS))
        if unknown:
            raise ValueError(f"unknown channels {', '.join(unknown)}; known: {', '.join(_KNOWN_CHANNELS)}")
        if not channels:
            raise ValueError("no channel is configured")
        return channels


def _within(value: int, minimum: int, maximum: int) -> int:
    if not minimum <= value <= maximum:
        raise ValueError(f"must be a whole number from {minimum} to {maximum}, not {value}")
    return value
