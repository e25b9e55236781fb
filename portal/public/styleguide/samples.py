"""What the style guide's parts are filled with: made up, the same at every look but for the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.search.hits import Group, Hit

SWATCHES = ("canvas", "surface", "sunk", "line", "ink", "ink-2", "brand-fill", "brand-wash", "good", "warn", "bad")
STATUSES = (
    (_("Draft"), "", "pen"),
    (_("Submitted"), "info", "out"),
    (_("In review"), "info", "clock"),
    (_("Information requested"), "warn", "ask"),
    (_("Approved"), "good", "shield"),
    (_("Declined"), "bad", "no"),
    (_("Withdrawn"), "", "x"),
    (_("Expired"), "", "clock"),
)
NAVIGATION: dict[str, Any] = {
    "crumbs": [{"label": _("Deals"), "url": "#head"}, {"label": "Northwind Robotics"}],
    "tabs": [
        {"label": _("Overview"), "url": "#tabs", "current": True},
        {"label": _("People"), "url": "#tabs", "count": 6},
        {"label": _("Learning"), "url": "#tabs"},
    ],
    "chips": [
        {"label": _("Open"), "url": "#filter", "count": 14, "current": True},
        {"label": _("Won"), "url": "#filter", "count": 31},
    ],
    "steps": [
        {"label": _("Qualified"), "note": "2 Oct", "done": True},
        {"label": _("Proposal"), "note": _("since 12 Nov"), "current": True},
        {"label": _("Negotiation")},
        {"label": _("Won or lost")},
    ],
    "checks": [
        {"label": _("Sign the agreement"), "note": _("Mara, 3 October"), "done": True},
        {
            "label": _("Create the workspace"),
            "note": _("Failed twice: the file server doesn't answer."),
            "tone": "bad",
            "action_url": "#checklist",
            "action_label": _("Try again"),
        },
        {"label": _("Two people finish the sales course"), "note": _("Due in 9 days")},
    ],
    "facts": [
        (_("Covers"), "Castellan Foods, Kassel"),
        (_("Extension"), _("One, of 30 days")),
        (_("Discount"), "18 %"),
    ],
    "bulk_actions": [
        {"value": "approve", "label": _("Approve"), "icon": "ok"},
        {"value": "decline", "label": _("Decline"), "icon": "no", "kind": "danger"},
    ],
    "trend": (31, 34, 33, 36, 34, 38, 37, 38),
    "falling": (12, 11, 12, 10, 9, 9, 7, 6),
}


class SampleForm(forms.Form):
    """One field of each kind."""

    customer = forms.CharField(label=_("Customer"), help_text=_("As on its letterhead."))
    website = forms.CharField(label=_("Website"), required=False)
    amount = forms.DecimalField(label=_("Value"), widget=forms.TextInput, help_text=_("Before discount."))
    currency = forms.ChoiceField(label=_("Currency"), choices=[("EUR", "EUR"), ("USD", "USD")])
    close = forms.DateField(label=_("Expected close"), widget=forms.DateInput(attrs={"type": "date"}))
    country = forms.ChoiceField(
        label=_("Country"),
        choices=[("", ""), ("AT", "Austria"), ("DE", "Germany"), ("NO", "Norway"), ("ES", "Spain")],
        widget=forms.Select(attrs={"data-combobox": ""}),
    )
    part = forms.ChoiceField(
        label=_("Brightpath will"),
        choices=[("sell", _("Sell")), ("refer", _("Refer")), ("install", _("Install"))],
        widget=forms.RadioSelect,
    )
    confidential = forms.BooleanField(
        label=_("Keep the name confidential"), required=False, help_text=_("Only the approver sees it.")
    )
    notes = forms.CharField(
        label=_("What has happened so far?"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(label=_("Add a file, or drop it here"), required=False)
    person = forms.ChoiceField(
        label=_("Who looks after it?"),
        choices=[
            ("", ""),
            ("1", "Mara Lindqvist, administrator"),
            ("2", "Tomás Reyes, sales"),
            ("3", "Priya Natarajan, technical"),
        ],
        widget=forms.Select(attrs={"data-combobox": ""}),
        help_text=_("Type a name."),
    )


class SampleFilter(forms.Form):
    """A list's filter."""

    q = forms.CharField(label=_("Customer or reference"), required=False)
    status = forms.ChoiceField(
        label=_("Registration"), required=False, choices=[("", _("Any")), ("approved", _("Approved"))]
    )


@dataclass(frozen=True)
class SampleDeal:
    """A row of the sample table."""

    customer: str
    number: str
    status: str
    tone: str
    icon: str
    starts_at: datetime
    ends_at: datetime
    amount: Decimal
    currency: str
    partner: str = "Brightpath"


def sample_deals() -> list[SampleDeal]:
    """Return rows with clocks in every state."""
    now = timezone.now()
    rows = [
        ("Castellan Foods GmbH", "NW-4K7Q-2M9P", "Approved", "good", "shield", -46, 74, "184000", "EUR"),
        ("Orbit Logistics", "NW-9D2X-7T4H", "Information requested", "warn", "ask", -1.8, 0.21, "96400", "EUR"),
        ("Vestre Havn Terminal AS", "NW-3H8P-5C6R", "In review", "info", "clock", -1.4, 0.9, "212000.50", "USD"),
        ("Maren & Sohn", "NW-7R4W-6B2K", "In review", "info", "clock", -2.1, -0.1, "18900", "EUR"),
        ("Granja Sol", "NW-5T9Y-3K8D", "Submitted", "info", "out", -0.1, 1.9, "27500", "EUR"),
        ("Lumen Glass", "NW-8Q6M-4V3N", "Declined", "bad", "no", -20, -18, "12000", "GBP"),
    ]
    return [
        SampleDeal(
            customer, number, status, tone, drawn,
            now + timedelta(days=start), now + timedelta(days=end), Decimal(amount), currency,
        )
        for customer, number, status, tone, drawn, start, end, amount, currency in rows
    ]  # fmt: skip


def sample_timeline() -> list[dict[str, Any]]:
    """Return a timeline with a comment, an internal note, a file and an automatic decision."""
    now = timezone.now()
    return [
        {"icon": "ask", "who": "Jonas Brandt", "text": "wrote", "at": now - timedelta(minutes=42),
         "said": "Kassel has low ceilings. I can lend you the height drawing for the 40."},
        {"icon": "lock", "who": "Jonas Brandt", "text": "noted", "at": now - timedelta(hours=3),
         "said": "Ask Priya about quay 4.", "audience": "Only Northwind"},
        {"icon": "file", "who": "Tomás Reyes", "text": "added", "at": now - timedelta(days=2), "url": "#timeline",
         "link": "Proposal v2.pdf"},
        {"icon": "shield", "tone": "good", "who": "", "text": "Approved by rule, protected for 120 days",
         "at": now - timedelta(days=46), "reason": "Clean: no match, territory and size fit",
         "detail": "Rules of engagement 2026-3, clause 2.1: best match 22, under 60; €184,000 is above €20,000."},
    ]  # fmt: skip


def sample_page() -> Page:
    """Return the second of four pages."""
    return Paginator(range(80), 20).page(2)


def sample_hits() -> list[Group]:
    """Return what the palette finds for "cas"."""
    return [
        Group(
            "deals",
            _("Deals"),
            (
                Hit("Castellan Foods GmbH", "#command-palette", "deal", "NW-4K7Q-2M9P · Brightpath · Approved"),
                Hit("Castelardo Arredi S.p.A.", "#command-palette", "deal", "NW-Y98X-MF6B · Ferrobot · Lost"),
            ),
        ),
        Group("pages", _("Pages and actions"), (Hit("Register a deal", "#command-palette", "plus"),)),
        Group("people", _("People"), (Hit("Cassandra Vale", "#command-palette", "user", "Kappel · Sales"),)),
    ]


def sample_shell() -> SimpleNamespace:
    """Return a partner's shell with three vendors, one of them chosen, and news."""
    vendors = [
        SimpleNamespace(id=f"sample-{number}", name=name, hue=hue, chroma=chroma, logo="", current=not number)
        for number, (name, hue, chroma) in enumerate(
            (("Northwind Robotics", 222, 0.095), ("Halden Cloud", 300, 0.11), ("Verdane Energy", 150, 0.09))
        )
    ]  # fmt: skip
    entries = [("Home", "home", True, 0), ("Deals", "deal", False, 3), ("Leads", "lead", False, 0)]
    items = [
        {"label": label, "url": "#shell", "icon": drawn, "current": current, "count": count}
        for label, drawn, current, count in entries
    ]
    team = [{"label": "Team", "url": "#shell", "icon": "team", "current": False, "count": 0}]
    return SimpleNamespace(
        actor=SimpleNamespace(is_operator=False),
        person=SimpleNamespace(name="Tomás Reyes", shortcuts=True),
        seat=SimpleNamespace(id="sample", label="Brightpath · Sales"),
        seats=[SimpleNamespace(id="sample-2", label="Kappel · Sales")],
        area="portal",
        vendors=vendors,
        vendor=vendors[0],
        brand_hue=222,
        brand_chroma=0.095,
        navigation=[{"label": None, "items": items}, {"label": "Your organisation", "items": team}],
        dock=[*items, {"label": "Register", "url": "#shell", "icon": "plus", "current": False}],
        unread=4,
        demo=False,
        can_register=True,
        can_console=False,
        search_url="/search/",
    )


def sample_views() -> SimpleNamespace:
    """Return a list's saved views, and a filter that could be kept."""
    named = (("Germany, over €50k", True, True), ("Ends this month", False, False))
    return SimpleNamespace(
        views=[
            SimpleNamespace(name=name, url="#filter", current=current, is_start=start) for name, current, start in named
        ],
        may_save=True,
        page="portal:deal-list",
        query="country=DE",
        save_url="#filter",
        manage_url="#filter",
    )
