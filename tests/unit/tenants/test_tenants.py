"""Tenants: made by the platform, set up by their admins."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError
from ariia.domain.tenants.plan import Plan
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.services.tenants.tenants import Tenants
from tests.builders import any_lifting
from tests.doubles.clock import ManualClock
from tests.doubles.tenants import MemoryTenants
from tests.unit.campaigns.campaign_desk import VerifiedDomains


@pytest.fixture
def tenants() -> Tenants:
    return Tenants(MemoryTenants(), VerifiedDomains(), any_lifting(), ManualClock())


def any_tenant(**fields: Any) -> Tenant:
    return Tenant(**{"id": "gym-nord", "name": "Gym Nord", **fields})


def test_new_tenant_sends_once_per_address_and_is_on_the_smallest_plan(tenants: Tenants) -> None:
    tenants.create(any_tenant())
    stored = tenants.get("gym-nord")
    assert stored.settings == TenantSettings(one_per_address=True, hold_unknown=False)
    assert (stored.plan, stored.version) == (Plan.STARTER, 1)


def test_id_is_given_once(tenants: Tenants) -> None:
    tenants.create(any_tenant())
    with pytest.raises(ConflictError):
        tenants.create(any_tenant(name="Another"))
    assert tenants.get("gym-nord").name == "Gym Nord"


def test_creation_repeated_with_its_key_answers_with_the_same_tenant(tenants: Tenants) -> None:
    key = Creation("gym-nord", "f1")
    assert not tenants.create(any_tenant(), key).replayed
    assert tenants.create(any_tenant(), key).replayed
    with pytest.raises(InvalidError):
        tenants.create(any_tenant(), Creation("gym-nord", "f2"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "Gym\nBcc: x"),
        ("name", "x" * 121),
        ("timezone", "Europe/Atlantis"),
        ("timezone", "Europe"),
        ("timezone", "../../etc/passwd"),
        ("timezone", ""),
        ("language", "german"),
        ("language", ""),
        ("default_sender", "nobody"),
        ("default_sender", "Gym <hello@gym>"),
        ("id", "gym/nord"),
    ],
)
def test_bad_field_is_named(tenants: Tenants, field: str, value: str) -> None:
    with pytest.raises(InvalidError) as caught:
        tenants.create(any_tenant(**{field: value}))
    assert [problem.field for problem in caught.value.problems] == [field]


def test_change_touches_only_what_it_names(tenants: Tenants) -> None:
    tenants.create(any_tenant(plan=Plan.BUSINESS))
    changed = tenants.change("gym-nord", {"language": "en", "settings": {"hold_unknown": True}}, 1)
    assert changed.settings == TenantSettings(hold_unknown=True)
    assert (changed.language, changed.plan, changed.name, changed.version) == ("en", Plan.BUSINESS, "Gym Nord", 2)
    assert tenants.get("gym-nord") == changed


def test_default_sender_rests_in_normal_form(tenants: Tenants) -> None:
    tenants.create(any_tenant())
    changed = tenants.change("gym-nord", {"default_sender": " Gym Nord  <Hallo@GYM.de>"}, None)
    assert changed.default_sender == "Gym Nord <Hallo@gym.de>"


def test_change_based_on_an_old_version_is_refused(tenants: Tenants) -> None:
    tenants.create(any_tenant())
    tenants.change("gym-nord", {"name": "New"}, 1)
    with pytest.raises(ConflictError):
        tenants.change("gym-nord", {"name": "Newer"}, 1)
    assert tenants.get("gym-nord").name == "New"


def test_unknown_tenant_is_not_found(tenants: Tenants) -> None:
    with pytest.raises(NotFoundError):
        tenants.get("nobody")
