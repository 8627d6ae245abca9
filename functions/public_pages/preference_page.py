"""The preference page: a form of check boxes that works without script, and what was sent by it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ariia.domain.channel import Channel
from ariia.domain.consent.tracking import Tracking
from ariia.services.member_pages.preferences import ChannelChoice, PreferenceChoice, PreferenceView
from functions.public_pages.pages import HtmlPage, own_page
from functions.public_pages.texts import Texts, texts_for

_CHECKED = "1"
_IN, _OUT = "in", "out"


def preference_page(view: PreferenceView, *, saved: bool = False) -> HtmlPage:
    """Asks what the member wants; `saved` says that a choice was taken. The form posts to where the page came from."""
    texts = texts_for(view.language)
    title = _filled(texts.preferences_title, view)
    said = f"{texts.preferences_saved} {texts.confirm_by_mail}" if view.is_asked else texts.preferences_saved
    status = f'<p role="status">{escape(said)}</p>' if saved else f"<p>{escape(texts.preferences)}</p>"
    channels = "".join(_channel(texts, view, one) for one in view.channels)
    body = (
        f'{status}<form method="post">{_fieldset(texts.channels_legend, channels)}'
        f"{_fieldset(texts.tracking_legend, _tracking(texts, view))}"
        f'<button type="submit" name="do" value="save">{escape(texts.save)}</button></form>'
        f'<form method="post"><button class="quiet" type="submit" name="do" value="leave" aria-describedby="all">'
        f'{escape(texts.leave_all)}</button><p class="soft" id="all">{_filled(texts.leave_all_hint, view)}</p></form>'
    )
    return own_page(200, texts, title, body)


def choice_of(fields: Mapping[str, str], view: PreferenceView, ip_address: str) -> PreferenceChoice:
    """What the form says. A field that was not on it says nothing."""
    channels = {one.channel for one in view.channels}
    shown = {one for one in channels if fields.get(f"shown_{one}") in (_IN, _OUT)}
    tracking = None
    if fields.get("shown_tracking") == _CHECKED:
        tracking = Tracking("opens" in fields, "clicks" in fields)
    return PreferenceChoice(
        shown=frozenset(shown),
        wanted=frozenset(one for one in shown if f"want_{one}" in fields),
        ticked=frozenset(one for one in shown if fields[f"shown_{one}"] == _IN),
        tracking=tracking,
        nothing=fields.get("do") == "leave",
        statements={one: _statement(texts_for(view.language), view, one) for one in shown},
        ip_address=ip_address,
    )


def _channel(texts: Texts, view: PreferenceView, one: ChannelChoice) -> str:
    if one.suppressed:
        blocked = texts.blocked.format(tenant=view.tenant_name, messages=texts.messages[one.channel])
        return f'<p class="soft">{escape(blocked)}</p>'
    box = _box(f"want_{one.channel}", _statement(texts, view, one.channel), checked=one.wanted)
    shown = _IN if one.wanted else _OUT
    waits = f'<p class="soft">{escape(texts.unconfirmed)}</p>' if one.pending else ""
    return f'<input type="hidden" name="shown_{one.channel}" value="{shown}">{box}{waits}'


def _tracking(texts: Texts, view: PreferenceView) -> str:
    opens = _box("opens", texts.track_opens.format(tenant=view.tenant_name), checked=view.tracking.opens)
    clicks = _box("clicks", texts.track_clicks.format(tenant=view.tenant_name), checked=view.tracking.clicks)
    return f'<input type="hidden" name="shown_tracking" value="{_CHECKED}">{opens}{clicks}'


def _box(name: str, text: str, *, checked: bool) -> str:
    mark = " checked" if checked else ""
    return f'<label><input type="checkbox" name="{name}" value="{_CHECKED}"{mark}><span>{escape(text)}</span></label>'


def _fieldset(legend: str, content: str) -> str:
    return f"<fieldset><legend>{escape(legend)}</legend>{content}</fieldset>" if content else ""


def _statement(texts: Texts, view: PreferenceView, channel: Channel) -> str:
    return texts.agree.format(tenant=view.tenant_name, messages=texts.messages[channel])


def _filled(text: str, view: PreferenceView) -> str:
    return escape(text.format(tenant=view.tenant_name))
