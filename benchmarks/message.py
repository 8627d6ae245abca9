"""The message every benchmark sends: 20 KB of HTML, ten variables of the member, a subject and a text part."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.review import Review
from ariia.domain.content.content import Content
from ariia.domain.ledger.status import CampaignStatus

TENANT, CAMPAIGN = "studio", "01k9spring0000000000000000"
HTML_BYTES = 20_000

_HEAD = """<!doctype html><html><body style="margin:0;font-family:Helvetica,Arial,sans-serif">
<table width="600"><tr><td><h1>Spring at {{ studio }}</h1><p>Hello {{ member.first_name }},</p>
<p>you trained {{ visits }} times with {{ coach }} in {{ city }}: {{ points }} points on your {{ plan }} plan.</p>
<p>Your next class: <b>{{ next_class }}</b>. Your voucher: <code>{{ voucher }}</code>, member since {{ since }}.</p>
"""
_ROW = """<tr><td style="padding:12px 24px;border-bottom:1px solid #e5e5e5;color:#333333;line-height:1.5">
<img src="https://cdn.studio.example/spring/course.jpg" width="120" height="90" alt="A class">
<p>Ninety minutes of slow stretching, with tea afterwards. Bring a mat, come ten minutes early.</p></td></tr>
"""
_TAIL = """</table><p>{{ tenant.name }}, {{ tenant.address }}</p>
<p><a href="{{ view_url }}">View online</a> · <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>"""
_TEXT = """Hello {{ member.first_name }},
you trained {{ visits }} times. Your voucher: {{ voucher }}.
Unsubscribe: {{ unsubscribe_url }}
"""
_VARIABLES = {
    "studio": "string",
    "visits": "number",
    "coach": "string",
    "city": "string",
    "points": "number",
    "plan": "string",
    "next_class": "string",
    "voucher": "string",
    "since": "string",
}


def html() -> str:
    """The HTML template, padded with static rows to 20 KB."""
    rows = (HTML_BYTES - len(_HEAD) - len(_TAIL)) // len(_ROW)
    return _HEAD + _ROW * rows + _TAIL


def content() -> Content:
    """The frozen content: nine declared variables and the member's first name are ten."""
    return Content(
        subject="{{ member.first_name }}, spring begins",
        html=html(),
        body=_TEXT,
        variables=[{"name": name, "type": kind, "required": True} for name, kind in _VARIABLES.items()],
        tenant={"id": TENANT, "name": "Studio Nord", "address": "Kastanienallee 1, 10435 Berlin"},
        from_address="Studio Nord <news@studio.example>",
        reply_to="hello@studio.example",
    )


def campaign(campaign_id: str = CAMPAIGN) -> Campaign:
    """An approved broadcast to everybody."""
    return Campaign(
        id=campaign_id,
        tenant_id=TENANT,
        name="Spring",
        status=CampaignStatus.APPROVED,
        review=Review("a" * 64, "a" * 64, approved_by="ben"),
        created_by="anna",
        description="Spring classes, all members",
        created_at=1_790_000_000_000,
        updated_at=1_790_000_000_000,
    )
