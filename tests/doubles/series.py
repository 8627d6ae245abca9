"""Series in memory."""

from __future__ import annotations

import json
from dataclasses import astuple
from threading import RLock
from typing import Any

from ariia.domain.audience.selected_ids import without_member
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Move
from ariia.domain.content.content import Content
from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError
from ariia.domain.series.series import Series
from ariia.ports.campaigns import DRAFT, CampaignChange, CampaignStore
from ariia.ports.series import SeriesChange, SeriesNote, SeriesNotes, SeriesStore


class MemorySeries(SeriesStore, SeriesNotes):
    """SeriesStore and SeriesNotes that forget at exit; each call is one atomic step. What a series makes goes to
    `campaigns`."""

    def __init__(self, campaigns: CampaignStore) -> None:
        self._campaigns, self._lock = campaigns, RLock()
        self._texts: dict[tuple[str, str], str] = {}
        self._parts: dict[tuple[str, str, str], str] = {}
        self._moves: dict[tuple[str, str], list[str]] = {}
        self._claims: dict[tuple[str, str], str] = {}
        self._made: dict[tuple[str, str], list[str]] = {}
        self._notes: set[SeriesNote] = set()

    def get(self, tenant_id: str, series_id: str) -> Series | None:
        text = self._texts.get((tenant_id, series_id))
        return decode(Series, json.loads(text)) if text else None

    def create(self, change: SeriesChange, claim: str | None = None) -> bool:
        series = change.series
        with self._lock:
            series.version = 1
            if (series.tenant_id, series.id) in self._texts or (series.tenant_id, claim) in self._claims:
                return False
            if claim is not None:
                self._claims[series.tenant_id, claim] = series.id
            self._write(change)
            return True

    def claimed(self, tenant_id: str, claim: str) -> str | None:
        return self._claims.get((tenant_id, claim))

    def save(self, change: SeriesChange) -> bool:
        with self._lock:
            return self._is_unchanged(change.series) and self._raise_version(change)

    def make(self, change: SeriesChange, made: CampaignChange) -> bool:
        series = change.series
        with self._lock:
            if not self._is_unchanged(series) or not self._campaigns.create(made):
                return False
            self._made.setdefault((series.tenant_id, series.id), []).append(made.campaign.id)
            return self._raise_version(change)

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Series]:
        ids = sorted((key[1] for key in self._texts if key[0] == tenant_id), reverse=True)
        found = [self.get(tenant_id, one) for one in ids if after is None or one < after][:limit]
        return [one for one in found if one is not None]

    def content(self, tenant_id: str, series_id: str, part: str = DRAFT) -> Content:
        return decode(Content, self._part(tenant_id, series_id, f"content#{part}"))

    def target(self, tenant_id: str, series_id: str, part: str = DRAFT) -> Target:
        return decode(Target, self._part(tenant_id, series_id, f"target#{part}"))

    def replace_in_targets(self, tenant_id: str, series_id: str, member_id: str, replacement: str) -> int:
        changed = 0
        with self._lock:
            for key, text in self._parts.items():
                if key[:2] == (tenant_id, series_id) and key[2].startswith("target#"):
                    before = decode(Target, json.loads(text))
                    after = without_member(before, member_id, replacement)
                    self._parts[key] = json.dumps(encode(after))
                    changed += after is not before
        return changed

    def campaign_ids(self, tenant_id: str, series_id: str, limit: int, after: str | None) -> list[str]:
        ids = sorted(self._made.get((tenant_id, series_id), []), reverse=True)
        return [one for one in ids if after is None or one < after][:limit]

    def history(self, tenant_id: str, series_id: str) -> list[Move]:
        return [decode(Move, json.loads(text)) for text in self._moves.get((tenant_id, series_id), [])]

    def due(self, before: int, after: SeriesNote | None, limit: int) -> list[SeriesNote]:
        wanted = sorted((one for one in self._notes if one.at < before), key=astuple)
        return [one for one in wanted if after is None or astuple(one) > astuple(after)][:limit]

    def drop(self, note: SeriesNote) -> None:
        self._notes.discard(note)

    def _is_unchanged(self, series: Series) -> bool:
        stored = self.get(series.tenant_id, series.id)
        return stored is not None and stored.version == series.version

    def _raise_version(self, change: SeriesChange) -> bool:
        change.series.version += 1
        self._write(change)
        return True

    def _write(self, change: SeriesChange) -> None:
        series = change.series
        key = (series.tenant_id, series.id)
        self._texts[key] = json.dumps(encode(series))
        parts: dict[str, Any] = {f"content#{DRAFT}": change.content, f"target#{DRAFT}": change.target}
        if change.frozen is not None:
            name, content, target = change.frozen
            parts |= {f"content#{name}": content, f"target#{name}": target}
        for part, value in parts.items():
            if value is not None:
                self._parts[*key, part] = json.dumps(encode(value))
        if change.note is not None:
            self._notes.add(change.note)
        self._moves.setdefault(key, []).extend(json.dumps(encode(move)) for move in change.moves)

    def _part(self, tenant_id: str, series_id: str, part: str) -> Any:
        text = self._parts.get((tenant_id, series_id, part))
        if text is None:
            raise NotFoundError(f"the series has no {part.partition('#')[0]} of this version")
        return json.loads(text)
