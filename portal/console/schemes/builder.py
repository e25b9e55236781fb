"""A version on one page, in plain language; on a draft each part can be changed, moved and taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from activity.models import Event
from portal.console.schemes.base import SchemeBase, anchor, ends_of, faults_of, revision_in, state_of
from portal.console.schemes.sections import SECTIONS, Section
from prm.kernel.errors import Conflict
from standing.enums import SchemeState
from standing.models import Scheme
from standing.scheme.editing import NoSuchPlace, moved, part_at, removed, replaced
from standing.scheme.faults import SchemeRefused
from standing.services import change_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from standing.scheme.faults import Fault
    from standing.telling import Part


@dataclass(frozen=True, slots=True)
class Shown:
    """A part with what is wrong with it."""

    part: Part
    faults: tuple[Fault, ...]
    may_change: bool
    is_first: bool
    is_last: bool

    @property
    def anchor(self) -> str:
        """Where faults lead to."""
        return anchor(self.part.place)

    @property
    def needs_place(self) -> str:
        """Where its requirements stand."""
        return f"{self.part.place}.needs"

    @property
    def has_needs(self) -> bool:
        """Whether such a part takes something."""
        return self.part.section in {"tiers", "requirements", "specialisations"}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with its parts."""

    name: str
    section: Section
    parts: tuple[Shown, ...]
    faults: tuple[Fault, ...]


def chapters(told: dict[str, tuple[Part, ...]], faults: Sequence[Fault], *, may_change: bool) -> list[Chapter]:
    """Return the sections in the builder's order, each fault where it belongs."""
    found = []
    for name, section in SECTIONS.items():
        parts = told[name]
        shown = tuple(
            Shown(
                part,
                tuple(fault for fault in faults if anchor(fault.place) == anchor(part.place)),
                may_change,
                at == 0,
                at == len(parts) - 1,
            )
            for at, part in enumerate(parts)
        )
        if may_change or shown:
            own = tuple(fault for fault in faults if fault.place == name and name != "review")
            found.append(Chapter(name, section, shown, own))
    return found


class SchemePage(SchemeBase):
    """A version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        scheme = self.find(pk)
        teller, may_change = self.teller(scheme), scheme.state == SchemeState.DRAFT
        versions = list(
            Scheme.objects.visible_to(self.actor)
            .filter(program_id=scheme.program_id, partner_type=scheme.partner_type)
            .exclude(state=SchemeState.DISCARDED)
            .order_by("-number")
            .defer("definition")
        )
        ends = ends_of(scheme, versions)
        faults = faults_of(scheme.definition) if may_change else ()
        context = {
            "scheme": scheme,
            "state": state_of(scheme, scheme.program.vendor.today(), ends),
            "ends": ends,
            "may_change": may_change,
            "may_withdraw": scheme.state == SchemeState.PUBLISHED and not scheme.is_current,
            "chapters": chapters(teller.sections(), faults, may_change=may_change) if teller else [],
            "faults": [(fault, anchor(fault.place)) for fault in faults],
            "others": [each for each in versions if each.pk != scheme.pk],
            "crumbs": self.crumbs(scheme)[:1],
        }
        return render(request, "console/schemes/scheme.html", context)


class SchemeMove(SchemeBase):
    """Moves a part, takes it out, or turns “all of these” into “one of these”."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says: "up tiers.2"."""
        scheme = self.draft(pk)
        deed, _space, place = request.POST.get("do", "").partition(" ")
        try:
            changed = self._changed(scheme.definition, deed, place)
        except NoSuchPlace:
            raise Conflict("changed_meanwhile", _("That part isn’t there any more. Open the draft again.")) from None
        url = reverse("console:scheme", args=[pk])
        try:
            kept = change_scheme(actor=self.actor, scheme=scheme, definition=changed, revision=revision_in(request))
        except SchemeRefused as refused:
            messages.error(request, str(refused.message))
            return redirect(f"{url}#{anchor(place)}")
        if deed == "remove":
            undo = reverse("console:scheme-undo", args=[pk, kept.revision])
            messages.success(request, _("Taken out."), extra_tags=f"undo:{undo}")
        return redirect(f"{url}#{anchor(place)}")

    def _changed(self, definition: dict[str, Any], deed: str, place: str) -> dict[str, Any]:
        if deed in {"up", "down"}:
            return moved(definition, place, -1 if deed == "up" else 1)
        if deed == "remove":
            return removed(definition, place)
        group = part_at(definition, place)
        if deed != "turn" or not isinstance(group, dict) or not {"all", "any"} & set(group):
            raise Http404
        turned = {("any" if key == "all" else "all" if key == "any" else key): value for key, value in group.items()}
        return replaced(definition, place, turned)


class SchemeUndo(SchemeBase):
    """Takes the last change of a draft back."""

    def post(self, request: HttpRequest, pk: int, revision: int) -> HttpResponse:
        """Write what was before it."""
        scheme = self.draft(pk)
        last = Event.objects.visible_to(self.actor).about(scheme).filter(kind="scheme.changed").order_by("-pk").first()
        if last is None or scheme.revision != revision:
            raise Conflict("changed_meanwhile", _("Somebody changed this draft meanwhile."), fresh=scheme)
        change_scheme(actor=self.actor, scheme=scheme, definition=last.before["definition"], revision=revision)
        messages.success(request, _("It is back."))
        return redirect("console:scheme", pk)
