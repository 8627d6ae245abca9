"""What sends single messages, for every function that makes some."""

from __future__ import annotations

from typing import Any

from ariia.adapters.aws.send_queue import SqsSendQueue, sqs_client
from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
from ariia.adapters.email.ses import SesAccount
from ariia.domain.channel import Channel
from ariia.ports.clock import Clock
from ariia.services.release.account_rate import AccountRate
from ariia.services.single_messages.messages import SingleMessages


def single_messages(
    client: Any, ses: Any, clock: Clock, *, table_prefix: str, shards: int, email_queue_url: str
) -> SingleMessages:
    """The service over DynamoDB's plain `client` and SES's."""
    rates = DynamoSendRates(client, names.physical(table_prefix, names.SEND_RATES))
    return SingleMessages(
        DynamoCampaigns(),
        DynamoLedger(client, names.physical(table_prefix, names.LEDGER)),
        {Channel.EMAIL: SqsSendQueue(sqs_client(), email_queue_url)},
        AccountRate(rates, {Channel.EMAIL: SesAccount(ses)}, clock),
        clock,
        shards,
    )
