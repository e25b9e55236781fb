"""What happened to a deal, as its partner reads it: events and comments in one line of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from activity.models import Event
from dealreg import events
from dealreg.leads.permissions import VIEW_LEADS
from dealreg.models import Comment, Deal, LeadOffer
from portal.formats import day_text
from prm.kernel.actors import VENDOR_ROLES
from prm.kernel.money import parse_amount, shown

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_EVENTS = 200
WITH_MESSAGE = frozenset({"deal.approved", "deal.declined", "deal.withdrawn", "deal.answered"})


def events_of(actor: Actor, deal: Deal) -> list[Event]:
    """Return the deal's events that the actor may see, newest first. One query."""
    return list(Event.objects.visible_to(actor).about(deal).select_related("person")[:MOST_EVENTS])


def comments_of(actor: Actor, deal: Deal) -> dict[int, str]:
    """Return the comments' text by id. One query."""
    return dict(Comment.objects.visible_to(actor).filter(deal=deal).values_list("pk", "text"))


def entries(deal: Deal, happened: Sequence[Event], comments: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the timeline's entries, as `components/timeline.html` takes them."""
    return [_entry(deal, event, comments) for event in happened]


def _entry(deal: Deal, event: Event, comments: Mapping[int, str]) -> dict[str, Any]:
    kind = event.definition
    entry = {
        "icon": kind.icon,
        "tone": kind.tone,
        "who": _who(deal, event),
        "text": event.sentence,
        "at": event.occurred_at,
        "id": f"event-{event.pk}",
    }
    if event.kind == events.COMMENTED.name:
        entry["said"] = comments.get(event.data.get("comment", 0), "")
    elif event.kind == events.FILE_ADDED.name:
        entry |= _file(event)
    elif event.kind == events.CHANGED.name:
        entry["said"] = "\n".join(_changes(deal, event))
    elif event.kind in WITH_MESSAGE:
        entry["said"] = str(event.data.get("message", ""))
    if event.kind == events.APPROVED.name and deal.protected_until:
        entry |= {
            "reason": _("Why %(days)d days and %(discount)s%% discount") % _granted(deal),
            "detail": _("Rules of engagement %(policy)s, as they held when it was registered.") % _granted(deal),
        }
    return entry


def _granted(deal: Deal) -> dict[str, Any]:
    return {"days": deal.protection_days, "discount": f"{deal.discount.normalize():f}", "policy": deal.policy_reference}


def _who(deal: Deal, event: Event) -> str:
    if event.person is None:
        return ""
    # A vendor's person is named with the vendor; one of the partner's own needs no such word.
    return f"{event.person}, {deal.vendor.name}," if event.role in VENDOR_ROLES else str(event.person)


def _file(event: Event) -> dict[str, str]:
    name, key = str(event.data.get("file", "")), event.data.get("key")
    if not key:
        return {}
    return {"text": _("added") if event.person else _("Added:"), "url": reverse("file", args=[key]), "link": name}


def _changes(deal: Deal, event: Event) -> list[str]:
    return [
        _("%(field)s: %(before)s → %(after)s")
        % {
            "field": verbose(name),
            "before": written(deal, name, event.before.get(name)),
            "after": written(deal, name, after),
        }
        for name, after in event.after.items()
    ]


def lead_entries(actor: Actor, deal: Deal) -> list[dict[str, Any]]:
    """Return that the deal came as a lead, where it did, as the timeline's first entry. One query."""
    if not actor.may(VIEW_LEADS):
        return []
    offer = LeadOffer.objects.visible_to(actor).filter(became__deal=deal).select_related("lead").first()
    if offer is None:
        return []
    return [
        {
            "icon": "lead",
            "text": _("It came as a lead:"),
            "at": offer.offered_at,
            "url": offer.get_absolute_url() if actor.is_partner else offer.lead.get_absolute_url(),
            "link": offer.lead.reference,
        }
    ]


def verbose(name: str) -> str:
    """Return a deal's field in words."""
    return str(getattr(Deal._meta.get_field(name), "verbose_name", name))


def written(deal: Deal, name: str, value: Any) -> str:
    """Write a field's value for a person: amounts with currency, days and choices in words, "–" where there is none."""
    if value in (None, ""):
        return "–"
    if name == "value":
        return shown(parse_amount(str(value)), deal.currency)
    if name in {"close_date", "next_step_on"}:
        return day_text(date.fromisoformat(str(value)))
    return str(dict(getattr(Deal._meta.get_field(name), "flatchoices", ())).get(value, value))


def stage_days(happened: Sequence[Event]) -> dict[str, Any]:
    """Return when the deal last came to each stage, by the stage's name."""
    return {
        event.after["stage"]: event.occurred_at
        for event in reversed(happened)
        if event.kind == events.CHANGED.name and "stage" in event.after
    }
