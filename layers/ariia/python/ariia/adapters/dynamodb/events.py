"""Events of members on DynamoDB: the event under its member, and its id under the tenant, which makes it one."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, passing_faults, read, rows
from ariia.adapters.dynamodb.models import EventModel
from ariia.domain.documents import decode, encode
from ariia.domain.events import MemberEvent
from ariia.ports.events import EventStore


class DynamoEvents(EventStore):
    """EventStore over the table events."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def put(self, event: MemberEvent) -> bool:
        def add(transaction: TransactWrite) -> None:
            place = {"member_id": event.member_id, "row": event.position}
            claim = EventModel(f"{event.tenant_id}#", event.id, document=place)
            transaction.save(claim, condition=EventModel.row.does_not_exist())
            transaction.save(_model(event))

        return commit(self._connection, add)

    def get(self, tenant_id: str, event_id: str) -> MemberEvent | None:
        claim = read(EventModel, f"{tenant_id}#", event_id)
        if claim is None:
            return None
        model = read(EventModel, f"{tenant_id}#{claim.document['member_id']}", claim.document["row"])
        return decode(MemberEvent, model.document) if model else None

    def note_handled(self, event: MemberEvent) -> None:
        with passing_faults():
            _model(event).save()

    def remove(self, event: MemberEvent) -> None:
        def add(transaction: TransactWrite) -> None:
            transaction.delete(_model(event))
            transaction.delete(EventModel(f"{event.tenant_id}#", event.id))

        commit(self._connection, add)

    def of_member(self, tenant_id: str, member_id: str, limit: int, after: str | None) -> list[MemberEvent]:
        older = EventModel.row < after if after else None
        found = rows(EventModel, f"{tenant_id}#{member_id}", older, scan_index_forward=False, limit=limit)
        return [decode(MemberEvent, model.document) for model in found]


def _model(event: MemberEvent) -> EventModel:
    return EventModel(f"{event.tenant_id}#{event.member_id}", event.position, document=encode(event))
