"""The double opt-in, for every function that writes consent."""

from __future__ import annotations

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.bootstrap.parts.revisits import revisits
from ariia.services.consent.double_opt_in import DoubleOptIn
from ariia.settings import RevisitSettings


def double_opt_in(settings: RevisitSettings) -> DoubleOptIn:
    """The service on AWS."""
    return DoubleOptIn(DynamoTenants(), revisits(settings), SystemClock())
