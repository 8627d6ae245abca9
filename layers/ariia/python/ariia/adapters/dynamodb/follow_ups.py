"""Follow-ups on DynamoDB: the record under its tenant, and references to it under its member and its conversation.

A reference never changes, but for that of the open ones: it goes with the write that ends the follow-up, so that an
event finds what it may cancel without reading what is long over."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, put_if, read, rows
from ariia.adapters.dynamodb.models import FollowUpModel
from ariia.domain.documents import decode, encode
from ariia.domain.follow_ups import ScheduledFollowUp
from ariia.domain.identifiers import derived_id
from ariia.ports.follow_ups import FollowUpStore

_OPEN, _ALL = "open#", "all#"


class DynamoFollowUps(FollowUpStore):
    """FollowUpStore over the table follow-ups."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def create(self, follow_up: ScheduledFollowUp) -> bool:
        follow_up.version = 1

        def add(transaction: TransactWrite) -> None:
            transaction.save(_record(follow_up, 1), condition=FollowUpModel.row.does_not_exist())
            for reference in _references(follow_up):
                transaction.save(reference)

        return commit(self._connection, add)

    def get(self, tenant_id: str, follow_up_id: str) -> ScheduledFollowUp | None:
        model = read(FollowUpModel, tenant_id, follow_up_id)
        return decode(ScheduledFollowUp, model.document) if model else None

    def save(self, follow_up: ScheduledFollowUp) -> bool:
        stored, version = follow_up.version, follow_up.version + 1
        unchanged = FollowUpModel.version == stored
        record = _record(follow_up, version)
        done = self._end(follow_up, record, stored) if follow_up.is_over else put_if(record, unchanged)
        follow_up.version = version if done else stored
        return done

    def _end(self, follow_up: ScheduledFollowUp, record: FollowUpModel, stored: int) -> bool:
        def add(transaction: TransactWrite) -> None:
            transaction.save(record, condition=FollowUpModel.version == stored)
            transaction.delete(_open_reference(follow_up))

        return commit(self._connection, add)

    def remove(self, follow_up: ScheduledFollowUp) -> None:
        def add(transaction: TransactWrite) -> None:
            transaction.delete(_record(follow_up, follow_up.version))
            for reference in _references(follow_up):
                transaction.delete(reference)

        commit(self._connection, add)

    def of_member(
        self, tenant_id: str, member_id: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        return self._page(tenant_id, _of_member(tenant_id, member_id), limit, after)

    def of_conversation(
        self, tenant_id: str, conversation_id: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        return self._page(tenant_id, _of_conversation(tenant_id, conversation_id), limit, after)

    def open_of_member(self, tenant_id: str, member_id: str) -> list[ScheduledFollowUp]:
        found = rows(FollowUpModel, _of_member(tenant_id, member_id), FollowUpModel.row.startswith(_OPEN))
        follow_ups = (self.get(tenant_id, one.row.removeprefix(_OPEN)) for one in found)
        return [one for one in follow_ups if one is not None and not one.is_over]

    def _page(
        self, tenant_id: str, place: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        # `$` sorts right behind `#`, so it ends all that begins with it; the reference at `after` itself is left out.
        last = f"{_ALL}{after}" if after else "all$"
        between = FollowUpModel.row.between(_ALL, last)
        found = rows(FollowUpModel, place, between, scan_index_forward=False, limit=limit + 1)
        behind = [one for one in found if one.row != last][:limit]
        follow_ups = (self.get(tenant_id, one.row.rpartition("#")[2]) for one in behind)
        end = behind[-1].row.removeprefix(_ALL) if len(behind) == limit else None
        return [one for one in follow_ups if one is not None], end


def _record(follow_up: ScheduledFollowUp, version: int) -> FollowUpModel:
    document = {**encode(follow_up), "version": version}
    return FollowUpModel(follow_up.tenant_id, follow_up.id, document=document, version=version)


def _references(follow_up: ScheduledFollowUp) -> list[FollowUpModel]:
    row = f"{_ALL}{follow_up.created_at:013d}#{follow_up.id}"
    found = [_open_reference(follow_up), FollowUpModel(_of_member(follow_up.tenant_id, follow_up.member_id), row)]
    if follow_up.conversation_id is not None:
        found.append(FollowUpModel(_of_conversation(follow_up.tenant_id, follow_up.conversation_id), row))
    return found


def _open_reference(follow_up: ScheduledFollowUp) -> FollowUpModel:
    return FollowUpModel(_of_member(follow_up.tenant_id, follow_up.member_id), f"{_OPEN}{follow_up.id}")


def _of_member(tenant_id: str, member_id: str) -> str:
    return f"{tenant_id}#m#{member_id}"


def _of_conversation(tenant_id: str, conversation_id: str) -> str:
    # Conversations are named by others, often by a phone number: keys hold neither.
    return f"{tenant_id}#c#{derived_id(conversation_id)}"
