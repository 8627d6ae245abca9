"""One settings model per function, read from the environment once, at cold start. Required means required."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, get_type_hints

PREFIX = "ARIIA_"


class SettingsError(Exception):
    """The environment lacks or garbles something; the message names every variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every function needs. A field `x_y` is the variable `ARIIA_X_Y`; a default makes it optional."""

    stage: str
    table_prefix: str
    shards: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings in `environment`; SettingsError naming all variables that are missing or malformed."""
        hints = get_type_hints(cls)
        values: dict[str, Any] = {}
        faults = []
        for field in dataclasses.fields(cls):
            name = PREFIX + field.name.upper()
            raw = environment.get(name)
            if raw is None or raw == "":
                if field.default is dataclasses.MISSING:
                    faults.append(f"{name} is missing")
                continue
            try:
                values[field.name] = _parse(hints[field.name], raw)
            except ValueError:
                faults.append(f"{name} is {raw!r}, which is no {hints[field.name].__name__}")
        if faults:
            raise SettingsError("; ".join(faults))
        return cls(**values)


def _parse(kind: Any, raw: str) -> Any:
    if kind is bool:
        if raw not in ("true", "false"):
            raise ValueError(raw)
        return raw == "true"
    return kind(raw) if kind in (int, float) else raw


@dataclass(frozen=True, kw_only=True)
class RevisitSettings(Settings):
    """Where looks at something later are scheduled. `revisit_functions_arn`: of the functions that look, up to their
    names."""

    revisit_group: str
    revisit_functions_arn: str
    revisit_role_arn: str
    revisit_dlq_arn: str


@dataclass(frozen=True, kw_only=True)
class ApiSettings(RevisitSettings):
    """The authenticated HTTP API. `channels` are those set up in this deployment, separated by commas;
    `ses_usd_per_1000` is the account's price of 1,000 messages, for estimates; `job_concurrency`: how many invocations
    work on one job of count_audience at once."""

    public_base_url: str
    campaign_run_arn: str
    uploads_bucket: str
    count_audience_arn: str
    recount_statistics_arn: str
    job_concurrency: int
    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str
    email_queue_url: str
    signing_secret_arn: str
    configuration_set: str
    channels: str = "email"
    ses_usd_per_1000: float = 0.10
    tenant_claim: str = "custom:tenant_id"
    roles_claim: str = "cognito:groups"


@dataclass(frozen=True, kw_only=True)
class PublicPagesSettings(RevisitSettings):
    """Pages that members open from a message."""

    signing_secret_arn: str
    public_base_url: str


@dataclass(frozen=True, kw_only=True)
class ImportMembersSettings(RevisitSettings):
    """Bulk import. `import_members_arn` is the function's own: it has itself work on ranges, so many of one import at
    once as `job_concurrency` says."""

    uploads_bucket: str
    import_members_arn: str
    job_concurrency: int


@dataclass(frozen=True, kw_only=True)
class CountAudienceSettings(Settings):
    """Preflight of large audiences. `count_audience_arn` is the function's own: what is not done goes on there."""

    count_audience_arn: str


@dataclass(frozen=True, kw_only=True)
class PlanAudienceSettings(Settings):
    """Planning; `plan_seconds` bounds one call so that it ends well inside its timeout."""

    plan_seconds: int = 240


@dataclass(frozen=True, kw_only=True)
class RunSeriesSettings(RevisitSettings):
    """Series. `schedule_*`: where schedules of campaigns are made, and as which role those start a run."""

    campaign_run_arn: str
    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str


@dataclass(frozen=True, kw_only=True)
class CheckSchedulesSettings(RunSeriesSettings):
    """The search for schedules that never fired; it does what they should have done."""


@dataclass(frozen=True, kw_only=True)
class ReleaseBatchesSettings(Settings):
    """Release and settle. Times are seconds; `round_seconds` is the shortest wait between two rounds."""

    email_queue_url: str
    events_queue_url: str
    events_dlq_url: str
    configuration_set: str
    lease_seconds: int
    grace_seconds: int
    events_visibility_seconds: int
    round_seconds: int = 10
    requeue_seconds: int = 180


@dataclass(frozen=True, kw_only=True)
class TendMessagesSettings(RevisitSettings):
    """Single messages: follow-ups, test sends, confirmations."""

    email_queue_url: str
    events_queue_url: str
    events_dlq_url: str
    configuration_set: str
    grace_seconds: int
    events_visibility_seconds: int


@dataclass(frozen=True, kw_only=True)
class PrivacyRequestsSettings(RevisitSettings):
    """Exports and erasures of members. `quiet_seconds`: longer than any function of this deployment runs."""

    uploads_bucket: str
    quiet_seconds: int


@dataclass(frozen=True, kw_only=True)
class SendBatchSettings(Settings):
    """The sender of one channel."""

    channel: str
    lease_seconds: int
    provider_read_timeout_seconds: int
    signing_secret_arn: str
    public_base_url: str
    configuration_set: str


@dataclass(frozen=True, kw_only=True)
class RecordEventsSettings(Settings):
    """Provider events. `quiet_seconds`: how long an erasure waits for what began before it."""

    events_topic_arn: str
    events_dlq_url: str
    quiet_seconds: int


@dataclass(frozen=True, kw_only=True)
class AggregateStatsSettings(Settings):
    """Counters. `stream_shard` stands in for the shard id that only the laptop's stream leaves out."""

    stream_dlq_url: str
    stream_shard: str = ""


@dataclass(frozen=True, kw_only=True)
class RecountStatisticsSettings(Settings):
    """Recounts. `rest_seconds`: how long what the ledger's stream may bring late is waited for."""

    rest_seconds: int


SETTINGS: dict[str, type[Settings]] = {
    "api": ApiSettings,
    "public_pages": PublicPagesSettings,
    "import_members": ImportMembersSettings,
    "count_audience": CountAudienceSettings,
    "plan_audience": PlanAudienceSettings,
    "check_schedules": CheckSchedulesSettings,
    "release_batches": ReleaseBatchesSettings,
    "tend_messages": TendMessagesSettings,
    "run_series": RunSeriesSettings,
    "privacy_requests": PrivacyRequestsSettings,
    "send_batch": SendBatchSettings,
    "record_events": RecordEventsSettings,
    "aggregate_stats": AggregateStatsSettings,
    "recount_statistics": RecountStatisticsSettings,
}
