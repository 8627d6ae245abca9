"""One transaction that changes members together with the addresses they join and leave."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.members.items import address_item, member_item, pause
from ariia.adapters.dynamodb.models import AddressModel, AuditModel, MemberModel, SuppressionModel
from ariia.domain.errors import TransientError
from ariia.domain.members.address_index import AddressRecord, MemberChange
from ariia.domain.members.member import Member

MAX_ACTIONS = 100  # API_TransactWriteItems: "up to 100 action requests", 4 MB together (members are below 16 KB)
_SUBMISSIONS = 3
_LOST_RACE = {"ConditionalCheckFailed", "TransactionConflict"}
# Trying these again can't help: a fault of ours, or of the deployment.
_HOPELESS = ("ValidationException", "AccessDeniedException", "ResourceNotFoundException")


@dataclass
class MemberTransaction:
    """What changes together: each item only if its stored version is the one that was read. `added` and `removed` are
    rows that go with it whatever is stored: of the audit trail, of the list of suppressions, and the one that says that
    a tenant has erased somebody."""

    members: list[Member] = field(default_factory=list)
    deleted: list[Member] = field(default_factory=list)
    addresses: list[AddressRecord] = field(default_factory=list)
    added: list[AuditModel | SuppressionModel | AddressModel] = field(default_factory=list)
    removed: list[SuppressionModel] = field(default_factory=list)

    def commit(self, connection: Connection, shards: int) -> bool:
        """Writes everything and raises the versions; False, with nothing written, when something moved meanwhile."""
        token = str(uuid.uuid4())
        for submission in range(_SUBMISSIONS):
            try:
                self._submit(connection, shards, token)
            except TransactWriteError as error:
                if _lost_race(error):
                    return False
                if _is_hopeless(error):
                    raise
                if submission + 1 == _SUBMISSIONS:
                    raise TransientError("the members could not be written; try again") from error
                pause(submission + 2)
            else:
                break
        for member in self.members:
            member.version += 1
        for record in self.addresses:
            record.version += 1
        return True

    def _submit(self, connection: Connection, shards: int, token: str) -> None:
        """The token makes a repeated submission of a transaction that did succeed a success (valid 10 min)."""
        with TransactWrite(connection=connection, client_request_token=token) as transaction:
            for member in self.members:
                item = member_item(member, shards, member.version + 1)
                # Not a put, which would take the engagement beside the document with it.
                written: list[Action] = [MemberModel.document.set(item.document), MemberModel.version.set(item.version)]
                transaction.update(item, actions=written, condition=_unchanged(MemberModel, member.version))
            for member in self.deleted:
                item = member_item(member, shards, member.version)
                transaction.delete(item, condition=_unchanged(MemberModel, member.version))
            for record in self.addresses:
                address = address_item(record, record.version + 1)
                if record.is_idle and record.version:
                    transaction.delete(address, condition=_unchanged(AddressModel, record.version))
                else:
                    transaction.save(address, condition=_unchanged(AddressModel, record.version))
            for row in self.added:
                transaction.save(row)
            for row in self.removed:
                transaction.delete(row)


def in_groups(changes: Sequence[MemberChange]) -> Iterable[list[MemberChange]]:
    """The changes in groups that surely fit one transaction: each address may bring one more member with it, each
    member has a row in the audit trail, and the tenant one."""
    group: list[MemberChange] = []
    actions = 1
    for change in changes:
        needed = 2 + 2 * (len(change.joined) + len(change.left))
        if group and actions + needed > MAX_ACTIONS:
            yield group
            group, actions = [], 1
        group.append(change)
        actions += needed
    if group:
        yield group


def without(changes: Iterable[MemberChange], member_ids: Collection[str]) -> list[MemberChange]:
    """The changes of all other members."""
    return [change for change in changes if change.member_id not in member_ids]


def _unchanged(model: type[MemberModel] | type[AddressModel], version: int) -> Condition:
    return model.version == version if version else model.version.does_not_exist()


def _lost_race(error: TransactWriteError) -> bool:
    return bool(_reasons(error) & _LOST_RACE)


def _is_hopeless(error: TransactWriteError) -> bool:
    return error.cause_response_code in _HOPELESS or "ValidationError" in _reasons(error)


def _reasons(error: TransactWriteError) -> set[str]:
    return {reason.code for reason in error.cancellation_reasons if reason is not None}
