"""What sending costs: list prices in US dollars as of the date below. An estimate for the preflight, not an invoice.

Sources: the AWS price lists of us-east-1 for Amazon SES, SNS, SQS, DynamoDB (on demand), Lambda (arm64) and Step
Functions. SES: accounts that sent before June 2025 pay 0.10 per 1,000 messages à la carte, newer ones 0.16 (Essentials,
first ten million a month); which one holds is a setting of the deployment.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2026-07-22"
SES_USD_PER_1000 = 0.10

# Beside SES, per million recipients, at three events each (send, delivery, open) and 50 recipients a batch.
AWS_USD_PER_MILLION: dict[str, float] = {
    "sns_events": 3 * 0.50,  # one publish per event; delivery to SQS is free
    "sqs_requests": 3 * 0.40 * 0.2 + 3 * 0.02 * 0.40,  # events received and deleted ten at a time; batches
    "dynamodb_receipts": 3 * 0.625,  # one write per event at most: events that come together are one
    "dynamodb_batches": 0.02 * 5 * 2 * 0.625,  # plan (transaction), claim and outcome of a batch of 50
    "dynamodb_reads": 2 * 0.125 + 0.5 * 0.125,  # the consistent look before sending; the planning scan
    "lambda": 0.20,  # render, send, record and count, measured at 1 GB
}
AWS_USD_PER_RECIPIENT = sum(AWS_USD_PER_MILLION.values()) / 1_000_000


@dataclass(frozen=True)
class Cost:
    """US dollars for a number of messages, by what is paid."""

    messages: int
    ses: float
    aws: float
    total: float
    currency: str = "USD"
    prices_as_of: str = AS_OF


def email_cost(messages: int, ses_usd_per_1000: float = SES_USD_PER_1000) -> Cost:
    """What `messages` e-mails cost, in US dollars to a hundredth of a cent."""
    ses = messages * ses_usd_per_1000 / 1000
    aws = messages * AWS_USD_PER_RECIPIENT
    return Cost(messages, round(ses, 4), round(aws, 4), round(ses + aws, 4))
