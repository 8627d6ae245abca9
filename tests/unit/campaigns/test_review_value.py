"""A review and its moves, whatever is reviewed."""

from __future__ import annotations

import pytest

from ariia.domain.campaigns.review import Review, Reviewed
from ariia.domain.documents import decode, encode
from ariia.domain.errors import ConflictError


def test_only_what_is_submitted_can_be_approved() -> None:
    submitted, thing = Review().submit("h2", ["young"]), Reviewed()
    with pytest.raises(ConflictError, match="not what was reviewed") as error:
        submitted.approve("h1", "ben", 5, thing)
    assert error.value.about is thing
    assert submitted.approve("h2", "ben", 5, thing) == Review("h2", "h2", "ben", 5, None, ["young"])


def test_rejected_one_says_why_until_it_is_submitted_again() -> None:
    rejected = Review().submit("h1", ["young"]).reject("too long")
    assert rejected == Review(feedback="too long")
    assert rejected.revoke().feedback == "too long"
    assert rejected.submit("h2", []).feedback is None


def test_edit_revokes_submission_and_approval() -> None:
    approved = Review().submit("h1", ["young"]).approve("h1", "ben", 5, None)
    assert (approved.is_approved, approved.revoke()) == (True, Review())


def test_approval_does_not_hold_for_what_is_submitted_later() -> None:
    approved = Review().submit("h1", []).approve("h1", "ben", 5, None)
    assert not approved.submit("h2", []).is_approved
    assert not Review().is_approved


def test_thing_is_read_back_with_its_review() -> None:
    thing = Reviewed(review=Review("h1", "h1", "ben", 5, None, ["young"]))
    assert decode(Reviewed, encode(thing)) == thing
    assert (thing.submitted_hash, thing.approved_hash, thing.approved_by, thing.approved_at) == ("h1", "h1", "ben", 5)
