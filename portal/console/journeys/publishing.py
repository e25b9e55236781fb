"""Publishing a draft, putting it away, its name, and letting journeys under way go on with the published version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.enums import JourneyState, VersionState
from onboarding.journeys.faults import JourneyRefused
from onboarding.journeys.under_way import definition_of
from onboarding.models import Journey, JourneyStep, JourneyVersion
from onboarding.progress import progress_of
from onboarding.reports_journeys import journeys_of
from onboarding.services import change_journey, discard_journey, faults_of, migrate_journey, publish_journey
from portal.console.journeys.base import JourneyBase, anchor, type_words
from portal.console.schemes.base import revision_in
from portal.journey_changes import changes_for
from prm.kernel.errors import Conflict, RuleViolation

MOST_MOVED = 200


class JourneyPublish(JourneyBase):
    """Says what will happen, and publishes."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say it."""
        return self._page(self.draft(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish."""
        version = self.draft(pk)
        try:
            publish_journey(actor=self.actor, version=version, revision=revision_in(request))
        except JourneyRefused:
            return self._page(version, status=422)
        except Conflict as conflict:
            return self._page(version, str(conflict.message), 409)
        messages.success(request, _("Published: partners that are approved from now on begin with it."))
        return redirect("console:journey", pk)

    def _page(self, version: JourneyVersion, refusal: str = "", status: int = 200) -> HttpResponse:
        before = (
            JourneyVersion.objects.visible_to(self.actor)
            .filter(template_id=version.template_id, state=VersionState.PUBLISHED)
            .first()
        )
        running = Journey.objects.visible_to(self.actor).filter(
            version__template_id=version.template_id, state=JourneyState.RUNNING
        )
        title = _("Publish")
        context = {
            "version": version,
            "before": before,
            "running": running.count(),
            "whom": type_words(version.template.partner_type),
            "faults": [(fault, anchor(fault.place)) for fault in faults_of(version)],
            "refusal": refusal,
            "title": title,
            "crumbs": self.crumbs(version, title),
        }
        return render(self.request, "console/journeys/publish.html", context, status=status)


class JourneyDiscard(JourneyBase):
    """Puts a draft away."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Discard it."""
        version = self.draft(pk)
        discard_journey(actor=self.actor, version=version, revision=revision_in(request))
        messages.success(request, _("The draft is put away."))
        return redirect("console:journeys")


class JourneyRename(JourneyBase):
    """Gives a journey another name."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write it."""
        version = self.draft(pk)
        change_journey(
            actor=self.actor,
            version=version,
            definition=version.definition,
            revision=revision_in(request),
            name=request.POST.get("name", ""),
        )
        return redirect("console:journey", pk)


class JourneyMigration(JourneyBase):
    """Lets journeys on older versions go on with this one, after showing what changes for each."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show each journey with what changes."""
        return self._page(self._published(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move those that are ticked."""
        version = self._published(pk)
        wanted = set(request.POST.getlist("journey"))
        moved, refused = 0, []
        for journey in (each for each in self._older(version) if str(each.key) in wanted):
            try:
                migrate_journey(actor=self.actor, journey=journey, to_version=version)
                moved += 1
            except RuleViolation as violation:
                refused.append(f"{journey.enrollment.partner.name}: {violation.message}")
        for words in refused:
            messages.error(request, words)
        if not wanted:
            messages.error(request, _("Tick the journeys that go on with this version."))
            return self._page(version, 422)
        said = ngettext("%(count)d journey goes on with it.", "%(count)d journeys go on with it.", moved)
        messages.success(request, said % {"count": moved})
        return redirect("console:journey", pk)

    def _published(self, pk: int) -> JourneyVersion:
        version = self.find(pk)
        if version.state != VersionState.PUBLISHED:
            raise Http404
        return version

    def _older(self, version: JourneyVersion) -> list[Journey]:
        found = journeys_of(self.actor).filter(version__template_id=version.template_id, state=JourneyState.RUNNING)
        return list(found.exclude(version=version).order_by("enrollment__partner__name", "pk")[:MOST_MOVED])

    def _page(self, version: JourneyVersion, status: int = 200) -> HttpResponse:
        journeys = self._older(version)
        steps: dict[int, list[JourneyStep]] = {}
        for row in JourneyStep.objects.visible_to(self.actor).filter(journey__in=journeys).order_by("position"):
            steps.setdefault(row.journey_id, []).append(row)
        to = definition_of(version.pk)
        rows: list[dict[str, Any]] = []
        for journey in journeys:
            found = progress_of(journey, definition_of(journey.version_id), steps.get(journey.pk, []))
            rows.append({"journey": journey, "progress": found, "changes": changes_for(found, to)})
        title = _("Move journeys under way")
        context = {
            "version": version,
            "rows": rows,
            "title": title,
            "crumbs": self.crumbs(version, title),
            "back_url": reverse("console:journey", args=[version.pk]),
        }
        return render(self.request, "console/journeys/migration.html", context, status=status)
