"""Everything that the control API can change about the simulated provider."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.simulator.statuses import BULK_STATUSES, ERROR_MODES


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds from acceptance to each event (real SES: seconds to days)."""

    send: float = 5
    rendering_failure: float = 10
    reject: float = 30
    delivery_delay: float = 30
    delivery: float = 50
    bounce: float = 80
    scan: float = 90  # a security scanner that opens and clicks
    complaint: float = 150
    open: float = 200
    click: float = 350
    unsubscribe: float = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """One immutable set of settings; `changed` makes the next one.

    Rates are probabilities from 0 to 1, drawn from a generator that `seed` starts anew.
    """

    rate: float = 200.0  # recipients per second, GetAccount's MaxSendRate
    daily_quota: int = 50_000  # recipients per 24 hours, GetAccount's Max24HourSend; -1 is unlimited
    # Calls per second of everything but sending, as the API reference has it for each operation:
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html
    control_rate: float = 1.0
    topic_arn: str | None = None  # where events of sets without an own event destination go
    delays: Delays = field(default_factory=Delays)
    delay_jitter: float = 0.2  # each delay is drawn from delay x (1 ± jitter)
    event_loss_rate: float = 0.0
    event_duplicate_rate: float = 0.0
    reorder_milliseconds: float = 0.0  # up to this much is added to each event by itself
    throttle_rate: float = 0.0  # whole calls answered 429
    entry_failure_rate: float = 0.0  # single entries of bulk calls that fail
    entry_failure_status: str = "TRANSIENT_FAILURE"
    lose_response_rate: float = 0.0  # accepted, but the caller never learns it
    lose_response_mode: str = "close"  # close the connection | hang until the caller gives up | error (HTTP 500)
    response_delay_milliseconds: float = 0.0
    error_mode: str = "none"
    error_shape: str = "call"  # the whole call is refused | each entry is
    invalid_entries: str = "call"  # one bad address, tag or data refuses the whole call | its entry only
    strict_configuration_sets: bool = False
    strict_templates: bool = True  # inline templates with anything but {{name}} of letters and digits are refused
    sandbox: bool = False  # recipients must be verified too, but for SES's own mailbox simulator
    require_verified_identity: bool = True
    verified_domains: tuple[str, ...] = ()  # verified the moment they are created
    verification_delay_seconds: float | None = None  # None: other domains wait for the control API
    seed: int = 1

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with `changes` applied. Raises ValueError that names the field and what it takes."""
        return dataclasses.replace(self, **{name: _checked(name, value, self) for name, value in changes.items()})

    def as_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return dataclasses.asdict(self) | {"verified_domains": list(self.verified_domains)}


def _checked(name: str, value: Any, current: Settings) -> Any:
    if name == "delays":
        return _changed_delays(value, current.delays)
    rule = _RULES.get(name)
    if rule is None:
        raise ValueError(f"unknown setting {name!r}; known are delays, {', '.join(sorted(_RULES))}")
    accepts, wanted = rule
    if not accepts(value):
        raise ValueError(f"{name} takes {wanted}, not {value!r}")
    return tuple(domain.lower() for domain in value) if name == "verified_domains" else value


def _changed_delays(value: Any, current: Delays) -> Delays:
    names = {item.name for item in dataclasses.fields(Delays)}
    if not isinstance(value, Mapping) or not value.keys() <= names:
        raise ValueError(f"delays takes an object of milliseconds with the keys {', '.join(sorted(names))}")
    wrong = [name for name, milliseconds in value.items() if not _is_amount(milliseconds)]
    if wrong:
        raise ValueError(f"delays.{wrong[0]} takes milliseconds from 0")
    return dataclasses.replace(current, **value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_number(value) and 0 <= value < 1e9


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*choices: str) -> tuple[Callable[[Any], bool], str]:
    return (lambda value: value in choices), "one of " + ", ".join(choices)


def _is_domain_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) and item for item in value)


_SHARE = (_is_share, "a share from 0 to 1")
_AMOUNT = (_is_amount, "a number from 0")
_FLAG = (_is_flag, "true or false")
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "rate": _AMOUNT,
    "control_rate": _AMOUNT,
    "daily_quota": (lambda value: _is_whole(value) and value >= -1, "a whole number from -1 (unlimited)"),
    "topic_arn": (lambda value: value is None or str(value).startswith("arn:"), "an ARN or null"),
    "delay_jitter": _SHARE,
    "event_loss_rate": _SHARE,
    "event_duplicate_rate": _SHARE,
    "reorder_milliseconds": _AMOUNT,
    "throttle_rate": _SHARE,
    "entry_failure_rate": _SHARE,
    "entry_failure_status": _one_of(*(status for status in BULK_STATUSES if status != "SUCCESS")),
    "lose_response_rate": _SHARE,
    "lose_response_mode": _one_of("close", "hang", "error"),
    "response_delay_milliseconds": _AMOUNT,
    "error_mode": _one_of("none", *ERROR_MODES),
    "error_shape": _one_of("call", "entry"),
    "invalid_entries": _one_of("call", "entry"),
    "strict_configuration_sets": _FLAG,
    "strict_templates": _FLAG,
    "sandbox": _FLAG,
    "require_verified_identity": _FLAG,
    "verified_domains": (_is_domain_list, "a list of domains"),
    "verification_delay_seconds": (lambda value: value is None or _is_amount(value), "seconds from 0, or null"),
    "seed": (_is_whole, "a whole number"),
}
