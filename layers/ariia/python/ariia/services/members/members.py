"""Members one by one: created, changed, tagged, listed, deleted, under rules that a whole import obeys as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ariia.domain.concurrency import overtaken, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError
from ariia.domain.identifiers import require_id
from ariia.domain.members.claims import agreed_addresses, apply_claims
from ariia.domain.members.member import Member
from ariia.domain.members.patch import MemberPatch, apply_fields, member_id_for, parse_patch, require_size
from ariia.domain.text_values import MAX_TAGS, FieldError, tag
from ariia.ports.clock import Clock, Ids
from ariia.ports.jobs import Job, JobStore
from ariia.ports.members.members import MemberStore
from ariia.ports.members.opt_in import OptIn, OptInOfTenant
from ariia.services.members.opt_outs import OptOuts

SOURCE = "api"
_ATTEMPTS = 6
_CREATION_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Upserted:
    """The stored member, and whether it is new."""

    member: Member
    created: bool


class Members:
    """Use cases around one member. A change without a version is laid over whatever is stored by then."""

    def __init__(self, store: MemberStore, jobs: JobStore, opt_in: OptIn, clock: Clock, ids: Ids) -> None:
        self._store, self._jobs, self._opt_in = store, jobs, opt_in
        self._clock, self._ids, self._opt_outs = clock, ids, OptOuts(store, clock)

    def get(self, tenant_id: str, member_id: str) -> Member:
        """The member; NotFoundError when the tenant has none of this id."""
        member = self._store.get(tenant_id, member_id)
        if member is None:
            raise NotFoundError(f"there is no member {member_id[:64]}")
        return member

    def create(
        self, tenant_id: str, values: Mapping[str, Any], creation: Creation | None = None, by: str | None = None
    ) -> Created[Member]:
        """A new member from `values` (API shape), as stated by `by`. Without `id` the id follows from `external_id`,
        else from `email`, else it is new. ConflictError when there is one already; InvalidError for bad fields, for
        somebody who was erased, or when the creation's key was used with other values."""
        patch = self._parse(values, by)
        wanted = member_id_for(tenant_id, values) or (creation.id if creation else self._ids.new())
        if creation is not None:
            self._bind(tenant_id, creation)
        now = self._clock.now()
        blank = Member(wanted, tenant_id, created_at=now, updated_at=now, creation_id=creation.id if creation else None)
        rules = self._opt_in.of(tenant_id)
        member = self._laid_over(None, blank, patch, rules)
        rules.ask([(None, member)])
        # First: a client who repeats this without a key after a crash is told that the member exists.
        self._opt_outs.claimed(member, patch.consent, now)
        if not self._store.save([member]):
            return Created(member, replayed=False)
        stored = self._store.get(tenant_id, wanted)
        if stored is None or creation is None or stored.creation_id != creation.id:
            raise ConflictError(f"the member {wanted} exists already; PUT /v1/members/{wanted} changes it")
        return Created(stored, replayed=True)

    def upsert(
        self,
        tenant_id: str,
        member_id: str,
        values: Mapping[str, Any],
        version: int | None = None,
        by: str | None = None,
    ) -> Upserted:
        """Creates the member or changes the fields given (RFC 7396: null clears; attributes are merged). A no among
        them is the address's, and reaches everybody who has it.

        With `version`, ConflictError unless it is the stored one (0: there is none). InvalidError for bad fields."""
        require_id(member_id, "id")
        patch = self._parse(values, by)

        rules = self._opt_in.of(tenant_id)

        def change(stored: Member | None) -> Member:
            base = stored or Member(member_id, tenant_id, created_at=self._clock.now())
            return self._laid_over(stored, base, patch, rules)

        done = self._write(tenant_id, member_id, change, version, rules)
        self._opt_outs.claimed(done.member, patch.consent, self._clock.now())
        return done

    def delete(self, tenant_id: str, member_id: str, version: int | None = None) -> None:
        """Removes the member. NotFoundError; with `version`, ConflictError unless it is the stored one."""
        for _ in range(_ATTEMPTS):
            member = self.get(tenant_id, member_id)
            require_version(version, member.version)
            if self._store.delete(member):
                return
        raise overtaken(version)

    def add_tags(self, tenant_id: str, member_id: str, tags: list[str]) -> Member:
        """The member with these tags besides its own; a repetition changes nothing."""
        added = [_tag(one) for one in tags]

        def change(member: Member) -> Member:
            together = list(dict.fromkeys([*member.tags, *added]))
            if len(together) > MAX_TAGS:
                raise _invalid(FieldError("are too many", f"at most {MAX_TAGS} tags"), "tags", len(together))
            return replace(member, tags=together)

        return self._change(tenant_id, member_id, change)

    def remove_tag(self, tenant_id: str, member_id: str, removed: str) -> Member:
        """The member without this tag; a repetition changes nothing."""
        unwanted = _tag(removed)
        return self._change(
            tenant_id, member_id, lambda member: replace(member, tags=[one for one in member.tags if one != unwanted])
        )

    def _parse(self, values: Mapping[str, Any], by: str | None) -> MemberPatch:
        fields = {name: value for name, value in values.items() if name != "id"}
        return parse_patch(fields, now=self._clock.now(), source=SOURCE, by=by)

    def _laid_over(self, stored: Member | None, base: Member, patch: MemberPatch, rules: OptInOfTenant) -> Member:
        """A consent without a date never overrides a no: systems that send their whole state again don't know of it."""
        changed = apply_fields(base, patch)
        withdrawals = {
            key: found[key.hash]
            for channel, key in agreed_addresses(changed, patch.consent).items()
            if (found := self._store.withdrawals(base.tenant_id, channel, [key.hash]))
        }
        claim = partial(apply_claims, changed, at=self._clock.now(), withdrawals=withdrawals)
        rules.claimed(stored, changed, patch.consent, claim)
        require_size(changed)
        return changed

    def _change(self, tenant_id: str, member_id: str, change: Callable[[Member], Member]) -> Member:
        def known(stored: Member | None) -> Member:
            if stored is None:
                raise NotFoundError(f"there is no member {member_id[:64]}")
            return change(stored)

        return self._write(tenant_id, member_id, known, None, self._opt_in.of(tenant_id)).member

    def _write(
        self,
        tenant_id: str,
        member_id: str,
        change: Callable[[Member | None], Member],
        version: int | None,
        rules: OptInOfTenant,
    ) -> Upserted:
        """Stores `change` of what is stored, anew as often as somebody else is faster. Writes nothing when it would
        change nothing."""
        for _ in range(_ATTEMPTS):
            stored = self._store.get(tenant_id, member_id)
            require_version(version, stored.version if stored else 0)
            changed = change(stored)
            if changed == stored:
                return Upserted(changed, created=False)
            changed.updated_at = self._clock.now()
            rules.ask([(stored, changed)])
            if not self._store.save([changed]):
                return Upserted(changed, created=stored is None)
        raise overtaken(version)

    def _bind(self, tenant_id: str, creation: Creation) -> None:
        """Binds the creation's key to its values; InvalidError when it is bound to others."""
        expires_at = self._clock.now() // 1000 + _CREATION_SECONDS
        job = Job(tenant_id, "creation", creation.id, {"fingerprint": creation.fingerprint}, expires_at)
        if not self._jobs.create(job):
            used = self._jobs.get(tenant_id, "creation", creation.id)
            require_same(creation, used.document["fingerprint"] if used else creation.fingerprint)


def _tag(value: str) -> str:
    try:
        return tag(value)
    except FieldError as error:
        raise _invalid(error, "tags", value) from None


def _invalid(error: FieldError, field: str, value: object) -> InvalidError:
    return InvalidError(f"{field} {error.message}", problems=[error.problem(field, value)])
