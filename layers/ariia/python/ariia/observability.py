"""The one logger and the one metrics set. Tenant and campaign are log fields, never metric dimensions: each new
combination of dimensions is billed as a metric of its own."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics(namespace="ariia")
