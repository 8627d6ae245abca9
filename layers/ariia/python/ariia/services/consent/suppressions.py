"""The suppression list: read, added to by hand, and lifted by admins with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.address import address_hash, parse_email, parse_phone
from ariia.domain.channel import Channel
from ariia.domain.consent.suppressions import MANUAL
from ariia.domain.errors import InvalidError, NotFoundError, Problem
from ariia.domain.members.member import Suppression
from ariia.domain.text_values import FieldError, telegram_id, text
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.ports.suppressions import Lift, SuppressedAddress, SuppressionStore

MAX_REASON = 300
_READ_AT_MOST = 1_000


@dataclass(frozen=True)
class SuppressionPage:
    """Suppressed addresses in the order of their ids; a page may hold fewer than asked for and still lead on."""

    items: list[SuppressedAddress]
    after: str | None


class Suppressions:
    """Use cases around suppressions. No list shows an address; who has it is one question further."""

    def __init__(self, store: SuppressionStore, members: MemberStore, clock: Clock) -> None:
        self._store, self._members, self._clock = store, members, clock

    def page(
        self, tenant_id: str, limit: int, after: str | None, channel: Channel | None, reason: str | None
    ) -> SuppressionPage:
        """Up to `limit` suppressed addresses behind the id `after`, of `channel` and for `reason` where given."""
        found: list[SuppressedAddress] = []
        for _ in range(_READ_AT_MOST // limit + 1):
            read = self._store.page(tenant_id, channel, limit, after)
            for one in read:
                after = one.id
                if reason in (None, one.suppression.reason):
                    found.append(one)
                if len(found) == limit:
                    return SuppressionPage(found, after)
            if len(read) < limit:
                return SuppressionPage(found, None)
        return SuppressionPage(found, after)

    def with_address(self, tenant_id: str, channel: Channel, address: str) -> list[SuppressedAddress]:
        """The suppression of this address, if there is one. InvalidError for what is no address of the channel."""
        found = self._store.find(tenant_id, channel, address_hash(channel, parse_address(channel, address)))
        return [found] if found else []

    def add(self, tenant_id: str, channel: Channel, address: str, reason: str, by: str) -> SuppressedAddress:
        """Suppresses an address by hand; one that is suppressed already stays as it is. InvalidError."""
        one = address_hash(channel, parse_address(channel, address))
        noted = Suppression(MANUAL, self._clock.now(), by, _reason(reason))
        self._store.add(tenant_id, channel, one, noted)
        return self.get(tenant_id, f"{channel}-{one}")

    def get(self, tenant_id: str, suppression_id: str) -> SuppressedAddress:
        """The suppressed address; NotFoundError when there is no such suppression."""
        channel, _, one = suppression_id.partition("-")
        found = self._store.find(tenant_id, channel, one)
        if found is None:
            raise NotFoundError("there is no such suppression")
        return found

    def lift(self, tenant_id: str, suppression_id: str, reason: str, by: str) -> list[str]:
        """Frees the address and every member who has it, whose ids are returned. A bounce or complaint from later on
        suppresses it again. InvalidError without a reason, NotFoundError."""
        lift = Lift(self._clock.now(), by, _reason(reason))
        found = self.get(tenant_id, suppression_id)
        members = self._store.lift(tenant_id, found.channel, found.address_hash, lift)
        if members is None:
            raise NotFoundError("there is no such suppression")
        return members

    def members_of(self, tenant_id: str, address: SuppressedAddress) -> list[str]:
        """Ids of the members who have the address."""
        return self._members.sharers(tenant_id, address.channel, address.address_hash)


def parse_address(channel: Channel, address: str) -> str:
    """The address in its stored form; InvalidError when it is none of `channel`."""
    try:
        if channel is Channel.EMAIL:
            return parse_email(address)
        return telegram_id(address) if channel is Channel.TELEGRAM else parse_phone(address)
    except FieldError as error:
        raise InvalidError("the address is not valid", problems=[error.problem("address", address)]) from None
    except InvalidError as error:
        allowed = error.problems[0].allowed
        problem = Problem("address", "is not a valid address", value=address[:320], allowed=allowed)
        raise InvalidError("the address is not valid", problems=[problem]) from None


def _reason(value: str) -> str:
    try:
        return text(value, MAX_REASON)
    except FieldError as error:
        raise InvalidError("a reason is needed", problems=[error.problem("reason", value)]) from None
