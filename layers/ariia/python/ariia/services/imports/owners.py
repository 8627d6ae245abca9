"""Lines that name nobody but an address: they are about the member who has it."""

from __future__ import annotations

from collections.abc import Mapping

from ariia.domain.channel import Channel
from ariia.domain.members.address_index import address_key
from ariia.ports.members.members import MemberStore


class AddressOwners:
    """Finds the members of a tenant who have an e-mail address and an id of their own."""

    def __init__(self, tenant_id: str, members: MemberStore) -> None:
        self._tenant_id, self._members = tenant_id, members

    def of(self, addresses: Mapping[str, str]) -> dict[str, str]:
        """The owner of each address, by the id that would follow from the address: the one member who has it. Left out
        where that id is stored, and where nobody or several have the address, as nothing tells which of them is
        meant."""
        unknown = addresses.keys() - self._members.get_many(self._tenant_id, sorted(addresses)).keys()
        hashes = {one: address_key(self._tenant_id, Channel.EMAIL, addresses[one]).hash for one in unknown}
        sharers = self._members.members_at(self._tenant_id, Channel.EMAIL, sorted(hashes.values()))
        return {one: sharers[key][0] for one, key in hashes.items() if len(sharers.get(key, ())) == 1}
