"""Prospects, best fit first; several noted, invited or dropped at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onboarding.enums import ProspectState
from onboarding.filters import ProspectFilter
from onboarding.models import Prospect
from onboarding.permissions import EDIT_PROSPECTS, EDIT_RECRUITING, VIEW_RECRUITING
from onboarding.services.prospects import (
    LONGEST_WORDS,
    contact_prospect,
    drop_prospect,
    invite_prospect,
    reopen_prospect,
)
from portal.desk.lists import at
from portal.statuses import PROSPECT_LOOK
from portal.viewing import ViewedList
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

MOST_AT_ONCE = 100
SHOWN_REASONS = 2
NARROWING = ("q", "state", "region", "type", "owner", "program")


@dataclass(frozen=True, slots=True)
class ProspectRow:
    """A prospect with its badge. why: its score in one sentence; tone: of its score."""

    prospect: Prospect
    url: str
    label: str
    look: tuple[str, str]
    why: str
    unknown: int

    @property
    def tone(self) -> str:
        """Good from 70 points on, a warning below 40."""
        score = self.prospect.score or 0
        return "good" if score >= 70 else "" if score >= 40 else "warn"


def prospect_row(prospect: Prospect) -> ProspectRow:
    """Return a prospect as a row; no query."""
    state = ProspectState(prospect.state)
    unknown = sum(each["weight"] for each in prospect.reasons if not each["known"])
    return ProspectRow(
        prospect,
        reverse("desk:prospect", args=[prospect.pk]),
        str(state.label),
        PROSPECT_LOOK[state],
        why_words(prospect),
        unknown,
    )


def why_words(prospect: Prospect) -> str:
    """Return what speaks most for a prospect, and what against, in one line."""
    best = sorted((each for each in prospect.reasons if each["earned"]), key=lambda each: -each["earned"])
    missed = sorted(
        (each for each in prospect.reasons if each["known"] and not each["earned"]), key=lambda each: -each["weight"]
    )
    parts = [_("%(name)s +%(earned)d") % each for each in best[:SHOWN_REASONS]]
    parts += [_("not %(name)s") % each for each in missed[:1]]
    return ", ".join(parts) or _("Nothing that is looked for is known of it.")


class Recruiting(ViewedList):
    """The vendor's prospects."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_RECRUITING
    template_name = "desk/recruiting/list.html"
    results_template = "desk/recruiting/results.html"
    viewed_as = "desk:recruiting"
    filterset_class = ProspectFilter
    orders = {
        "fit": ("score",),
        "name": ("name",),
        "country": ("country", "name"),
        "since": ("state_at",),
    }
    default_order = "-fit"
    export_name = "prospects"
    columns = (
        (gettext_lazy("Name"), lambda row: row.name),
        (gettext_lazy("Fit"), lambda row: row.score),
        (gettext_lazy("Why"), why_words),
        (gettext_lazy("State"), lambda row: str(row.get_state_display())),
        (gettext_lazy("Since"), lambda row: at(row.state_at)),
        (gettext_lazy("Program"), lambda row: row.program.name),
        (gettext_lazy("Kind"), lambda row: str(row.get_type_display())),
        (gettext_lazy("Country"), lambda row: str(row.country)),
        (gettext_lazy("Town"), lambda row: row.city),
        (gettext_lazy("Website"), lambda row: row.website),
        (gettext_lazy("Contact"), lambda row: row.contact_name),
        (gettext_lazy("E-mail"), lambda row: row.contact_email),
        (gettext_lazy("Source"), lambda row: row.source),
        (gettext_lazy("Owner"), lambda row: str(row.owner or "")),
    )

    def rows(self) -> QuerySet[Prospect]:
        """Return the vendor's prospects."""
        return Prospect.objects.visible_to(self.actor).select_related("program", "owner")

    def _ordered(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Put those without a score last, whichever way the list goes."""
        if self.order.lstrip("-") != "fit":
            return super()._ordered(found)
        down = self.order.startswith("-")
        score = F("score").desc(nulls_last=True) if down else F("score").asc(nulls_last=True)
        return found.order_by(score, "pk")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown, and what may be done with them."""
        may_edit = self.actor.may(EDIT_PROSPECTS)
        return {
            "rows": [prospect_row(each) for each in page.rows],
            "saved": self.saved(),
            "count_words": ngettext("%(count)s prospect", "%(count)s prospects", page.count) % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in NARROWING),
            "may_edit": may_edit,
            "may_set_up": self.actor.may(EDIT_RECRUITING),
            "actions": ACTIONS if may_edit else (),
        }


ACTIONS = (
    {"name": "deed", "value": "invite", "label": gettext_lazy("Invite"), "icon": "mail"},
    {"name": "deed", "value": "contact", "label": gettext_lazy("Note as contacted"), "icon": "out"},
    {"name": "deed", "value": "reopen", "label": gettext_lazy("Take up again"), "icon": "undo"},
    {"name": "deed", "value": "drop", "label": gettext_lazy("Don’t pursue"), "icon": "x"},
)
DEEDS: dict[str, Callable[..., Prospect]] = {
    "invite": invite_prospect,
    "contact": contact_prospect,
    "reopen": reopen_prospect,
    "drop": drop_prospect,
}


class WordsForm(forms.Form):
    """A few words of one's own for the invitation."""

    use_required_attribute = False

    words = forms.CharField(
        label=gettext_lazy("Your own words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("They stand in the mail, between who invites and how one applies."),
    )


class Several(ActorView):
    """Does one thing to several prospects, each in a transaction of its own; names what couldn’t be done, and why."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PROSPECTS

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for words first where mails go out, else do it."""
        deed = request.POST.get("deed", "")
        chosen = [int(each) for each in request.POST.getlist("selected") if each.isascii() and each.isdigit()]
        found = Prospect.objects.visible_to(self.actor).filter(pk__in=chosen[:MOST_AT_ONCE])
        prospects = list(found.select_related("program", "owner").order_by(F("score").desc(nulls_last=True), "pk"))
        if not prospects or deed not in DEEDS:
            messages.info(request, _("Select prospects first, then what to do."))
            return redirect("desk:recruiting")
        form = WordsForm(request.POST if "sure" in request.POST else None)
        if deed == "invite" and not form.is_valid():
            return self._page({"asked": prospects, "form": form}, 422 if form.is_bound else 200)
        further = {"words": form.cleaned_data["words"]} if deed == "invite" else {}
        refused = [(each, why) for each in prospects if (why := self._do(deed, each, further))]
        done = len(prospects) - len(refused)
        if refused:
            rows = [(prospect_row(each), why) for each, why in refused]
            return self._page({"refused": rows, "done": done}, 409)
        words = ngettext("%(count)d prospect: done.", "%(count)d prospects: done.", done)
        messages.success(request, words % {"count": done})
        return redirect("desk:recruiting")

    def _do(self, deed: str, prospect: Prospect, further: dict[str, Any]) -> str:
        """Do it to one; returns why not, or ""."""
        try:
            DEEDS[deed](actor=self.actor, prospect=prospect, **further)
        except RuleViolation as refusal:
            return str(refusal.message)
        return ""

    def _page(self, context: dict[str, Any], status: int) -> HttpResponse:
        crumbs: Sequence[dict[str, str]] = [{"label": _("Recruiting"), "url": reverse("desk:recruiting")}]
        return render(self.request, "desk/recruiting/several.html", {**context, "crumbs": crumbs}, status=status)
