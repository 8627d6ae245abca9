"""Which function does what to which table: these operations of DynamoDB, and no others. A test follows each function's
code and fails for one that is missing here as for one that nothing needs.

Transactions need what is inside of them: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from __future__ import annotations

from collections.abc import Mapping

from pynamodb.models import Model

from ariia.adapters.dynamodb import models

Grants = Mapping[type[Model], str]

TABLE_GRANTS: Mapping[str, Grants] = {
    # The ledger is written by decisions about held members, cancelled follow-ups and test sends.
    "api": {
        models.TenantModel: "BatchGetItem GetItem PutItem",
        models.CampaignModel: "GetItem PutItem Query",
        models.CampaignPartModel: "GetItem PutItem Query",
        models.SeriesModel: "GetItem PutItem Query",
        models.TemplateModel: "DeleteItem GetItem PutItem Query",
        models.SenderModel: "ConditionCheckItem DeleteItem GetItem PutItem Query",
        models.SegmentModel: "DeleteItem GetItem PutItem Query",
        models.SegmentMemberModel: "BatchWriteItem Query",
        models.MemberModel: "BatchGetItem DeleteItem Query UpdateItem",
        models.EngagementModel: "BatchWriteItem Query",
        models.AddressModel: "BatchGetItem DeleteItem PutItem",
        models.AuditModel: "PutItem Query",
        models.SuppressionModel: "DeleteItem GetItem PutItem Query",
        models.LedgerModel: "BatchGetItem GetItem PutItem Query UpdateItem",
        models.StatisticsModel: "Query",
        models.JobModel: "DeleteItem GetItem PutItem Query",
        models.SendRateModel: "GetItem UpdateItem",
        models.FollowUpModel: "DeleteItem GetItem PutItem Query",
        models.EventModel: "GetItem PutItem",
        models.QuotaModel: "GetItem PutItem Query UpdateItem",
    },
    "public_pages": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "GetItem",
        models.CampaignPartModel: "GetItem",
        models.TemplateModel: "GetItem",
        models.MemberModel: "BatchGetItem DeleteItem UpdateItem",
        models.AddressModel: "BatchGetItem DeleteItem PutItem",
        models.AuditModel: "PutItem",
        models.LedgerModel: "GetItem PutItem",
    },
    # Planning settles the quota unit, and merges engagement notes into members where a segment asks.
    "plan_audience": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "GetItem PutItem",
        models.CampaignPartModel: "GetItem PutItem",
        models.SegmentModel: "GetItem",
        models.SegmentMemberModel: "Query",
        models.MemberModel: "BatchGetItem Query UpdateItem",
        models.EngagementModel: "BatchWriteItem Query",
        models.LedgerModel: "BatchGetItem GetItem PutItem Query UpdateItem",
        models.SendRateModel: "GetItem",
        models.QuotaModel: "GetItem PutItem UpdateItem",
    },
    # Bounces and complaints, and from where on the tenant's campaigns pause, are read. What came to nothing gives its
    # broadcast back.
    "release_batches": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "GetItem PutItem",
        models.CampaignPartModel: "GetItem PutItem",
        models.LedgerModel: "BatchGetItem GetItem PutItem Query UpdateItem",
        models.StatisticsModel: "Query",
        models.SendRateModel: "GetItem UpdateItem",
        models.QuotaModel: "GetItem PutItem UpdateItem",
    },
    # What a member was sent is noted with the member where the tenant has a frequency cap; the provider's refusal of an
    # account or identity pauses the campaign.
    "send_batch": {
        models.CampaignModel: "BatchGetItem GetItem PutItem",
        models.CampaignPartModel: "BatchGetItem GetItem PutItem",
        models.MemberModel: "BatchGetItem UpdateItem",
        models.AddressModel: "BatchGetItem",
        models.LedgerModel: "GetItem Query UpdateItem",
        models.SendRateModel: "GetItem UpdateItem",
    },
    "record_events": {
        models.MemberModel: "BatchGetItem DeleteItem UpdateItem",
        models.EngagementModel: "BatchWriteItem",
        models.AddressModel: "BatchGetItem DeleteItem PutItem",
        models.AuditModel: "PutItem",
        models.SuppressionModel: "PutItem",
        models.LedgerModel: "BatchGetItem GetItem PutItem Query UpdateItem",
        models.SendRateModel: "UpdateItem",
    },
    "aggregate_stats": {
        models.StatisticsModel: "GetItem UpdateItem",
    },
    # Suppresses contacts that Mailchimp calls "cleaned".
    "import_members": {
        models.TenantModel: "GetItem",
        models.MemberModel: "BatchGetItem DeleteItem UpdateItem",
        models.AddressModel: "BatchGetItem DeleteItem PutItem",
        models.AuditModel: "PutItem",
        models.SuppressionModel: "PutItem",
        models.JobModel: "GetItem PutItem Query",
    },
    "count_audience": {
        models.CampaignModel: "GetItem",
        models.SegmentModel: "GetItem PutItem",
        models.SegmentMemberModel: "BatchWriteItem Query",
        models.MemberModel: "BatchGetItem Query UpdateItem",
        models.EngagementModel: "BatchWriteItem Query",
        models.LedgerModel: "Query",
        models.JobModel: "GetItem PutItem Query",
    },
    "recount_statistics": {
        models.CampaignModel: "GetItem",
        models.LedgerModel: "Query UpdateItem",
        models.StatisticsModel: "PutItem Query",
        models.JobModel: "GetItem PutItem",
    },
    "check_schedules": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "GetItem PutItem",
        models.CampaignPartModel: "DeleteItem PutItem Query",
        models.SeriesModel: "DeleteItem GetItem PutItem Query",
        models.SenderModel: "GetItem",
        models.QuotaModel: "GetItem PutItem UpdateItem",
    },
    "run_series": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "GetItem PutItem",
        models.CampaignPartModel: "PutItem",
        models.SeriesModel: "GetItem PutItem",
        models.SenderModel: "GetItem",
        models.QuotaModel: "GetItem PutItem UpdateItem",
    },
    # The jobs say how often somebody was asked for a confirmation today, and who waits for the tenant's rules.
    "tend_messages": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "GetItem PutItem",
        models.CampaignPartModel: "GetItem PutItem",
        models.SenderModel: "GetItem",
        models.MemberModel: "BatchGetItem",
        models.LedgerModel: "GetItem PutItem Query UpdateItem",
        models.JobModel: "GetItem PutItem Query",
        models.SendRateModel: "GetItem UpdateItem",
        models.FollowUpModel: "DeleteItem GetItem PutItem",
        models.QuotaModel: "GetItem PutItem UpdateItem",
    },
    "privacy_requests": {
        models.TenantModel: "GetItem",
        models.CampaignModel: "DeleteItem GetItem Query",
        models.CampaignPartModel: "DeleteItem GetItem PutItem Query",
        models.SeriesModel: "GetItem PutItem Query",
        models.SegmentModel: "Query",
        models.SegmentMemberModel: "BatchWriteItem Query",
        models.MemberModel: "BatchGetItem DeleteItem Query UpdateItem",
        models.EngagementModel: "PutItem Query",
        models.AddressModel: "BatchGetItem DeleteItem PutItem",
        models.AuditModel: "GetItem PutItem Query",
        models.SuppressionModel: "PutItem",
        models.LedgerModel: "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem",
        models.JobModel: "DeleteItem GetItem PutItem Query",
        models.FollowUpModel: "DeleteItem GetItem PutItem Query",
        models.EventModel: "DeleteItem Query",
        models.QuotaModel: "GetItem PutItem UpdateItem",
    },
}
