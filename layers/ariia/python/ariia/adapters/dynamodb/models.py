"""The tables. Entities rest as one JSON document beside their keys and version: one attribute to parse, however many
fields, which is what a consistent read of 51 items in one call is made of."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import JSONAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.models import Model

from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.connection import Table, process_connection


class TenantModel(Table):
    """A business that sends."""

    class Meta:
        table_name = names.TENANTS

    tenant_id = UnicodeAttribute(hash_key=True)
    document = JSONAttribute()
    version = NumberAttribute()


class CampaignModel(Table):
    """The control record of a campaign; small, as it is read with every batch."""

    class Meta:
        table_name = names.CAMPAIGNS

    tenant_id = UnicodeAttribute(hash_key=True)
    campaign_id = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()


class CampaignPartModel(Table):
    """Content, target and history of a campaign: `content#draft`, `content#<hash>`, `target#…`, `move#…`. Only
    recipients who are no members (`recipient#…`) expire."""

    class Meta:
        table_name = names.CAMPAIGN_PARTS

    campaign_key = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    expires_at = TTLAttribute(null=True)


class SeriesModel(Table):
    """Series by id under their tenant; under `tenant_id#series_id` its `content#…`, `target#…`, `move#…`, `made#…`."""

    class Meta:
        table_name = names.SERIES

    series_key = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    document = JSONAttribute(null=True)
    version = NumberAttribute(null=True)


class TemplateModel(Table):
    """A reusable message skeleton."""

    class Meta:
        table_name = names.TEMPLATES

    tenant_id = UnicodeAttribute(hash_key=True)
    template_id = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()


class SenderModel(Table):
    """A domain that a tenant sends from."""

    class Meta:
        table_name = names.SENDERS

    tenant_id = UnicodeAttribute(hash_key=True)
    domain = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()


class SegmentModel(Table):
    """A named part of a tenant's members."""

    class Meta:
        table_name = names.SEGMENTS

    tenant_id = UnicodeAttribute(hash_key=True)
    segment_id = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()


class SegmentMemberModel(Table):
    """A member on the list of a static segment; hash key `tenant_id#segment_id#shard`."""

    class Meta:
        table_name = names.SEGMENT_MEMBERS

    list_key = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(range_key=True)


class MemberModel(Table):
    """A member; hash key `tenant_id#shard`."""

    class Meta:
        table_name = names.MEMBERS

    shard_key = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()
    # Engagement and recent sends: beside the document, as their writing must not disturb the member's version.
    last_sent_at = NumberAttribute(null=True)
    last_opened_at = NumberAttribute(null=True)
    last_clicked_at = NumberAttribute(null=True)
    last_interaction_at = NumberAttribute(null=True)
    recent_sends = UnicodeAttribute(null=True)


class EngagementModel(Table):
    """A note of what some members were sent and did, in no order, until it is settled into the members of its shard."""

    class Meta:
        table_name = names.ENGAGEMENT

    shard_key = UnicodeAttribute(hash_key=True)
    note_id = UnicodeAttribute(range_key=True)
    seen = UnicodeAttribute()


class AddressModel(Table):
    """An address of a tenant, `tenant_id#channel#hash`: who has it, and whether it is suppressed or opted out."""

    class Meta:
        table_name = names.ADDRESSES

    address_key = UnicodeAttribute(hash_key=True)
    members = JSONAttribute()
    suppression = JSONAttribute(null=True)
    withdrawal = JSONAttribute(null=True)
    lifted_at = NumberAttribute(null=True)
    erasure = JSONAttribute(null=True)
    version = NumberAttribute()


class AuditModel(Table):
    """Who changed what: `tenant_id#<yyyy-mm>` lists everything, `tenant_id#<subject>` what is about one member."""

    class Meta:
        table_name = names.AUDIT

    audit_key = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()


class SuppressionModel(Table):
    """The suppressed addresses of a tenant as a list, `channel#hash`; what counts is in the address's own item."""

    class Meta:
        table_name = names.SUPPRESSIONS

    tenant_id = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute(range_key=True)
    document = JSONAttribute()


class LedgerModel(Table):
    """Batches, cursors, address claims and receipts of one shard of one campaign, `tenant_id#campaign_id#shard`."""

    class Meta:
        table_name = names.LEDGER
        stream_view_type = "NEW_AND_OLD_IMAGES"

    ledger_key = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)


class StatisticsModel(Table):
    """Counters of (campaign, stream shard) and the stream shards' watermarks."""

    class Meta:
        table_name = names.STATISTICS

    stats_key = UnicodeAttribute(hash_key=True)
    counter = UnicodeAttribute(range_key=True)


class JobModel(Table):
    """Long work that a client asked for (import, preflight) and its parts, `job_id` or `job_id#part`."""

    class Meta:
        table_name = names.JOBS

    tenant_id = UnicodeAttribute(hash_key=True)
    job_id = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = NumberAttribute()
    expires_at = TTLAttribute(null=True)


class SendRateModel(Table):
    """Per channel: the token bucket, the account's limits, and the event pipeline's sign of life."""

    class Meta:
        table_name = names.SEND_RATES

    channel = UnicodeAttribute(hash_key=True)


class QuotaModel(Table):
    """What a tenant has used of its plan: `claim#<feature>#<key>`, `month#<yyyy-mm>#<feature>`, `holding#<feature>`."""

    class Meta:
        table_name = names.QUOTAS

    tenant_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    document = JSONAttribute(null=True)
    version = NumberAttribute(null=True)
    taken = NumberAttribute(null=True)
    used = NumberAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class FollowUpModel(Table):
    """Follow-ups by id under their tenant, and references under `tenant_id#m#<member>` and `tenant_id#c#<hash>`."""

    class Meta:
        table_name = names.FOLLOW_UPS

    follow_up_key = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    document = JSONAttribute(null=True)
    version = NumberAttribute(null=True)


class EventModel(Table):
    """Events of members under `tenant_id#<member>`, and their ids under `tenant_id#`."""

    class Meta:
        table_name = names.EVENTS

    event_key = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    document = JSONAttribute()


TABLES: tuple[type[Model], ...] = (
    TenantModel,
    CampaignModel,
    CampaignPartModel,
    SeriesModel,
    TemplateModel,
    SenderModel,
    SegmentModel,
    SegmentMemberModel,
    MemberModel,
    EngagementModel,
    AddressModel,
    AuditModel,
    SuppressionModel,
    LedgerModel,
    StatisticsModel,
    JobModel,
    SendRateModel,
    FollowUpModel,
    EventModel,
    QuotaModel,
)
_LOGICAL = {model: model.Meta.table_name for model in TABLES}


def logical_name(model: type[Model]) -> str:
    """The name of the model's table without any deployment's prefix."""
    return _LOGICAL[model]


def use_prefix(prefix: str, models: Iterable[type[Model]] = TABLES) -> None:
    """Points the models to the tables of the deployment named `prefix`; called once by the composition root."""
    process_connection.cache_clear()
    for model in models:
        model.Meta.table_name = names.physical(prefix, _LOGICAL[model])
        model._connection = None  # pynamodb keeps the first table name it saw
