"""Consent and suppression as people use them: the preference page, STOP, the suppression list, tracking; and the trail
that each of them leaves."""

from __future__ import annotations

from pathlib import Path

import requests

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from tests.e2e.campaign import SentCampaign
from tests.e2e.tenant import CONSENT, Tenant

CLEANED = Path(__file__).parents[3] / "examples" / "mailchimp_cleaned.csv"
_BODY = '<p>Hi</p><a href="{{ preferences_url }}">Preferences</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a>'
_TRACKED = {"shown_tracking": "1", "opens": "1", "clicks": "1"}


def letters(tenant: Tenant) -> SentCampaign:
    """A campaign to everybody, sent, with a link to the preferences."""
    return tenant.drafts(content_html=_BODY).sends().ends().agrees()


def preferences_link(provider: SimulatorClient, campaign: SentCampaign, member_id: str) -> str:
    """The link to the preference page in a member's message."""
    sent = next(one for one in campaign.messages() if one.tags["member"] == member_id)
    text = str(provider.message(sent.message_id)["text"])
    return next(word.strip("<>()[]") for word in text.split() if "/preferences/" in word)


def saved(link: str, **fields: str) -> str:
    """The page after somebody saved the form with these fields."""
    answer = requests.post(link, data={"do": "save", **fields}, timeout=30)
    assert answer.status_code == 200
    return answer.text


def trail(tenant: Tenant, member_id: str) -> list[tuple[str, str, str]]:
    """What the audit trail says of a member, oldest first: kind, action and by whom."""
    entries = tenant.api.get(f"/v1/audit?member_id={member_id}&limit=50", "admin")["items"]
    return [(one["kind"], one["action"], one["by"]) for one in reversed(entries)]


def word(tenant: Tenant, member_id: str, channel: str = "email") -> str:
    """What the member said last about a channel."""
    return str(tenant.member(member_id)["consent"][channel]["status"])


def test_members_leave_and_come_back_and_decline_tracking_by_the_preference_page(
    tenant: Tenant, provider: SimulatorClient
) -> None:
    people = [{"id": one, "email": f"{one}+open.click@prefs.example"} for one in ("anna", "ben", "carl")]
    tenant.has_members([{**one, "phone": f"+49301234{n}"} for n, one in enumerate(people, start=100)])
    campaign = letters(tenant)
    anna, ben = (preferences_link(provider, campaign, one) for one in ("anna", "ben"))
    assert 'name="shown_email" value="in"' in requests.get(anna, timeout=30).text
    assert word(tenant, "anna") == "granted"

    page = saved(anna, shown_email="in", shown_sms="out", want_sms="1", **_TRACKED)
    assert 'role="status"' in page
    assert (word(tenant, "anna"), word(tenant, "anna", "sms")) == ("denied", "granted")
    campaign.until(lambda stats: stats["unsubscribed"] == 1, "the figures know that she left by this message")
    saved(anna, shown_email="in", want_email="1", shown_sms="in", want_sms="1", **_TRACKED)
    assert word(tenant, "anna") == "denied", "a form from before she left brings nobody back"
    saved(ben, shown_email="in", want_email="1", shown_tracking="1")

    second = letters(tenant)
    assert second.statuses()["no_consent"] == 1
    configurations = {one.tags["member"]: one.configuration_set for one in second.messages()}
    assert configurations == {"ben": "ariia-local-untracked", "carl": "ariia-local-tracked"}
    stats = second.until(lambda stats: stats["opened"] == 1, "the other one's opening is seen")
    assert (stats["sent"], stats["opens_untracked"], stats["clicks_untracked"]) == (2, 1, 1)

    saved(anna, shown_email="out", want_email="1", shown_sms="in", want_sms="1", **_TRACKED)
    back = tenant.member("anna")["consent"]["email"]
    assert (back["status"], back["source"], back["by"]) == ("granted", "preferences", None)
    assert "may send me e-mails" in back["proof"]["text"]
    assert trail(tenant, "anna")[1:] == [
        ("consent", "denied", "preferences"),
        ("consent", "granted", "preferences"),
        ("consent", "granted", "preferences"),
    ]
    assert trail(tenant, "ben")[1:] == [("tracking", "chosen", "preferences")]


def answers(tenant: Tenant, event_id: str, text: str, channel: str = "email") -> Json:
    """The member anna writes this."""
    said = {"channel": channel, "text": text}
    event = {"id": event_id, "name": "message_received", "member_id": "anna", "data": said}
    return tenant.api.post("/v1/events", event, "connector")


def test_stop_is_heard_on_the_channel_it_came_by_for_all_who_share_the_address_and_start_undoes_it(
    tenant: Tenant,
) -> None:
    consent = {**CONSENT, "sms": CONSENT["email"]}
    shared = {"email": f"family@{tenant.id}.example", "phone": "+4915112345678", "consent": consent}
    tenant.has_members([{"id": one, **shared} for one in ("anna", "ben")])

    answers(tenant, "e1", "please stop calling")
    answers(tenant, "e2", "»STOPP!«", "sms")
    assert [word(tenant, one, "sms") for one in ("anna", "ben")] == ["denied", "denied"]
    assert [word(tenant, one) for one in ("anna", "ben")] == ["granted", "granted"]
    answers(tenant, "e3", "Abmelden")
    refused = tenant.drafts().act("preflight", "editor")["counts"]["excluded"]
    assert refused == {"no_consent": 2}

    # A file from the old system says yes, as of before the STOP, and without any date.
    old = (
        f"id,email,consent_email,consent_email_at\nanna,{shared['email']},yes,2026-04-01\nben,{shared['email']},yes,\n"
    )
    job = tenant.finished_import(tenant.begin_import(old.encode()))
    assert (job["rejected"], job["withdrawals_kept"]) == (0, 2)
    assert [word(tenant, one) for one in ("anna", "ben")] == ["denied", "denied"]

    answers(tenant, "e4", "start", "sms")
    answers(tenant, "e2", "»STOPP!«", "sms")
    assert [word(tenant, one, "sms") for one in ("anna", "ben")] == ["granted", "denied"], "who said it, and only once"
    told_by = tenant.member("anna")["consent"]["sms"]["by"]
    assert trail(tenant, "anna")[2:] == [
        ("consent", "denied", told_by),
        ("consent", "denied", told_by),
        ("consent", "granted", told_by),
    ], "whoever told of the answer"
    proof = tenant.member("anna")["consent"]["email"]["proof"]
    assert proof["word"] == "Abmelden"


def test_a_suppression_is_lifted_by_an_admin_with_a_reason_and_the_next_campaign_arrives(tenant: Tenant) -> None:
    tenant.has_members([{"id": one, "email": f"{one}@{tenant.id}.example"} for one in ("anna", "ben")])
    body = {"channel": "email", "address": f"Anna@{tenant.id}.example", "reason": "asked on the phone"}
    made = tenant.api.post("/v1/suppressions", body, "editor")
    assert made["member_ids"] == ["anna"]
    assert letters(tenant).statuses() == {"suppressed": 1, "delivered": 1}

    lift = f"/v1/suppressions/{made['id']}/lift"
    assert tenant.answer("POST", lift, "editor", {"reason": "please"}).status == 403
    for without in ({}, {"reason": ""}, {"reason": "  "}):
        assert tenant.answer("POST", lift, "admin", without).status == 422
    assert tenant.api.post(lift, {"reason": "says she wants it"}, "admin")["member_ids"] == ["anna"]
    assert tenant.answer("GET", f"/v1/suppressions/{made['id']}", "viewer").status == 404
    assert letters(tenant).statuses() == {"delivered": 2}
    entries = tenant.api.get("/v1/audit?limit=50", "admin")["items"]
    noted = {(one["action"], one["member_id"], one["reason"]) for one in entries if one["kind"] == "suppression"}
    suppressed, lifted = ("suppressed", "asked on the phone"), ("lifted", "says she wants it")
    assert noted == {(action, whom, why) for action, why in (suppressed, lifted) for whom in ("anna", None)}
    assert tenant.answer("GET", "/v1/audit", "editor").status == 403


def test_the_cleaned_of_an_export_from_elsewhere_are_suppressed(tenant: Tenant) -> None:
    job = tenant.finished_import(tenant.begin_import(CLEANED.read_bytes(), "mailchimp"))
    assert (job["created"], job["rejected"]) == (1, 0)
    [listed] = tenant.api.get("/v1/suppressions?address=dora@example.com")["items"]
    assert (listed["reason"], len(listed["member_ids"])) == ("hard_bounce", 1)
