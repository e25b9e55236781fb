"""The style guide: every part with its states, filled with sample data. In demo mode only; it reads no tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

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
NAVIGATION: dict[str, list[dict[str, Any]]] = {
    "crumbs": [{"label": _("Deals"), "url": "#deals"}, {"label": "Northwind Robotics"}],
    "tabs": [
        {"label": _("Overview"), "url": "#overview", "current": True},
        {"label": _("People"), "url": "#people", "count": 6},
    ],
    "chips": [
        {"label": _("Open"), "url": "#open", "count": 14, "current": True},
        {"label": _("Won"), "url": "#won", "count": 31},
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
            "note": _("Failed twice."),
            "tone": "bad",
            "action_url": "#retry",
            "action_label": _("Try again"),
        },
        {"label": _("Two people finish the sales course"), "note": _("Due in 9 days")},
    ],
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
        ("Castellan Foods GmbH", "NW-4K7Q2M", "Approved", "good", "shield", -46, 74, "184000", "EUR"),
        ("Orbit Logistics", "NW-9D2X7T", "Information requested", "warn", "ask", -1.8, 0.21, "96400", "EUR"),
        ("Vestre Havn Terminal AS", "NW-3H8P5C", "In review", "info", "clock", -1.4, 0.9, "212000.50", "USD"),
        ("Maren & Sohn", "NW-7R4W6B", "In review", "info", "clock", -2.1, -0.1, "18900", "EUR"),
        ("Granja Sol", "NW-5T9Y3K", "Submitted", "info", "out", -0.1, 1.9, "27500", "EUR"),
        ("Lumen Glass", "NW-8Q6M4V", "Declined", "bad", "no", -20, -18, "12000", "GBP"),
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
        {"icon": "file", "who": "Tomás Reyes", "text": "added", "at": now - timedelta(days=2), "url": "#file",
         "link": "Proposal v2.pdf"},
        {"icon": "shield", "tone": "good", "who": "", "text": "Approved by rule, protected for 120 days",
         "at": now - timedelta(days=46), "reason": "Clean: no match, territory and size fit",
         "detail": "Rules of engagement 2026-3, clause 2.1: best match 22, under 60; €184,000 is above €20,000."},
    ]  # fmt: skip


def sample_page() -> Page:
    """Return the second of four pages."""
    return Paginator(range(80), 20).page(2)


class DemoPage(TemplateView):
    """A page with sample data: it exists in demo mode only."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Hide it outside demo mode."""
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class StyleGuide(DemoPage):
    """Every part with its states."""

    template_name = "styleguide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Fill the parts with sample data."""
        wrong = {"customer": "Castellan Foods GmbH", "amount": "12,oo", "part": "sell"}
        return super().get_context_data(**kwargs) | {
            "order": "-amount",
            "deals": sample_deals(),
            "entries": sample_timeline(),
            "form": SampleForm(),
            "wrong_form": SampleForm(data=wrong, auto_id="wrong_%s"),
            "page": sample_page(),
            "swatches": SWATCHES,
            "statuses": STATUSES,
            **NAVIGATION,
        }


class DeskSample(DemoPage):
    """The desk's list and detail, with sample rows; on a phone the detail is a page of its own."""

    template_name = "styleguide/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the row that is open."""
        deals = sample_deals()
        chosen = self.kwargs.get("pk")
        return super().get_context_data(**kwargs) | {
            "deals": deals,
            "open_deal": deals[(chosen or 1) % len(deals)],
            "view": "detail" if chosen else "list",
        }
