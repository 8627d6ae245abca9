"""The channels a message can take."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a member; `multi` (on campaigns) means one content per channel."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    SMS = "sms"
    MULTI = "multi"


MESSAGE_CHANNELS = (Channel.EMAIL, Channel.WHATSAPP, Channel.TELEGRAM, Channel.SMS)
