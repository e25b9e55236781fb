"""The small parts of a page as tags and filters: fast enough for every row of a list.

Each returns ready HTML; what a person typed is escaped. The larger parts are templates in
``templates/components/``. All of them, with their arguments, are in ``docs/reference/components.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BaseFormSet, BoundField, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal import colours, formats
from portal.charts import spark_points
from portal.fields import Problem, problems_of, problems_of_formset, render_field
from prm.kernel.money import Money, shown

register = template.Library()

RING = '<circle cx="8" cy="8" r="6.5"/><circle cx="8" cy="8" r="6.5" pathLength="100" stroke-dasharray="{} 100"/>'
DIRECTED = frozenset({"right", "left", "arrow", "out-door", "undo"})
"""Icons that point along the line of reading, mirrored where it runs from right to left."""


@lru_cache(maxsize=256)
def _icon(name: str, extra: str) -> SafeString:
    classes = "i" + (" i--dir" if name in DIRECTED else "") + (f" {extra}" if extra else "")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("portal/icons.svg"), name
    )


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; ``extra`` adds classes. It has no name of its own: put words beside it."""
    return _icon(name, extra)


@register.simple_tag
def badge(label: str, tone: str = "", icon_name: str = "") -> SafeString:
    """Show a status: a word and an icon in the tone's colour (good, warn, bad, info or none)."""
    drawn = _icon(icon_name, "") if icon_name else ""
    return format_html('<span class="badge" data-tone="{}">{}{}</span>', tone, drawn, label)


@register.simple_tag
def clock(
    ends_at: datetime | None,
    starts_at: datetime | None = None,
    paused: bool = False,  # noqa: FBT001, FBT002 -- read as words in a template
    label: str | None = None,
    big: bool = False,  # noqa: FBT001, FBT002
    tone: str = "",
) -> SafeString | str:
    """Show how much of a window is left as a ring and in words.

    ``{left}`` in ``label`` stands for the time that is left; any other label replaces the words. ``tone`` is the calm
    colour; urgency overrules it, unless the clock is paused.
    """
    if ends_at is None:
        return ""
    now = timezone.now()
    left = (ends_at - now).total_seconds()
    share = formats.share_left(ends_at, starts_at, now)
    tone = tone if paused else (formats.clock_tone(left, share) or tone)
    # A little over the whole: browsers leave a seam at exactly 100.
    filled = 101 if left <= 0 and not paused else _ring_share(left, share)
    ring = mark_safe(RING.format(filled))  # noqa: S308 -- a number of ours
    words = _clock_words(left, paused=paused, label=label, big=big)
    return format_html(
        '<span class="clock{}" data-tone="{}"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>'
        '<time datetime="{}" title="{}">{}</time></span>',
        " clock--big" if big else "",
        tone,
        ring,
        ends_at.isoformat(timespec="seconds"),
        formats.moment_text(ends_at),
        words,
    )


def _ring_share(left: float, share: float | None) -> int:
    """Return how much of the ring is drawn, in per cent; without a start, two weeks count as full."""
    return round(100 * (share if share is not None else min(1.0, max(0.0, left / (14 * formats.DAY)))))


def _clock_words(left: float, *, paused: bool, label: str | None, big: bool) -> SafeString | str:
    span = formats.span_text(abs(left))
    if label is not None and left > 0:
        return label.replace("{left}", span)
    if left <= 0 and not paused:
        first, rest = _("overdue"), _("by %(span)s") % {"span": span}
        return format_html("<b>{}</b> {}", first, rest) if big else f"{first} {rest}"
    if big:
        return format_html("<b>{}</b> {}", span, _("paused") if paused else _("left"))
    return _("paused, %(span)s left") % {"span": span} if paused else _("%(span)s left") % {"span": span}


@register.filter
def money(value: Money | Decimal | float | None, currency: str = "EUR") -> str:
    """Write an amount in its currency for the reader's language; a dash where there is none."""
    if isinstance(value, Money):
        return str(value)
    if value is None or value == "":
        return "–"
    return shown(value if isinstance(value, Decimal) else Decimal(str(value)), currency)


@register.simple_tag
def when(moment: datetime | None, exact: bool = False) -> SafeString | str:  # noqa: FBT001, FBT002
    """Tell a moment relatively, with the exact time on hover; ``exact=True`` tells the exact time itself."""
    if moment is None:
        return ""
    full = formats.moment_text(moment)
    text = full if exact else formats.relative_text(moment)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(timespec="seconds"), full, text)


@register.simple_tag
def day(value: date | datetime | None) -> SafeString | str:
    """Write a day; empty where there is none."""
    if value is None:
        return ""
    plain = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', plain.isoformat(), formats.day_text(plain))


@lru_cache(maxsize=2048)
def initials(name: str) -> str:
    """Return at most two initials: first and last word; of an e-mail address those of its local part."""
    words = [word for word in re.split(r"[\s,._-]+", name.partition("@")[0]) if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def mark(name: str, brand: str | int = "", small: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Show a firm by its initial; ``brand`` (a vendor's id) gives it that vendor's colour."""
    return format_html(
        '<span class="mark{}"{} aria-hidden="true">{}</span>',
        " mark--s" if small else "",
        format_html(' data-brand="{}"', brand) if brand else "",
        initials(name)[:1],
    )


@register.simple_tag
def face(name: str) -> SafeString:
    """Show a person by initials. Write the name beside it."""
    return format_html('<span class="face" aria-hidden="true">{}</span>', initials(name))


@register.simple_tag
def reference(number: str, copy: bool = True) -> SafeString:  # noqa: FBT001, FBT002
    """Show a reference number with a button that copies it."""
    if not copy:
        return format_html('<span class="id">{}</span>', number)
    return format_html(
        '<span class="id">{0}<button type="button" class="js-only" data-do="copy" data-text="{0}" aria-label="{1}">'
        "{2}</button></span>",
        number,
        _("Copy the reference %(number)s") % {"number": number},
        _icon("copy", ""),
    )


@register.simple_block_tag(end_name="endwhy")
def why(content: str, sentence: str, opened: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Show a reason in one line; what stands between the tags (rule and figures) opens below it."""
    return format_html(
        '<details class="why"{}><summary>{}<span><u>{}</u></span></summary><div class="why__body">{}</div></details>',
        mark_safe(" open") if opened else "",
        _icon("info", ""),
        sentence,
        content,
    )


@register.simple_tag
def meter(*values: Decimal | float, total: Decimal | float = 100, tone: str = "", label: str = "") -> SafeString:
    """Draw one bar in up to three strengths; without a ``label`` it is decoration beside figures."""
    bars, start, whole = [], 0.0, float(total) or 1.0
    for number, value in enumerate(values, start=1):
        width = min(100.0 - start, max(0.0, float(value) / whole * 100))
        bars.append((f"{start:.1f}", f"{width:.1f}", f"c{number}"))
        start += width
    name = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    drawn = format_html_join("", '<rect x="{}%" width="{}%" height="100%" class="{}"/>', bars)
    toned = format_html(' data-tone="{}"', tone) if tone else ""
    return format_html('<svg class="meter"{} {}><rect width="100%" height="100%"/>{}</svg>', toned, name, drawn)


@register.simple_tag
def sparkline(values: Sequence[float], label: str = "") -> SafeString | str:
    """Draw a run of figures without axes; without a ``label`` it is decoration beside the figure and its trend."""
    if len(values) < 2:
        return ""
    points = spark_points([float(value) for value in values])
    (first, _comma, _y), (last, _again, _end) = (
        points.split(" ")[0].partition(","),
        points.split(" ")[-1].partition(","),
    )
    name = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" {}>'
        '<polygon class="area" points="{},100 {} {},100"/><polyline points="{}"/></svg>',
        name,
        first,
        points,
        last,
        points,
    )


@register.simple_tag
def logo(vendor: Any, small: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Show a vendor's logo, its initial where it has none. Write the name beside it."""
    if not vendor.logo:
        return mark(vendor.name, vendor.id, small)
    return format_html(
        '<img class="mark mark--logo{}" src="{}" alt="" width="24" height="24">',
        " mark--s" if small else "",
        vendor.logo,
    )


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """Render one form field with label, help and error; options are listed in ``portal.fields.render_field``."""
    return render_field(bound, **options)


@register.simple_tag
def money_control(bound: BoundField) -> SafeString:
    """Render the bare control of an amount or a currency, for the frame in ``forms/money.html``."""
    attrs: dict[str, str | bool] = {"autocomplete": "off"}
    if isinstance(bound.field.widget, Select):
        attrs["aria-label"] = str(bound.label)
    else:
        attrs |= {"inputmode": "decimal", "size": "10"}
    return mark_safe(bound.as_widget(attrs=attrs))  # noqa: S308 -- Django's own rendering


@register.simple_tag
def error_links(form: BaseForm | None = None, formset: BaseFormSet | None = None) -> list[Problem]:
    """List the errors of a form and a formset for the error summary."""
    found = problems_of(form) if form else []
    return found + (problems_of_formset(formset) if formset else [])


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> SafeString | str:
    """Return the current query string with parameters replaced; None or an empty value removes one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def sortable(context: template.Context, key: str, label: str, extra: str = "") -> SafeString:
    """Write a column heading that sorts by ``key`` (parameter ``order``); a second click turns the order round.

    The order in force is ``request.GET["order"]``, else the template variable ``order`` of the list.
    """
    current = context["request"].GET.get("order") or context.get("order") or ""
    descending = current == f"-{key}"
    sorted_now = descending or current == key
    target = query(context, order=key if descending or not sorted_now else f"-{key}", page=None)
    state = format_html(' aria-sort="{}"', "descending" if descending else "ascending") if sorted_now else ""
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a></th>',
        format_html(' class="{}"', extra) if extra else "",
        state,
        target,
        label,
        _icon("down", ""),
    )


@register.simple_tag(takes_context=True)
def brand_style(context: template.Context) -> SafeString | str:
    """Write the vendors' brand hues as the page's one style element, allowed by its nonce.

    Numbers only, checked here: a vendor sets them, and a style element is no place for free text.
    """
    shell, request = context.get("shell"), context.get("request")
    # Until it is used, the nonce is false; str() uses it.
    nonce = str(getattr(request, "csp_nonce", ""))
    if not shell or not nonce:
        return ""
    shown = context.get("brand_shown")
    get = shell.get if isinstance(shell, dict) else lambda name, default=None: getattr(shell, name, default)
    own = (shown["hue"], shown["chroma"]) if shown else (get("brand_hue"), get("brand_chroma"))
    rules = [_brand_rule(":root", *own)]
    for vendor in [*(get("vendors") or ()), *(context.get("brands_shown") or ())]:
        read = vendor.get if isinstance(vendor, dict) else lambda name, source=vendor: getattr(source, name, None)
        rules.append(_brand_rule(f'[data-brand="{escape(read("id"))}"]', read("hue"), read("chroma")))
    return format_html('<style nonce="{}">{}</style>', nonce, mark_safe("".join(rules)))  # noqa: S308 -- numbers


def _brand_rule(selector: str, hue: float | None, chroma: float | None) -> str:
    hue_number = float(hue) % 360 if hue is not None else colours.DEFAULT_HUE
    chroma_number = min(0.2, max(0.0, float(chroma))) if chroma is not None else colours.DEFAULT_CHROMA
    return f"{selector}{{--brand-hue:{hue_number:g};--brand-chroma:{chroma_number:g}}}"


@register.simple_tag
def brand_colour(hue: float | str | None = None, chroma: float | str | None = None) -> str:
    """Return a vendor's brand colour as hex, for mails; the product's own where none is given."""
    return colours.brand_hex(
        float(hue) if hue not in (None, "") else colours.DEFAULT_HUE,
        float(chroma) if chroma not in (None, "") else colours.DEFAULT_CHROMA,
    )


@register.filter
def undo_url(message: Message) -> str:
    """Return the address that undoes what a message tells: ``messages.success(…, extra_tags="undo:/path/")``."""
    for tag in (message.extra_tags or "").split():
        if tag.startswith("undo:/") and not tag.startswith("undo://"):
            return tag.removeprefix("undo:")
    return ""
