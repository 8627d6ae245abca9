"""Recipients who are no members: test recipients, by an id that names their address."""

from __future__ import annotations

import re
from dataclasses import replace

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression

_STAND_IN = re.compile(f"({'|'.join(Channel)})-[0-9a-f]{{32}}")


def id_of_test_recipient(channel: Channel, address: str) -> str:
    """The id of a recipient who is no member: it names the address, so that what is known of the address is found."""
    return f"{channel}-{address_hash(channel, address)}"


def is_test_recipient(member_id: str) -> bool:
    """True for what has the form of a stand-in's id; a member's may have it too."""
    return _STAND_IN.fullmatch(member_id) is not None


def address_place(test_recipient: str) -> tuple[Channel, str]:
    """Channel and hash of the address that a stand-in's id names."""
    channel, _, digest = test_recipient.partition("-")
    return Channel(channel), digest


def as_known(test_recipient: Member, suppression: Suppression | None, withdrawal: Consent | None) -> Member:
    """The stand-in with what the tenant knows of the address: a suppressed one, or one that opted out, gets nothing."""
    channel, _ = address_place(test_recipient.id)
    consent = withdrawal or Consent(ConsentStatus.GRANTED, "named", test_recipient.created_at)
    suppressed = {channel.value: suppression} if suppression is not None else {}
    return replace(test_recipient, consent={channel.value: consent}, suppression=suppressed)
