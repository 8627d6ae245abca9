"""Series on DynamoDB, in one table: the record under its tenant, everything else about it under a key of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.campaigns.campaigns import add_new_campaign
from ariia.adapters.dynamodb.campaigns.targets import TARGETS, replace_in
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, read, rows
from ariia.adapters.dynamodb.models import SeriesModel
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Move
from ariia.domain.content.content import Content
from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError
from ariia.domain.series.series import Series
from ariia.ports.campaigns import DRAFT, CampaignChange
from ariia.ports.series import SeriesChange, SeriesNote, SeriesNotes, SeriesStore

_MOVES, _MADE = "move#", "made#"
# Partitions that no tenant and no series has, as ids are never empty.
_NOTES = "#due"


class DynamoSeries(SeriesStore, SeriesNotes):
    """SeriesStore and SeriesNotes over the table series."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def get(self, tenant_id: str, series_id: str) -> Series | None:
        model = read(SeriesModel, tenant_id, series_id)
        return decode(Series, model.document) if model else None

    def create(self, change: SeriesChange, claim: str | None = None) -> bool:
        series = change.series
        series.version = 1

        def add(transaction: TransactWrite) -> None:
            transaction.save(_record(series, 1), condition=SeriesModel.row.does_not_exist())
            for part in _parts(change, 1):
                transaction.save(part)
            if claim is not None:
                row = SeriesModel(_claims(series.tenant_id), claim, document={"series_id": series.id})
                transaction.save(row, condition=SeriesModel.row.does_not_exist())

        return commit(self._connection, add)

    def claimed(self, tenant_id: str, claim: str) -> str | None:
        row = read(SeriesModel, _claims(tenant_id), claim)
        return str(row.document["series_id"]) if row else None

    def save(self, change: SeriesChange) -> bool:
        return self._save(change, None)

    def make(self, change: SeriesChange, made: CampaignChange) -> bool:
        return self._save(change, made)

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Series]:
        """Ids sort by time of creation."""
        older = SeriesModel.row < after if after else None
        found = rows(SeriesModel, tenant_id, older, scan_index_forward=False, limit=limit)
        return [decode(Series, model.document) for model in found]

    def content(self, tenant_id: str, series_id: str, part: str = DRAFT) -> Content:
        return decode(Content, _part(tenant_id, series_id, f"content#{part}"))

    def target(self, tenant_id: str, series_id: str, part: str = DRAFT) -> Target:
        return decode(Target, _part(tenant_id, series_id, f"target#{part}"))

    def replace_in_targets(self, tenant_id: str, series_id: str, member_id: str, replacement: str) -> int:
        found = rows(SeriesModel, _key(tenant_id, series_id), SeriesModel.row.startswith(TARGETS))
        return replace_in(found, member_id, replacement)

    def campaign_ids(self, tenant_id: str, series_id: str, limit: int, after: str | None) -> list[str]:
        # `$` sorts right behind `#`, so it ends all that begins with it; the row of `after` itself is left out.
        last = f"{_MADE}{after}" if after else "made$"
        between = SeriesModel.row.between(_MADE, last)
        found = rows(SeriesModel, _key(tenant_id, series_id), between, scan_index_forward=False, limit=limit + 1)
        return [one.row.removeprefix(_MADE) for one in found if one.row != last][:limit]

    def history(self, tenant_id: str, series_id: str) -> list[Move]:
        moves = rows(SeriesModel, _key(tenant_id, series_id), SeriesModel.row.startswith(_MOVES))
        return [decode(Move, model.document) for model in moves]

    def due(self, before: int, after: SeriesNote | None, limit: int) -> list[SeriesNote]:
        # A blank sorts before whatever an id or a number may go on with.
        first = f"{_note_row(after)} " if after else "0"
        wanted = SeriesModel.row.between(first, f"{before - 1:015d}~")
        return [_note(row) for row in rows(SeriesModel, _NOTES, wanted, limit=limit)]

    def drop(self, note: SeriesNote) -> None:
        SeriesModel(_NOTES, _note_row(note)).delete()

    def _save(self, change: SeriesChange, made: CampaignChange | None) -> bool:
        series = change.series
        stored, version = series.version, series.version + 1

        def add(transaction: TransactWrite) -> None:
            transaction.save(_record(series, version), condition=SeriesModel.version == stored)
            for part in _parts(change, version):
                transaction.save(part)
            if made is not None:
                add_new_campaign(transaction, made)
                transaction.save(SeriesModel(_key(series.tenant_id, series.id), f"{_MADE}{made.campaign.id}"))

        done = commit(self._connection, add)
        series.version = version if done else stored
        return done


def _record(series: Series, version: int) -> SeriesModel:
    document = {**encode(series), "version": version}
    return SeriesModel(series.tenant_id, series.id, document=document, version=version)


def _parts(change: SeriesChange, version: int) -> Iterator[SeriesModel]:
    key = _key(change.series.tenant_id, change.series.id)
    parts: dict[str, Any] = {f"content#{DRAFT}": change.content, f"target#{DRAFT}": change.target}
    if change.frozen is not None:
        name, content, target = change.frozen
        parts |= {f"content#{name}": content, f"target#{name}": target}
    parts |= {f"{_MOVES}{version:010d}#{number:02d}": move for number, move in enumerate(change.moves)}
    for row, value in parts.items():
        if value is not None:
            yield SeriesModel(key, row, document=encode(value))
    if change.note is not None:
        yield SeriesModel(_NOTES, _note_row(change.note))


def _part(tenant_id: str, series_id: str, part: str) -> Any:
    row = read(SeriesModel, _key(tenant_id, series_id), part)
    if row is None:
        raise NotFoundError(f"the series has no {part.partition('#')[0]} of this version")
    return row.document


def _key(tenant_id: str, series_id: str) -> str:
    return f"{tenant_id}#{series_id}"


def _claims(tenant_id: str) -> str:
    return f"{tenant_id}#"


def _note_row(note: SeriesNote) -> str:
    return f"{note.at:015d}#{note.tenant_id}#{note.series_id}#{note.epoch}"


def _note(row: SeriesModel) -> SeriesNote:
    at, tenant_id, series_id, epoch = row.row.split("#")
    return SeriesNote(int(at), tenant_id, series_id, int(epoch))
