"""What the public pages are made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.secrets import SecretsManagerSigningKeys, secrets_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.templates import DynamoTemplates
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.rendering.template_guard import TemplateGuard
from ariia.bootstrap.parts.double_opt_in import double_opt_in
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.content.thumbnails import Thumbnails
from ariia.services.member_pages.confirmation_page import ConfirmationPage
from ariia.services.member_pages.preferences import Preferences
from ariia.services.member_pages.unsubscribe import Unsubscribes
from ariia.services.member_pages.view_online import ViewOnline
from ariia.settings import PublicPagesSettings


@dataclass(frozen=True)
class PublicPagesServices:
    """The services behind the pages."""

    unsubscribes: Unsubscribes
    view_online: ViewOnline
    preferences: Preferences
    confirmations: ConfirmationPage
    thumbnails: Thumbnails


def build(settings: PublicPagesSettings) -> PublicPagesServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock, campaigns, members = SystemClock(), DynamoCampaigns(), DynamoMembers(settings.shards)
    keys = SecretsManagerSigningKeys(secrets_client(), settings.signing_secret_arn)
    ledger = DynamoLedger(dynamodb_client(), names.physical(settings.table_prefix, names.LEDGER))
    consent = MemberConsent(members, double_opt_in(settings), clock)
    tenants = DynamoTenants()
    unsubscribes = Unsubscribes(
        keys, tenants, members, campaigns, ledger, consent, clock, DynamoErasures(settings.shards)
    )
    return PublicPagesServices(
        unsubscribes=unsubscribes,
        view_online=ViewOnline(keys, campaigns, members, settings.public_base_url, TemplateGuard()),
        preferences=Preferences(keys, tenants, members, consent, unsubscribes, clock),
        confirmations=ConfirmationPage(keys, tenants, members, consent, clock),
        thumbnails=Thumbnails(keys, DynamoTemplates(), settings.public_base_url),
    )
