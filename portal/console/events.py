"""The audit trail: who did what when to which record, with before and after in words."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from activity.changes import Change, related_label, told_changes
from activity.console import site
from activity.models import Event
from activity.permissions import USE_CONSOLE
from activity.registry import EVENTS
from dealreg.fields import DayInput
from dealreg.models import Deal
from partners.models import Enrollment, Seat
from prm.kernel.actors import Kind, Role
from prm.kernel.pages import ListPage, Page
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

RECORD = re.compile(r"([a-z_]+\.[a-z_]+):(\d{1,18})")
MOST_PEOPLE = 300
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9000, 1, 1)
DEAL, ENROLLMENT, PERSON = "dealreg.deal", "partners.enrollment", "people.person"


def kinds() -> list[tuple[str, str]]:
    """Return every kind of event by its name, which is short, stable, and the same in the API."""
    return [(name, name.replace(".", ": ").replace("_", " ")) for name in sorted(EVENTS)]


class EventFilter(FilterSet):
    """Kind, person, record and days."""

    q = CharFilter(method="of_reference", label=_("Deal’s reference"))
    kind = ChoiceFilter(label=_("What"), choices=kinds, empty_label=_("Anything"), widget=PlainSelect)
    person = ChoiceFilter(
        field_name="person_id", label=_("Who"), empty_label=_("Anybody"), widget=PlainSelect, choices=()
    )
    since = DateFilter(method="from_day", label=_("From"), widget=DayInput)
    until = DateFilter(method="until_day", label=_("Until"), widget=DayInput)
    record = CharFilter(method="of_record", widget=forms.HiddenInput)

    class Meta:
        model = Event
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["person"].extra["choices"] = people_of(self.request.actor)

    def of_reference(self, found: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """Keep the events of the deal with this reference."""
        deal = Deal.objects.visible_to(self.request.actor).filter(reference=value.strip().upper()).values("pk")
        return found.filter(subject_type=DEAL, subject_id__in=deal)

    def from_day(self, found: QuerySet[Event], name: str, value: date) -> QuerySet[Event]:
        """Keep what happened on this day or later, in the reader's time zone."""
        return found.filter(occurred_at__gte=_midnight(value))

    def until_day(self, found: QuerySet[Event], name: str, value: date) -> QuerySet[Event]:
        """Keep what happened on this day or earlier."""
        return found.filter(occurred_at__lt=_midnight(min(value, LAST_DAY) + timedelta(days=1)))

    def of_record(self, found: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """Keep the events of one record, named as in `dealreg.deal:12`."""
        named = RECORD.fullmatch(value)
        if not named:
            return found.none()
        return found.filter(subject_type=named[1], subject_id=int(named[2]))

    def get_form_class(self) -> type[forms.Form]:
        """Return the form; it is never required."""
        form: type[forms.Form] = super().get_form_class()
        form.use_required_attribute = False
        return form


def _midnight(day: date) -> datetime:
    """Return when a day begins for the reader; days out of all reason are brought back to where clocks can count."""
    return timezone.make_aware(datetime.combine(max(day, FIRST_DAY), time.min))


def people_of(actor: Actor) -> list[tuple[str, str]]:
    """Return the vendor's own people, present and past. One query."""
    seats = Seat.objects.visible_to(actor).filter(vendor_id=actor.vendor_id).select_related("person")
    return [(str(seat.person_id), seat.person.name) for seat in seats.order_by("person__name", "pk")[:MOST_PEOPLE]]


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as the page tells it."""

    event: Event
    who: str
    role: str
    record: str
    record_kind: str
    url: str
    changes: list[Change]


def event_rows(events: list[Event], actor: Actor) -> list[EventRow]:
    """Return events as rows. Three queries at most: for the names of deals, of enrollments, and of people."""
    names, people = _names(events, actor), _people(events, actor)
    return [_row(event, names, people) for event in events]


def _people(events: list[Event], actor: Actor) -> dict[tuple[str, Any], str]:
    """Return the names of the people in befores and afters, as far as the actor knows them."""
    ids = set()
    for event in events:
        model = _model_of(event.subject_type)
        for name, value in (*event.before.items(), *event.after.items()):
            if isinstance(value, int) and related_label(model, name) == PERSON:
                ids.add(value)
    if not ids:
        return {}
    seats = Seat.objects.visible_to(actor).filter(person_id__in=ids).select_related("person")
    return {(PERSON, seat.person_id): seat.person.name for seat in seats}


def _model_of(label: str) -> Any:
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def _names(events: list[Event], actor: Actor) -> dict[tuple[str, int], tuple[str, str]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for event in events:
        ids[event.subject_type].add(event.subject_id)
    found = {}
    for deal in Deal.objects.visible_to(actor).filter(pk__in=ids[DEAL]).only("reference", "customer_name"):
        found[DEAL, deal.pk] = (str(deal), deal.get_desk_url())
    enrollments = Enrollment.objects.visible_to(actor).filter(pk__in=ids[ENROLLMENT])
    for enrollment in enrollments.select_related("partner", "program"):
        found[ENROLLMENT, enrollment.pk] = (str(enrollment), _console_url(ENROLLMENT, enrollment.pk))
    return found


def _row(event: Event, names: dict[tuple[str, int], tuple[str, str]], people: dict[tuple[str, Any], str]) -> EventRow:
    label, url = names.get((event.subject_type, event.subject_id), ("", ""))
    label = label or str(event.data.get("reference") or event.data.get("name") or event.data.get("partner") or "")
    who = str(event.person) if event.person is not None else str(_("The system"))
    role = str(Role(event.role).label) if event.role in Role.values else ""
    kind = _kind_of_record(event.subject_type)
    url = url or _console_url(event.subject_type, event.subject_id)
    return EventRow(event, who, role, label or f"{kind} {event.subject_id}", kind, url, told_changes(event, people))


def _kind_of_record(label: str) -> str:
    model = _model_of(label)
    return capfirst(str(model._meta.verbose_name)) if model else label


def _console_url(label: str, pk: int) -> str:
    model = _model_of(label)
    if model is None or not site.is_registered(model):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def in_words(event: Event) -> str:
    """Return what an event changed, in one line for a spreadsheet."""
    return "; ".join(f"{change.label}: {change.before} → {change.after}" for change in told_changes(event))


class EventList(ListPage):
    """The audit trail, newest first."""

    kinds = frozenset({Kind.VENDOR})
    permission = USE_CONSOLE
    template_name = "console/events.html"
    results_template = "console/events_results.html"
    filterset_class = EventFilter
    orders = {"when": ()}
    default_order = "-when"
    export_name = "audit"
    columns = (
        (_("When"), lambda event: f"{timezone.localtime(event.occurred_at):%Y-%m-%d %H:%M:%S}"),
        (_("Who"), lambda event: str(event.person or "")),
        (_("Role"), lambda event: event.role),
        (_("By"), lambda event: event.via),
        (_("Kind"), lambda event: event.kind),
        (_("What"), lambda event: event.sentence),
        (_("Record"), lambda event: f"{event.subject_type} {event.subject_id}"),
        (_("Reference"), lambda event: str(event.data.get("reference") or event.data.get("name") or "")),
        (_("Before and after"), in_words),
    )

    def rows(self) -> QuerySet[Event]:
        """Return the vendor's events."""
        return Event.objects.visible_to(self.actor).select_related("person")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as told, and the record where the list is of one."""
        rows = event_rows(page.rows, self.actor)
        of_one = bool(self.request.GET.get("record"))
        return {
            "rows": rows,
            "record": rows[0] if of_one and rows else None,
            "count_words": ngettext("%(count)s event", "%(count)s events", page.count) % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in self.filterset_class.base_filters),
        }
