"""Campaigns on DynamoDB: the control record in one table, its parts, moves and claims in another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.campaigns.targets import TARGETS, replace_in
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, passing_faults, put_if, read, rows
from ariia.adapters.dynamodb.models import CampaignModel, CampaignPartModel
from ariia.adapters.dynamodb.names import STAND_IN
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.content import Content
from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.containers import FIRST_CONTAINER
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.members.member import Member
from ariia.domain.single_messages import TEST_RECIPIENTS_KEPT_MS
from ariia.ports.campaigns import DRAFT, CampaignChange, CampaignStore, DueCheck, DueChecks

_MOVES = "move#"
# A partition that no campaign has, as tenant ids are never empty.
_CHECKS = "#due"


class DynamoCampaigns(CampaignStore, DueChecks):
    """Over the tables campaigns and campaign-parts."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def get(self, tenant_id: str, campaign_id: str) -> Campaign | None:
        model = read(CampaignModel, tenant_id, campaign_id)
        return decode(Campaign, model.document) if model else None

    def create(self, change: CampaignChange, claim: str | None = None) -> bool:
        def add(transaction: TransactWrite) -> None:
            add_new_campaign(transaction, change)
            if claim is not None:
                document = {"campaign_id": change.campaign.id}
                row = CampaignPartModel(_claims(change.campaign.tenant_id), claim, document=document)
                transaction.save(row, condition=CampaignPartModel.part.does_not_exist())

        return commit(self._connection, add)

    def claimed(self, tenant_id: str, claim: str) -> str | None:
        row = read(CampaignPartModel, _claims(tenant_id), claim)
        return str(row.document["campaign_id"]) if row else None

    def save(self, change: CampaignChange) -> bool:
        campaign = change.campaign
        stored, version = campaign.version, campaign.version + 1
        parts = list(_parts(change, version))
        unchanged = CampaignModel.version == stored

        def add(transaction: TransactWrite) -> None:
            transaction.save(_record(campaign, version), condition=unchanged)
            for part in parts:
                transaction.save(part)

        done = commit(self._connection, add) if parts else put_if(_record(campaign, version), unchanged)
        campaign.version = version if done else stored
        return done

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Campaign]:
        """Ids sort by time of creation."""
        older = CampaignModel.campaign_id < (after or FIRST_CONTAINER)
        found = rows(CampaignModel, tenant_id, older, scan_index_forward=False, limit=limit)
        return [decode(Campaign, model.document) for model in found]

    def content(self, tenant_id: str, campaign_id: str, part: str = DRAFT) -> Content:
        return decode(Content, _part(tenant_id, campaign_id, f"content#{part}").document)

    def target(self, tenant_id: str, campaign_id: str, part: str = DRAFT) -> Target:
        return decode(Target, _part(tenant_id, campaign_id, f"target#{part}").document)

    def message(self, tenant_id: str, message: MessageRef) -> Content:
        return self.content(tenant_id, message.owner, message.hash)

    def keep_message(self, tenant_id: str, message: MessageRef, content: Content) -> None:
        """Reading costs an eighth of writing. What a process remembers of earlier ones may be gone by a restore."""
        key, part = f"{tenant_id}#{message.owner}", f"content#{message.hash}"
        if read(CampaignPartModel, key, part) is None:
            with passing_faults():
                CampaignPartModel(key, part, document=encode(content)).save()

    def create_container(self, container: Dispatch, test_recipients: Sequence[Member] = ()) -> bool:
        container.version = 1

        def add(transaction: TransactWrite) -> None:
            transaction.save(_record(container, 1), condition=CampaignModel.campaign_id.does_not_exist())
            for member in test_recipients:
                transaction.save(_test_recipient(container.key, member))

        if test_recipients:
            return commit(self._connection, add)
        return put_if(_record(container, 1), CampaignModel.campaign_id.does_not_exist())

    def save_container(self, container: Dispatch) -> bool:
        stored, version = container.version, container.version + 1
        done = put_if(_record(container, version), CampaignModel.version == stored)
        container.version = version if done else stored
        return done

    def test_recipients(self, tenant_id: str, campaign_id: str, ids: Sequence[str]) -> dict[str, Member]:
        found = (read(CampaignPartModel, f"{tenant_id}#{campaign_id}", f"{STAND_IN}{one}") for one in ids)
        members = [decode(Member, row.document) for row in found if row is not None]
        return {member.id: member for member in members}

    def remove_test_recipients(self, tenant_id: str, campaign_id: str, ids: Sequence[str]) -> None:
        with passing_faults():
            for one in ids:
                CampaignPartModel(f"{tenant_id}#{campaign_id}", f"{STAND_IN}{one}").delete()

    def remove_container(self, tenant_id: str, container_id: str) -> None:
        """The record comes last: as long as it is there, a repetition finds it."""
        for part in rows(CampaignPartModel, f"{tenant_id}#{container_id}", None):
            with passing_faults():
                part.delete()
        with passing_faults():
            CampaignModel(tenant_id, container_id).delete()

    def replace_in_targets(self, tenant_id: str, campaign_id: str, member_id: str, replacement: str) -> int:
        parts = rows(CampaignPartModel, f"{tenant_id}#{campaign_id}", CampaignPartModel.part.startswith(TARGETS))
        return replace_in(parts, member_id, replacement)

    def history(self, tenant_id: str, campaign_id: str) -> list[Move]:
        moves = rows(CampaignPartModel, f"{tenant_id}#{campaign_id}", CampaignPartModel.part.startswith(_MOVES))
        return [decode(Move, model.document) for model in moves]

    def due(self, before: int, after: DueCheck | None, limit: int) -> list[DueCheck]:
        # A blank sorts before whatever an id or a number may go on with.
        first = f"{_check_row(after)} " if after else "0"
        wanted = CampaignPartModel.part.between(first, f"{before - 1:015d}~")
        return [_check(row) for row in rows(CampaignPartModel, _CHECKS, wanted, limit=limit)]

    def drop(self, check: DueCheck) -> None:
        CampaignPartModel(_CHECKS, _check_row(check)).delete()


def add_new_campaign(transaction: TransactWrite, change: CampaignChange) -> None:
    """Puts a new campaign, with version 1, into a transaction, which fails if its id is taken."""
    change.campaign.version = 1
    transaction.save(_record(change.campaign, 1), condition=CampaignModel.campaign_id.does_not_exist())
    for part in _parts(change, 1):
        transaction.save(part)


def _check_row(check: DueCheck) -> str:
    return f"{check.at:015d}#{check.tenant_id}#{check.campaign_id}#{check.epoch}"


def _check(row: CampaignPartModel) -> DueCheck:
    at, tenant_id, campaign_id, epoch = row.part.split("#")
    return DueCheck(int(at), tenant_id, campaign_id, int(epoch))


def _record(campaign: Dispatch, version: int) -> CampaignModel:
    document = {**encode(campaign), "version": version}
    return CampaignModel(campaign.tenant_id, campaign.id, document=document, version=version)


def _test_recipient(key: str, member: Member) -> CampaignPartModel:
    expires_at = datetime.fromtimestamp((member.created_at + TEST_RECIPIENTS_KEPT_MS) // 1000, UTC)
    return CampaignPartModel(key, f"{STAND_IN}{member.id}", document=encode(member), expires_at=expires_at)


def _parts(change: CampaignChange, version: int) -> Iterator[CampaignPartModel]:
    key = change.campaign.key
    if change.content is not None:
        yield CampaignPartModel(key, f"content#{DRAFT}", document=encode(change.content))
    if change.target is not None:
        yield CampaignPartModel(key, f"target#{DRAFT}", document=encode(change.target))
    if change.frozen is not None:
        name, content, target = change.frozen
        yield CampaignPartModel(key, f"content#{name}", document=encode(content))
        if target is not None:
            yield CampaignPartModel(key, f"target#{name}", document=encode(target))
    if change.check is not None:
        yield CampaignPartModel(_CHECKS, _check_row(change.check), document={})
    for number, move in enumerate(change.moves):
        yield CampaignPartModel(key, f"{_MOVES}{version:010d}#{number:02d}", document=encode(move))


def _part(tenant_id: str, campaign_id: str, part: str) -> CampaignPartModel:
    row = read(CampaignPartModel, f"{tenant_id}#{campaign_id}", part)
    if row is None:
        raise NotFoundError(f"the campaign has no {part.partition('#')[0]} of this version")
    return row


def _claims(tenant_id: str) -> str:
    """A partition that no campaign has, as campaign ids are never empty."""
    return f"{tenant_id}#"
