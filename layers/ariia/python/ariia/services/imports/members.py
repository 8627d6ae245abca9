"""Imported records laid over the members that are stored, some dozens at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from ariia.domain.channel import Channel
from ariia.domain.errors import InvalidError, Problem, TransientError
from ariia.domain.imports.file import FileShape, Reading, duplicate_of
from ariia.domain.imports.job import ImportJob
from ariia.domain.imports.records import Record
from ariia.domain.members.address_index import AddressKey, MembersRefusedError
from ariia.domain.members.claims import agreed_addresses, apply_claims
from ariia.domain.members.consent_changes import ConsentClaim
from ariia.domain.members.member import Consent, ConsentStatus, ImportMark, Member
from ariia.domain.members.patch import MemberPatch, apply_fields, member_id_for, parse_patch, require_size
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.services.consent.double_opt_in import DoubleOptIn, OptInRules
from ariia.services.imports.noes import ImportedNoes
from ariia.services.imports.owners import AddressOwners

_ATTEMPTS = 6
_UNREADABLE = Problem("line", "could not be read", allowed="fields as the API's reference describes them")
OutcomeKind = Literal["created", "updated", "unchanged", "rejected"]


@dataclass(frozen=True)
class Outcome:
    """What came of one line. `kept_withdrawal`: the member's own no outlasted the line's yes; `awaits`: its yes to
    e-mail waits for the member's confirmation; `also_opted_out`: how many other members its noes reach."""

    line: int
    kind: OutcomeKind
    kept_withdrawal: bool = False
    awaits: bool = False
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    also_opted_out: int = 0

    @classmethod
    def rejected(cls, line: int, problems: Sequence[Problem]) -> Outcome:
        """A line that is not imported, and why."""
        return cls(line, "rejected", problems=problems)


@dataclass(frozen=True)
class _Wanted:
    """A valid line: which member it is about, and what it says."""

    line: int
    member_id: str
    patch: MemberPatch


class MemberImport:
    """Applies lines of one import. Every member that a line changed carries the line's mark, so that going through the
    same lines again gives the same outcomes, and never overwrites what changed since."""

    def __init__(self, job: ImportJob, members: MemberStore, double_opt_in: DoubleOptIn, clock: Clock) -> None:
        self._job, self._members, self._double_opt_in, self._clock = job, members, double_opt_in, clock
        self._shape, self._noes = FileShape.of(job), ImportedNoes(job, members, clock)
        self._owners = AddressOwners(job.tenant_id, members)

    def apply(self, records: Sequence[Record], repeated: Mapping[int, int] | None = None) -> list[Outcome]:
        """One outcome per record; `repeated` has, by line, the earlier line that counts instead. TransientError when
        others keep changing the same members.

        The noes of all lines are taken in, of the rejected ones too, and whatever else fails."""
        readings = {one.line: self._reading(one) for one in records if one.content is not None}
        outcomes: dict[int, Outcome] = {}
        wanted = self._of_owners(self._parsed(records, readings, repeated or {}, outcomes), readings)
        meant = {one.line: one.member_id for one in wanted}
        try:
            for some in _one_line_each(wanted):
                self._carry_out(some, outcomes)
        except Exception:
            self._noes.take(readings, meant)
            raise
        reached = self._noes.take(readings, meant)
        return [
            replace(outcomes[line], also_opted_out=reached.get(line, 0), warnings=_warnings(readings.get(line)))
            for line in sorted(outcomes)
        ]

    def _parsed(
        self,
        records: Sequence[Record],
        readings: Mapping[int, Reading],
        repeated: Mapping[int, int],
        outcomes: dict[int, Outcome],
    ) -> list[_Wanted]:
        """The valid lines; the others get their outcome."""
        wanted: list[_Wanted] = []
        for record in records:
            line = record.line
            if record.fault is not None:
                outcomes[line] = Outcome.rejected(line, [record.fault])
            elif line in repeated:
                outcomes[line] = Outcome.rejected(line, [duplicate_of(repeated[line])])
            else:
                try:
                    wanted.append(self._parse(line, readings[line]))
                except InvalidError as error:
                    outcomes[line] = Outcome.rejected(line, error.problems or [Problem("line", error.message)])
                except Exception:
                    outcomes[line] = Outcome.rejected(line, [_UNREADABLE])
        return wanted

    def _reading(self, record: Record) -> Reading:
        """What the line says. One that no reader gets through is rejected, and keeps no other from being imported."""
        try:
            return self._shape.read(record, self._job.created_at)
        except Exception:
            return Reading({}, [_UNREADABLE])

    def _parse(self, line: int, reading: Reading) -> _Wanted:
        if reading.problems:
            raise InvalidError("the line is not valid", problems=reading.problems)
        member_id = member_id_for(self._job.tenant_id, reading.values)
        if member_id is None:
            problem = Problem("id", "is missing", allowed="one of id, external_id and email")
            raise InvalidError("the line names no member", problems=[problem])
        fields = {name: value for name, value in reading.values.items() if name != "id"}
        patch = parse_patch(fields, now=self._job.created_at, source=self._job.source, by=self._job.created_by)
        return _Wanted(line, member_id, self._with_origin(patch, line))

    def _with_origin(self, patch: MemberPatch, line: int) -> MemberPatch:
        """Where a consent was read belongs to its proof."""
        origin = self._job.origin(line)
        claims = {one: replace(claim, proof={**claim.proof, **origin}) for one, claim in patch.consent.items()}
        return replace(patch, consent=claims)

    def _of_owners(self, wanted: Sequence[_Wanted], readings: Mapping[int, Reading]) -> list[_Wanted]:
        """The lines, those that name nobody but an address with the member who has it."""
        by_address = [one for one in wanted if not {"id", "external_id"} & _named(readings[one.line])]
        owners = self._owners.of({one.member_id: str(one.patch.fields["email"]) for one in by_address})
        return [replace(one, member_id=owners.get(one.member_id, one.member_id)) for one in wanted]

    def _carry_out(self, pending: list[_Wanted], outcomes: dict[int, Outcome]) -> None:
        for _ in range(_ATTEMPTS):
            pending = self._attempt(pending, outcomes)
            if not pending:
                return
        raise TransientError("the same members are being changed by others; try again")

    def _attempt(self, wanted: Sequence[_Wanted], outcomes: dict[int, Outcome]) -> list[_Wanted]:
        """Fills in outcomes; gives the lines whose members somebody else changed meanwhile."""
        stored = self._members.get_many(self._job.tenant_id, [one.member_id for one in wanted])
        laid_over: dict[str, tuple[_Wanted, Member]] = {}
        for one in wanted:
            try:
                laid_over[one.member_id] = (one, self._with_fields(one, stored.get(one.member_id)))
            except InvalidError as error:
                outcomes[one.line] = Outcome.rejected(one.line, error.problems)
        withdrawals = self._withdrawals([(member, one.patch.consent) for one, member in laid_over.values()])
        rules = self._double_opt_in.of(self._job.tenant_id)
        changed: dict[str, _Wanted] = {}
        for member_id, (one, member) in laid_over.items():
            outcome = self._judge(one, stored.get(member_id), member, withdrawals, rules)
            outcomes[one.line] = outcome
            if outcome.kind in ("created", "updated") and not self._is_marked(stored.get(member_id), one):
                changed[member_id] = one
        wanted_members = [laid_over[member_id][1] for member_id in changed]
        if self._job.send_confirmations:
            rules.ask((stored.get(member.id), member) for member in wanted_members)
        return self._save(changed, wanted_members, outcomes)

    def _with_fields(self, one: _Wanted, stored: Member | None) -> Member:
        now = self._clock.now()
        base = stored or Member(one.member_id, self._job.tenant_id, created_at=now, updated_at=now)
        return apply_fields(base, one.patch)

    def _judge(
        self,
        one: _Wanted,
        stored: Member | None,
        member: Member,
        withdrawals: Mapping[AddressKey, Consent],
        rules: OptInRules,
    ) -> Outcome:
        claim = partial(apply_claims, member, at=self._job.created_at, withdrawals=withdrawals)
        kept = bool(rules.claimed(stored, member, one.patch.consent, claim))
        awaits = _awaits(member, one.patch.consent)
        mark = stored.imported if stored else None
        if mark is not None and mark.job_id == self._job.id:
            if mark.line == one.line:
                return Outcome(one.line, "created" if mark.created else "updated", kept, awaits)
            # Another line of the same file is a repetition, unless it is about another address of the member.
            if not self._job.format.has_endpoints:
                return Outcome.rejected(one.line, [duplicate_of(mark.line)])
        if member == stored:
            return Outcome(one.line, "unchanged", kept, awaits)
        member.imported = ImportMark(self._job.id, one.line, created=stored is None)
        member.updated_at = self._clock.now()
        try:
            require_size(member)
        except InvalidError as error:
            return Outcome.rejected(one.line, error.problems)
        return Outcome(one.line, "updated" if stored else "created", kept, awaits)

    def _is_marked(self, stored: Member | None, one: _Wanted) -> bool:
        mark = stored.imported if stored else None
        return mark is not None and (mark.job_id, mark.line) == (self._job.id, one.line)

    def _save(
        self, changed: Mapping[str, _Wanted], members: Sequence[Member], outcomes: dict[int, Outcome]
    ) -> list[_Wanted]:
        if not members:
            return []
        try:
            stale: Sequence[str] = self._members.save(members)
        except MembersRefusedError as error:
            stale = error.stale
            for member_id, problem in error.refusals.items():
                line = changed[member_id].line
                outcomes[line] = Outcome.rejected(line, [problem])
        return [changed[member_id] for member_id in stale]

    def _withdrawals(
        self, claimed: Sequence[tuple[Member, Mapping[Channel, ConsentClaim]]]
    ) -> dict[AddressKey, Consent]:
        keys = {key for member, claims in claimed for key in agreed_addresses(member, claims).values()}
        found: dict[AddressKey, Consent] = {}
        for channel in sorted({key.channel for key in keys}):
            hashes = {key.hash: key for key in keys if key.channel == channel}
            known = self._members.withdrawals(self._job.tenant_id, channel, list(hashes))
            found.update({hashes[one]: withdrawal for one, withdrawal in known.items()})
        return found


def _awaits(member: Member, claims: Mapping[Channel, ConsentClaim]) -> bool:
    """True when what was claimed to be a yes to e-mail waits for a confirmation."""
    claim, consent = claims.get(Channel.EMAIL), member.consent.get(Channel.EMAIL)
    is_yes = claim is not None and claim.status is ConsentStatus.GRANTED
    return is_yes and consent is not None and consent.status is ConsentStatus.PENDING


def _one_line_each(wanted: Sequence[_Wanted]) -> list[list[_Wanted]]:
    """The lines in runs that have no member twice, each member's in their order."""
    runs: list[list[_Wanted]] = []
    seen: dict[str, int] = {}
    for one in wanted:
        place = seen.get(one.member_id, 0)
        seen[one.member_id] = place + 1
        if place == len(runs):
            runs.append([])
        runs[place].append(one)
    return runs


def _named(reading: Reading) -> set[str]:
    return {name for name, value in reading.values.items() if value not in (None, "")}


def _warnings(reading: Reading | None) -> Sequence[Problem]:
    return reading.warnings if reading else ()
