"""What the pages about journeys share: finding a version, and writing a changed draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import VersionState
from onboarding.journeys import parse
from onboarding.journeys.editing import NoSuchPlace, part_at
from onboarding.journeys.faults import JourneyRefused
from onboarding.models import JourneyVersion
from onboarding.permissions import EDIT_JOURNEYS
from onboarding.services import change_journey
from partners.enums import PartnerType
from portal.console.schemes.base import digest, put_faults, revision_in
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from django.forms import Form

    from onboarding.journeys import Definition
    from prm.kernel.documents import Fault

Definitions = Callable[[dict[str, Any]], dict[str, Any]]
LOOKS = {
    VersionState.DRAFT: ("info", "pen"),
    VersionState.PUBLISHED: ("good", "ok"),
    VersionState.REPLACED: ("", "clock"),
}


class JourneyBase(ActorView):
    """A page about journeys."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_JOURNEYS

    def find(self, pk: int) -> JourneyVersion:
        """Return the version that the address names, or 404."""
        found = JourneyVersion.objects.visible_to(self.actor).select_related("template__program", "vendor")
        version: JourneyVersion = get_object_or_404(found, pk=pk)
        return version

    def draft(self, pk: int) -> JourneyVersion:
        """Return a draft, or 404.

        Raises:
            Conflict: it isn't one any more.
        """
        version = self.find(pk)
        if version.state != VersionState.DRAFT:
            raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=version)
        return version

    def crumbs(self, version: JourneyVersion, *further: str) -> list[dict[str, str]]:
        """Return the way here."""
        url = reverse("console:journey", args=[version.pk])
        return [
            {"label": _("Journeys"), "url": reverse("console:journeys")},
            {"label": version_name(version), "url": url},
            *({"label": each, "url": ""} for each in further),
        ]


def version_name(version: JourneyVersion) -> str:
    """Return a version's name with its number."""
    return _("%(name)s, version %(number)d") % {"name": version.template.name, "number": version.number}


def type_words(partner_type: str) -> str:
    """Return for which partners a journey is."""
    return str(PartnerType(partner_type).label) if partner_type else _("All types without a journey of their own")


def shape_of(version: JourneyVersion) -> Definition | None:
    """Return a version as read, None where it can't be."""
    try:
        return parse(version.definition)
    except JourneyRefused:
        return None


def anchor(place: str) -> str:
    """Return the part of the builder's page to which a place belongs."""
    keys = place.split(".")
    return "-".join(keys[:4] if len(keys) >= 4 and keys[2] == "steps" else keys[:2])


def part_or_none(version: JourneyVersion, place: str) -> Any:
    """Return what stands at a place, None for nothing."""
    try:
        return part_at(version.definition, place)
    except NoSuchPlace:
        return None


class EditBase(JourneyBase):
    """A page that changes a draft. Subclasses give `shown`: what else the page shows."""

    template_name = "console/journeys/part.html"

    def keep(self, version: JourneyVersion, form: Form, place: str, change: Definitions) -> HttpResponse:
        """Write a changed definition and go back to it; else the form again, with all that was typed."""
        try:
            change_journey(
                actor=self.actor,
                version=version,
                definition=change(version.definition),
                revision=revision_in(self.request),
            )
        except JourneyRefused as refused:
            self.put(form, refused.faults, place)
            return self.form_page(version, form, place, status=422)
        except Conflict as conflict:
            return self.stale(version, form, place, conflict)
        return redirect(f"{reverse('console:journey', args=[version.pk])}#{anchor(place)}")

    def put(self, form: Form, faults: Iterable[Fault], place: str) -> None:
        """Put each fault at its field."""
        put_faults(form, faults, place)

    def stale(self, version: JourneyVersion, form: Form, place: str, conflict: Conflict) -> HttpResponse:
        """Show what was typed with what happened; it may be saved again only if this very part is as it was."""
        if version.state != VersionState.DRAFT:
            raise conflict
        same = digest(part_or_none(version, place)) == self.request.POST.get("seen")
        words = (
            _("Somebody changed another part of this draft meanwhile. Nothing here is lost: save it again.")
            if same
            else _("Somebody changed this very part meanwhile. What you typed is below; compare it, then open it anew.")
        )
        form.add_error(None, words)
        revision = version.revision if same else revision_in(self.request)
        return self.form_page(version, form, place, status=409, revision=revision, stale=not same)

    def form_page(
        self,
        version: JourneyVersion,
        form: Form,
        place: str,
        *,
        status: int = 200,
        revision: int | None = None,
        **more: Any,
    ) -> HttpResponse:
        """Show the form."""
        seen = self.request.POST.get("seen") if status == 409 else digest(part_or_none(version, place))
        shown_revision = revision_in(self.request) if status == 422 else version.revision
        context = {
            "version": version,
            "form": form,
            "place": place,
            "revision": shown_revision if revision is None else revision,
            "seen": seen,
            "back_url": f"{reverse('console:journey', args=[version.pk])}#{anchor(place)}",
            **more,
        }
        return render(self.request, self.template_name, context | self.shown(version, form, place), status=status)

    def shown(self, version: JourneyVersion, form: Form, place: str) -> dict[str, Any]:
        """Return what else the page shows: title, crumbs and what the template asks for."""
        raise NotImplementedError
