"""The address index: who has an address, and what holds for everybody who has it. Pure, so that every store agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ariia.domain.address import address_hash
from ariia.domain.audit.entries import AuditEntry, subject_of
from ariia.domain.channel import MESSAGE_CHANNELS, Channel
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.members.audit_entries import consented, entries_of
from ariia.domain.members.consent_changes import set_consent, wins, withdraw
from ariia.domain.members.erasure_mark import ErasureMark, refusal_after_erasure
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression

MAX_SHARERS = 200
_FULL = Problem("email", "belongs to too many members", allowed=f"at most {MAX_SHARERS} members per address")


@dataclass(frozen=True)
class AddressKey:
    """An address of a tenant on one channel, without the address itself."""

    tenant_id: str
    channel: Channel
    hash: str

    def __str__(self) -> str:
        return f"{self.tenant_id}#{self.channel}#{self.hash}"


@dataclass
class AddressRecord:
    """What is known of an address: its members (in order of joining), its suppression, when one was last lifted (epoch
    ms), its last opt-out, and whether somebody who had it was erased."""

    key: AddressKey
    members: list[str] = field(default_factory=list)
    suppression: Suppression | None = None
    withdrawal: Consent | None = None
    lifted_at: int | None = None
    erasure: ErasureMark | None = None
    version: int = 0

    @property
    def is_idle(self) -> bool:
        """True when nothing would be lost by forgetting it."""
        kept = (self.suppression, self.withdrawal, self.lifted_at, self.erasure)
        return not self.members and all(one is None for one in kept)

    def accepts(self, suppression: Suppression) -> bool:
        """False for what is older than the lifting of a suppression: it was lifted with the rest."""
        return self.lifted_at is None or suppression.at > self.lifted_at


@dataclass(frozen=True)
class MemberChange:
    """A member as stored (None: new) and as wanted (None: deleted)."""

    before: Member | None
    after: Member | None

    @property
    def member_id(self) -> str:
        """The id, which is the same on both sides."""
        member = self.after or self.before
        assert member is not None
        return member.id

    @property
    def tenant_id(self) -> str:
        """Whose member it is."""
        member = self.after or self.before
        assert member is not None
        return member.tenant_id

    @cached_property
    def joined(self) -> list[AddressKey]:
        """Addresses that the member has from now on."""
        return sorted(addresses_of(self.after) - addresses_of(self.before), key=str)

    @property
    def asked(self) -> list[AddressKey]:
        """Where it may be kept that this person was erased: looked up when a member is new or gets an address."""
        born = [id_key(self.tenant_id, self.member_id)] if self.before is None and self.after is not None else []
        return [*born, *self.joined]

    @cached_property
    def left(self) -> list[AddressKey]:
        """Addresses that the member has no more."""
        return sorted(addresses_of(self.before) - addresses_of(self.after), key=str)


class MembersRefusedError(InvalidError):
    """These members were not stored, for the reason of each; all others of the call were, except `stale`, which
    somebody else had changed."""

    def __init__(self, refusals: Mapping[str, Problem], stale: Sequence[str] = ()) -> None:
        problems = list(dict.fromkeys(refusals.values()))
        super().__init__("; ".join(f"{one.field} {one.message}" for one in problems), problems=problems)
        self.refusals = dict(refusals)
        self.stale = tuple(stale)


def address_key(tenant_id: str, channel: Channel, address: str) -> AddressKey:
    """The key under which the index knows this address."""
    return AddressKey(tenant_id, channel, address_hash(channel, address))


def id_key(tenant_id: str, member_id: str) -> AddressKey:
    """The key under which it is kept that a member of this id was erased; no address has the channel `multi`."""
    return AddressKey(tenant_id, Channel.MULTI, subject_of(tenant_id, member_id))


def addresses_of(member: Member | None) -> set[AddressKey]:
    """Every address by which the member can be reached; a phone counts for each channel that uses it."""
    if member is None:
        return set()
    reached = ((channel, member.address(channel)) for channel in MESSAGE_CHANNELS)
    return {address_key(member.tenant_id, channel, address) for channel, address in reached if address}


def touched(changes: Iterable[MemberChange]) -> set[AddressKey]:
    """The addresses that the changes add somebody to or take somebody from."""
    return {key for change in changes for key in (*change.joined, *change.left)}


def looked_up(changes: Iterable[MemberChange]) -> set[AddressKey]:
    """All keys whose records decide about the changes."""
    wanted = list(changes)
    return touched(wanted) | {key for change in wanted for key in change.asked}


def refusals(changes: Sequence[MemberChange], records: Mapping[AddressKey, AddressRecord]) -> dict[str, Problem]:
    """The members who can't be stored, and why: no place at an address, or erased before; `records` as of
    `looked_up`."""
    _, full = members_after(changes, {key: records[key] for key in touched(changes)})
    found = {member_id: _FULL for member_id in full}
    for change in changes:
        for key in change.asked:
            assert change.after is not None
            problem = refusal_after_erasure(change.after, records[key].erasure)
            if problem is not None:
                found[change.member_id] = problem
    return found


def members_after(
    changes: Iterable[MemberChange], records: Mapping[AddressKey, AddressRecord]
) -> tuple[dict[AddressKey, list[str]], set[str]]:
    """Who has each touched address when the changes are done, and the members for whom there is no more place."""
    after = {key: list(record.members) for key, record in records.items()}
    full: set[str] = set()
    for change in changes:
        for key in change.left:
            after[key] = [member_id for member_id in after[key] if member_id != change.member_id]
    for change in changes:
        for key in change.joined:
            if change.member_id not in after[key]:
                after[key].append(change.member_id)
            if len(after[key]) > MAX_SHARERS:
                full.add(change.member_id)
    return after, full


def neighbours(
    changes: Sequence[MemberChange],
    records: Mapping[AddressKey, AddressRecord],
    after: Mapping[AddressKey, Sequence[str]],
) -> set[str]:
    """Ids of others who begin to share an address, or no longer do, by these changes: at most one per address."""
    found: set[str] = set()
    for key, record in records.items():
        was, will = record.members, after[key]
        if (len(was) == 1) != (len(will) == 1):
            found.update(set(was) & set(will) if len(was) == 1 else will[:1])
    return found - {change.member_id for change in changes}


def settle(
    changes: Sequence[MemberChange],
    records: Mapping[AddressKey, AddressRecord],
    after: Mapping[AddressKey, Sequence[str]],
    others: Mapping[str, Member],
) -> list[Member]:
    """Brings records and wanted members in step, in place; gives those of `others` that changed with them."""
    for key, record in records.items():
        record.members = list(after[key])
    for change in changes:
        _keep_denials(change, records)
        if change.after is not None:
            _inherit(change.before, change.after, change, records)
    present = {change.member_id: change.after for change in changes if change.after is not None}
    changed = {}
    for record in records.values():
        for member_id in record.members:
            member = present.get(member_id) or others.get(member_id)
            if member is not None and _flag(member, record) and member_id in others:
                changed[member_id] = member
    return list(changed.values())


def opt_out(
    record: AddressRecord, members: Sequence[Member], withdrawal: Consent, at: int
) -> tuple[list[Member], list[AuditEntry]] | None:
    """Lays the opt-out over the record and over `members`, who have the address, in place, at `at` (epoch ms): those
    whom it changed, and what the audit trail says of it. None when there is nothing new in it.

    An undated no that changes nobody does not move the instant of an earlier one: a system that sends its whole state
    every night would otherwise outdate each yes that was signed in between."""
    is_later, changed, noted = wins(withdrawal, record.withdrawal), [], list[AuditEntry]()
    for member in members:
        before = replace(member, consent=dict(member.consent))
        if withdraw(member, record.key.channel, withdrawal):
            member.updated_at = at
            changed.append(member)
            noted += entries_of(before, member, at)
    if withdrawal.undated and record.withdrawal is not None and not changed:
        return None
    if is_later:
        record.withdrawal = withdrawal
    if is_later and not members:
        noted.append(replace(consented(withdrawal, record.key.channel.value), at=at, address=record.key.hash))
    return (changed, noted) if is_later or changed else None


def _keep_denials(change: MemberChange, records: Mapping[AddressKey, AddressRecord]) -> None:
    """A deleted member's no stays with the address, so that importing the person again does not undo it."""
    if change.after is not None or change.before is None:
        return
    for key in change.left:
        consent = change.before.consent.get(key.channel)
        if consent and consent.status is ConsentStatus.DENIED and wins(consent, records[key].withdrawal):
            records[key].withdrawal = consent


def _inherit(
    before: Member | None, member: Member, change: MemberChange, records: Mapping[AddressKey, AddressRecord]
) -> None:
    """Suppression and sharing are the address's, not the caller's: the stored state, moved on by the change."""
    member.suppression = dict(before.suppression) if before else {}
    member.shared_address = list(before.shared_address) if before else []
    for key in change.left:
        member.suppression.pop(key.channel, None)
        member.shared_address = [channel for channel in member.shared_address if channel != key.channel]
    for key in change.joined:
        record = records[key]
        if record.suppression is not None:
            member.suppression[key.channel] = record.suppression
        if record.withdrawal is not None:
            set_consent(member, key.channel, record.withdrawal)


def _flag(member: Member, record: AddressRecord) -> bool:
    channel = record.key.channel.value
    shares, flagged = len(record.members) > 1, channel in member.shared_address
    if shares and not flagged:
        member.shared_address = sorted([*member.shared_address, channel])
    elif flagged and not shares:
        member.shared_address = [one for one in member.shared_address if one != channel]
    return shares != flagged
