"""What lists of journeys and of their tasks can be filtered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from onboarding.enums import JourneyState, Side, StepState
from onboarding.models import Journey, JourneyStep
from onboarding.reports_journeys import FAILED, NOW, late
from onboarding.step_kinds import STEP_KINDS
from partners.models import Program
from partners.reports import staff_of
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from people.models import Person

ALL = "all"
LATE, BROKEN = "late", "failed"
MINE = "mine"


def _programs(request: Any) -> QuerySet[Any]:
    return Program.objects.visible_to(request.actor).order_by("name")


def _staff(request: Any) -> QuerySet[Person]:
    return staff_of(request.actor)


class _Plain(FilterSet):
    """A filter whose form has no required fields."""

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(self.data.get(name) for name in self.filters)

    def get_form_class(self) -> type[forms.Form]:
        """Return the form; it is never required, so it carries no such attributes."""
        form: type[forms.Form] = super().get_form_class()
        form.use_required_attribute = False
        return form


class JourneyFilter(_Plain):
    """State (those under way, if nothing is said), what is waited for, program, partner manager, partner."""

    q = CharFilter(label=_("Search"), method="search")
    state = ChoiceFilter(
        label=_("State"),
        choices=[*((each.value, each.label) for each in JourneyState if each != JourneyState.RUNNING), (ALL, _("All"))],
        empty_label=_("Under way"),
        method="in_state",
        widget=PlainSelect,
    )
    turn = ChoiceFilter(
        label=_("Waits for"),
        choices=[
            (Side.PARTNER, _("The partner")),
            (Side.VENDOR, _("You")),
            (BROKEN, _("A failed step")),
            (LATE, _("Something overdue")),
        ],
        empty_label=_("Anything"),
        method="waits_for",
        widget=PlainSelect,
    )
    program = ModelChoiceFilter(
        field_name="enrollment__program",
        label=_("Program"),
        queryset=_programs,
        empty_label=_("Any"),
        widget=PlainSelect,
    )
    manager = ModelChoiceFilter(
        field_name="enrollment__manager",
        label=_("Partner manager"),
        queryset=_staff,
        empty_label=_("Anyone"),
        widget=PlainSelect,
    )

    class Meta:
        model = Journey
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those under way where no state is asked for."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.filter(state=JourneyState.RUNNING)

    def search(self, journeys: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep journeys of partners whose name holds the words."""
        return journeys.filter(enrollment__partner__name__icontains=value)

    def in_state(self, journeys: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep journeys in a state."""
        return journeys if value == ALL else journeys.filter(state=value)

    def waits_for(self, journeys: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep journeys in which a step is somebody's turn, failed, or overdue."""
        wanted = {BROKEN: FAILED, LATE: late()}.get(value, NOW & Q(side=value))
        return journeys.filter(Exists(JourneyStep.objects.filter(wanted, journey=OuterRef("pk"))))


class TaskFilter(_Plain):
    """Whose tasks, of what kind, and how they stand."""

    whose = ChoiceFilter(
        label=_("Whose"),
        choices=[(MINE, _("Mine"))],
        empty_label=_("Everyone’s"),
        method="of",
        widget=PlainSelect,
    )
    kind = ChoiceFilter(label=_("Kind"), choices=[], empty_label=_("Any"), widget=PlainSelect)
    how = ChoiceFilter(
        label=_("Standing"),
        choices=[(BROKEN, _("Failed")), (LATE, _("Overdue"))],
        empty_label=_("Any"),
        method="stands",
        widget=PlainSelect,
    )

    class Meta:
        model = JourneyStep
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(kind.name, kind.label) for kind in STEP_KINDS.values()]

    def of(self, steps: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the reader's own: given to them, or to nobody where they look after the partner."""
        person = self.request.actor.person_id
        return steps.filter(Q(owner=person) | Q(owner=None, enrollment__manager=person))

    def stands(self, steps: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep what failed, or what is overdue."""
        return steps.filter(state=StepState.FAILED) if value == BROKEN else steps.filter(late())
