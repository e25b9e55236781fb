"""A deal's own page at the desk, remarks and files on it, and the list of all deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.models import Event
from dealreg.decision_forms import AttachForm
from dealreg.follow_ups import follow_annotations, followed_by, follows
from dealreg.models import Deal
from dealreg.moves import amount_rows, moves_of
from dealreg.permissions import COMMENT_DEALS
from dealreg.services import add_comment, add_file
from dealreg.stages import why_stalled
from dealreg.team_reading import team_states, team_words
from portal.desk.decisions import DealView, form_page
from portal.desk.dossier import Dossier, load_dossier
from portal.desk.panes import pane_context, remark_form
from portal.desk.queue import queue_key
from portal.partner.timeline import lead_entries
from prm.kernel import errors
from prm.kernel.pages import show_violation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_EVENTS = 100


def timeline_of(dossier: Dossier, actor: Actor, only_us: str) -> list[dict[str, Any]]:
    """Return what happened to a deal, newest first, the vendor's own events marked. One query."""
    said = {comment.pk: comment.text for comment in dossier.comments}
    found = Event.objects.visible_to(actor).about(dossier.deal).select_related("person")
    events = found.only("kind", "audience", "data", "occurred_at", "person__name", "person__email")[:MOST_EVENTS]
    return [
        {
            "icon": event.definition.icon,
            "tone": event.definition.tone,
            "who": str(event.person) if event.person else "",
            "text": event.sentence,
            "at": event.occurred_at,
            "said": said.get(event.data.get("comment")) or message_of(event),
            "audience": only_us if event.audience == "vendor" else "",
            "id": f"event-{event.pk}",
        }
        for event in events
    ]


def message_of(event: Event) -> str:
    """Return the message that went with an event, unless its sentence has it already."""
    return "" if "{message}" in str(event.definition.sentence) else str(event.data.get("message", ""))


class DealDetail(DealView):
    """Everything about one deal, decided or not, with its timeline."""

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the deal."""
        return self.page(load_dossier(self.actor, reference))

    def page(self, dossier: Dossier, status: int = 200, **changes: Any) -> HttpResponse:
        """Render the page; `changes` replace its variables, such as a form with errors."""
        context = pane_context(self.actor, dossier, self.request, queue_key(self.request))
        further = Deal.objects.visible_to(self.actor).annotate(
            amount_rows=amount_rows(self.actor), team_rows=team_states(self.actor), **follow_annotations(self.actor)
        )
        beside = further.get(pk=dossier.deal.pk)
        context |= {
            "level": 2,
            "moves": moves_of(beside),
            "team": team_words(beside),
            "team_url": reverse("desk:deal-team", args=[dossier.deal.reference]),
            "followed_by": followed_by(beside),
            "follows": follows(beside),
            "stalled": why_stalled(beside, timezone.now()),
            "entries": [*timeline_of(dossier, self.actor, context["only_us"]), *lead_entries(self.actor, dossier.deal)],
            "crumbs": [{"label": _("Deals"), "url": reverse("desk:deal-list")}, {"label": dossier.deal.reference}],
        }
        return render(self.request, "desk/deal.html", context | changes, status=status)


class Remark(DealDetail):
    """Write a note that only the vendor reads, or a comment that the partner reads too."""

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Lead to the deal, where the form stands."""
        return redirect(self.deal().get_desk_url())

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Write it down; 422 with the text kept where it is refused."""
        dossier = load_dossier(self.actor, reference)
        form = remark_form(self.actor, dossier, request, request.POST)
        if form.is_valid():
            try:
                add_comment(actor=self.actor, deal=dossier.deal, **form.cleaned_data)
            except errors.Forbidden:
                raise
            except errors.RuleViolation as refusal:
                show_violation(form, refusal)
            else:
                messages.success(request, _("Written down."))
                return redirect(self.back(dossier.deal))
        if not form.offered:
            raise errors.Forbidden("not_allowed", _("Your role doesn't write here."))
        return self.page(dossier, 422, remark=form)


class Attach(DealView):
    """Add a file that both sides see."""

    title: ClassVar[Any] = gettext_lazy("Add a file")
    label: ClassVar[Any] = gettext_lazy("Add")
    danger: ClassVar[bool] = False

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form."""
        return form_page(self, self._open(), AttachForm())

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Keep the file; 422 with the reason where it is refused."""
        deal = self._open()
        form = AttachForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                add_file(actor=self.actor, deal=deal, upload=form.cleaned_data["file"])
            except errors.Forbidden:
                raise
            except errors.RuleViolation as refusal:
                show_violation(form, refusal)
            else:
                messages.success(request, _("The file is kept."))
                return redirect(self.back(deal))
        return form_page(self, deal, form, 422)

    def _open(self) -> Deal:
        deal = self.deal()
        if not self.actor.may(COMMENT_DEALS):
            raise errors.Forbidden("not_allowed", _("Your role doesn't add files here."))
        return deal
