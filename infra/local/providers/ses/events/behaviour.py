"""What a recipient does, read from the address as in the SES mailbox simulator, for any domain.

`bounce@any.domain` bounces; `anna+open+click@any.domain` opens and clicks. Plus tags may also be joined by dots
(`anna+open.click@…`); unknown tags mean nothing. The SES mailbox simulator itself ignores labels
(`bounce+label1@simulator.amazonses.com`), so a base name always keeps its meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from infra.local.providers.ses.sending.addresses import bare_address, local_part_of

ACTIONS = frozenset(
    {
        "success",
        "bounce",
        "softbounce",
        "complaint",
        "ooto",
        "suppressionlist",
        "reject",
        "delay",
        "open",
        "click",
        "botopen",
        "unsubscribe",
        "autoreply",
    }
)
_SEPARATORS = re.compile(r"[+.]")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to a message for one recipient.

    `kind` is SES's eventType, or `Unsubscribe` for the one-click POST; `variant` tells kinds of bounces,
    and people (`human`) from scanners (`bot`).
    """

    kind: str
    variant: str
    delay: str  # the delay of the settings that it takes its time from


_DELIVERY = Step("Delivery", "", "delivery")
_NOT_DELIVERED = {
    "reject": Step("Reject", "", "reject"),
    "suppressionlist": Step("Bounce", "suppression_list", "bounce"),
    "bounce": Step("Bounce", "permanent", "bounce"),
    "softbounce": Step("Bounce", "mailbox_full", "bounce"),
}
_AFTER_DELIVERY = {
    "complaint": (Step("Complaint", "", "complaint"),),
    "autoreply": (Step("Bounce", "auto_reply", "bounce"),),
    "open": (Step("Open", "human", "open"),),
    "click": (Step("Open", "human", "open"), Step("Click", "human", "click")),
    "botopen": (Step("Open", "bot", "scan"), Step("Click", "bot", "scan")),
    "unsubscribe": (Step("Open", "human", "open"), Step("Unsubscribe", "", "unsubscribe")),
}


@lru_cache(maxsize=65_536)
def actions_of(address: str) -> frozenset[str]:
    """The known actions in the local part of an address."""
    local = local_part_of(bare_address(address)).lower()
    base, _, tags = local.partition("+")
    return ACTIONS.intersection({base, *_SEPARATORS.split(tags)})


def steps_of(address: str) -> tuple[Step, ...]:
    """What this recipient does, in the order of cause and effect."""
    return _steps(actions_of(address))


@lru_cache(maxsize=4_096)
def _steps(actions: frozenset[str]) -> tuple[Step, ...]:
    for name, step in _NOT_DELIVERED.items():
        if name in actions:
            return (step,)
    steps: list[Step] = [Step("DeliveryDelay", "", "delivery_delay")] if "delay" in actions else []
    steps.append(_DELIVERY)
    for name, effects in _AFTER_DELIVERY.items():
        if name in actions:
            steps.extend(effect for effect in effects if effect not in steps)
    return tuple(steps)
