"""The noes that an import brings: they hold for the addresses, whatever becomes of their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ariia.domain.channel import Channel
from ariia.domain.imports.file import Reading
from ariia.domain.imports.job import ImportJob
from ariia.domain.imports.noes import LineNoes, noes_in, with_origin
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.services.members.opt_outs import OptOuts


class ImportedNoes:
    """Takes denials and suppressions of one import's lines in, as often as the lines come."""

    def __init__(self, job: ImportJob, members: MemberStore, clock: Clock) -> None:
        self._job, self._members, self._opt_outs = job, members, OptOuts(members, clock)

    def take(self, readings: Mapping[int, Reading], meant: Mapping[int, str]) -> dict[int, int]:
        """By line, how many members its denials reach who are not the one that it is about: `meant`, by line, or whom
        it names itself."""
        reached = {}
        for line, reading in readings.items():
            noes = self._noes(line, reading)
            noes = replace(noes, member_id=meant.get(line, noes.member_id))
            self._suppress(noes)
            if noes.denials:
                others = {one for channel in noes.denials for one in self._deny(noes, channel)}
                reached[line] = len(others - {noes.member_id})
        return reached

    def _noes(self, line: int, reading: Reading) -> LineNoes:
        job = self._job
        noes = noes_in(job.tenant_id, reading.values, now=job.created_at, source=job.source, by=job.created_by)
        return with_origin(replace(noes, suppression=reading.suppression), job.origin(line))

    def _deny(self, noes: LineNoes, channel: Channel) -> Iterator[str]:
        key = noes.addresses.get(channel)
        if key is not None or noes.member_id is not None:
            yield from self._opt_outs.take(
                self._job.tenant_id,
                channel,
                noes.denials[channel].noted_at(self._job.created_at),
                member_id=noes.member_id,
                address_hash=key.hash if key else None,
            )

    def _suppress(self, noes: LineNoes) -> None:
        """Members with the address get nothing more, whatever is imported next."""
        key = noes.addresses.get(Channel.EMAIL)
        if noes.suppression is not None and key is not None:
            self._members.suppress(key.tenant_id, key.channel, key.hash, noes.suppression)
