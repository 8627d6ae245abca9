"""Everything that the control API can change about the simulated provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from infra.local.providers.ses.statuses import BULK_STATUSES, ERROR_MODES
from infra.problems import problems_of


def _one_of(*choices: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    return AfterValidator(check)


_Share = Annotated[float, Field(ge=0, le=1)]
_Amount = Annotated[float, Field(ge=0, le=1e9)]
_Name = Annotated[str, Field(min_length=1), AfterValidator(str.lower)]
_CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True)


class Delays(BaseModel):
    """Milliseconds from acceptance to each event (real SES: seconds to days)."""

    model_config = _CONFIG

    send: _Amount = 5
    rendering_failure: _Amount = 10
    reject: _Amount = 30
    delivery_delay: _Amount = 30
    delivery: _Amount = 50
    bounce: _Amount = 80
    scan: _Amount = 90  # a security scanner that opens and clicks
    complaint: _Amount = 150
    open: _Amount = 200
    click: _Amount = 350
    unsubscribe: _Amount = 500


class Settings(BaseModel):
    """One immutable set of settings; `changed` makes the next one.

    Rates are probabilities from 0 to 1, drawn from a generator that `seed` starts anew.
    """

    model_config = _CONFIG

    rate: _Amount = 200.0  # recipients per second, GetAccount's MaxSendRate
    daily_quota: Annotated[int, Field(ge=-1)] = 50_000  # recipients per 24 hours, Max24HourSend; -1 is unlimited
    # Calls per second of everything but sending, as the API reference has it for each operation:
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html
    control_rate: _Amount = 1.0
    topic_arn: Annotated[str, Field(pattern="^arn:")] | None = None  # where events go
    delays: Delays = Delays()
    delay_jitter: _Share = 0.2  # each delay is drawn from delay x (1 ± jitter)
    event_loss_rate: _Share = 0.0
    event_duplicate_rate: _Share = 0.0
    reorder_milliseconds: _Amount = 0.0  # up to this much is added to each event by itself
    throttle_rate: _Share = 0.0  # whole calls answered 429
    entry_failure_rate: _Share = 0.0  # single entries of bulk calls that fail
    entry_failure_status: Annotated[str, _one_of(*(one for one in BULK_STATUSES if one != "SUCCESS"))] = (
        "TRANSIENT_FAILURE"
    )
    lose_response_rate: _Share = 0.0  # accepted, but the caller never learns it
    # close the connection | hang until the caller gives up | error (HTTP 500)
    lose_response_mode: Literal["close", "hang", "error"] = "close"
    response_delay_milliseconds: _Amount = 0.0
    error_mode: Annotated[str, _one_of("none", *ERROR_MODES)] = "none"
    error_shape: Literal["call", "entry"] = "call"  # the whole call is refused | each entry is
    invalid_entries: Literal["call", "entry"] = "call"  # a bad address, tag or data refuses the call | its entry only
    strict_templates: bool = True  # inline templates with anything but {{name}} of letters and digits are refused
    sandbox: bool = False  # recipients must be verified too, but for SES's own mailbox simulator
    require_verified_identity: bool = True
    verified_domains: Annotated[tuple[_Name, ...], Field(strict=False)] = ()  # verified the moment they are created
    verification_delay_seconds: _Amount | None = None  # None: other domains wait for the control API
    seed: int = 1

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with `changes` applied; of `delays`, those that it names. Raises ValueError that names each
        field and what it takes."""
        given = self.model_dump() | dict(changes)
        if isinstance(given["delays"], Mapping):
            given["delays"] = {**self.delays.model_dump(), **given["delays"]}
        try:
            return Settings.model_validate(given)
        except ValidationError as error:
            raise ValueError("; ".join(problems_of(error, Settings, "settings"))) from None

    def as_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return self.model_dump(mode="json")
