"""What sending costs: list prices in US dollars as of the date below, and what a million messages use of each service.
An estimate for the preflight, not an invoice; `make cost` works out the same from a fresh benchmark run.

Prices: the AWS price lists of us-east-1 for SES, SNS, SQS, DynamoDB (on demand), Lambda (arm64), Step Functions and
CloudWatch Logs, without any free tier. SES: accounts that sent before June 2025 pay 0.10 per 1,000 messages, newer ones
0.16 (Essentials, first ten million a month); which one holds is a setting of the deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AS_OF = "2026-07-22"
SES_USD_PER_1000 = 0.10

# US dollars for a million of each; for `lambda_gb_second`, `log_gb` of each.
PRICES: dict[str, float] = {
    "dynamodb_write_unit": 0.625,
    "dynamodb_read_unit": 0.125,
    "sqs_request": 0.40,
    "sqs_fair_request": 0.10,  # on top, for requests that name a message group
    "sns_publish": 0.50,  # delivery to SQS is free
    "lambda_request": 0.20,
    "lambda_gb_second": 13.3334,  # a million of 0.0000133334
    "step_transition": 25.0,
    "log_gb": 500_000.0,  # a million of 0.50
}
# What a million recipients use: counted and computed by benchmarks.cost, 2,500 messages a second, 16 shards.
SEND_PATH_USE: dict[str, float] = {
    "dynamodb_write_unit": 246_000,  # plan in transactions, claim, outcome of batches of 50
    "dynamodb_read_unit": 1_189_000,  # the consistent look at every member, the planning scan, release
    "sqs_request": 6_000,
    "sqs_fair_request": 2_000,
    "lambda_request": 2_060,
    "lambda_gb_second": 7_260,
    "step_transition": 240,
    "log_gb": 0.011,
}
EVENTS_USE: dict[str, float] = {
    "sns_publish": 2_400_000,  # send, delivery or bounce, 35 % opened, 5 % clicked
    "sqs_request": 480_000,
    "dynamodb_write_unit": 1_502_000,  # a receipt per event but Send; notes of many members are one
    "dynamodb_read_unit": 1_133_000,
    "lambda_request": 6_245,
    "lambda_gb_second": 7_270,
    "log_gb": 0.0035,
}


def usd(use: Mapping[str, float]) -> dict[str, float]:
    """US dollars by service for what is used."""
    return {name: amount * PRICES[name] / 1_000_000 for name, amount in use.items()}


AWS_USD_PER_RECIPIENT = (sum(usd(SEND_PATH_USE).values()) + sum(usd(EVENTS_USE).values())) / 1_000_000


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
