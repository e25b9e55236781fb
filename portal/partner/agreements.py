"""The partner's agreements: what is to be signed, what is in force, the page that signs, and who has to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, FilterSet

from onboarding.enums import AgreementState
from onboarding.models import Agreement
from onboarding.permissions import SIGN_AGREEMENTS, VIEW_AGREEMENTS
from onboarding.services.agreements import sign_agreement
from partners.models import Seat
from portal.agreements import AgreementFile, AgreementView, SignForm, sign_form
from portal.partner.business import BusinessList
from portal.statuses import AGREEMENT_LOOK
from prm.kernel.actors import Kind, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, Page, show_violation
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_SIGNERS = 10


class AgreementFilter(FilterSet):
    """State."""

    state = ChoiceFilter(
        label=gettext_lazy("State"), choices=AgreementState, empty_label=gettext_lazy("Any"), widget=PlainSelect
    )

    class Meta:
        model = Agreement
        fields: list[str] = []


class AgreementList(BusinessList):
    """Agreements with the partner's vendors; what is to be signed stands first."""

    permission = VIEW_AGREEMENTS
    template_name = "partner/agreements.html"
    results_template = "partner/agreements_results.html"
    filterset_class = AgreementFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"turn": ("turn", "sent_at")}
    default_order = "-turn"
    export_name = "agreements"
    columns = (
        (gettext_lazy("Vendor"), lambda row: row.vendor.name),
        (gettext_lazy("Number"), lambda row: row.reference),
        (gettext_lazy("Agreement"), lambda row: row.title),
        (gettext_lazy("State"), lambda row: str(row.get_state_display())),
        (gettext_lazy("Sent"), lambda row: row.sent_at.date()),
        (gettext_lazy("Until"), lambda row: row.valid_until),
    )

    def rows(self) -> QuerySet[Any]:
        """Return them."""
        turn = Case(
            When(state=AgreementState.SENT, then=Value(2)),
            When(state__in=[AgreementState.SIGNED, AgreementState.IN_FORCE], then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        )
        found = Agreement.objects.visible_to(self.actor).select_related("vendor").defer("text", "values")
        return self.of_focus(found).annotate(turn=turn)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Add each state's look."""
        lines = [(row, AGREEMENT_LOOK[AgreementState(row.state)]) for row in page.rows]
        return {**super().further_context(page), "lines": lines}


class AgreementPage(AgreementView):
    """The document, to be read; POST signs it."""

    kinds = frozenset({Kind.PARTNER})

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        return self._page(self.agreement(key))

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Sign."""
        agreement = self.agreement(key)
        form = sign_form(request, agreement, _party(agreement))
        if not self.actor.may(SIGN_AGREEMENTS):
            raise Forbidden("not_allowed", _("Your role doesn’t sign agreements."))
        if not form.is_valid():
            return self._page(agreement, form, 422)
        try:
            signed = sign_agreement(actor=self.actor, agreement=agreement, signing=form.signing(request))
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(agreement, form, violation.status)
        words = _("Signed. It is in force; the sealed PDF is ready in a moment.")
        if signed.state == AgreementState.SIGNED:
            words = _("Signed. It is %(vendor)s’s turn to countersign now.") % {"vendor": agreement.vendor.name}
        messages.success(request, words)
        return redirect(agreement.get_absolute_url())

    def _page(self, agreement: Agreement, form: SignForm | None = None, status: int = 200) -> HttpResponse:
        to_sign = agreement.state == AgreementState.SENT and self.actor.may(SIGN_AGREEMENTS)
        context = {
            **self.shown(agreement),
            "form": (form or sign_form(self.request, agreement, _party(agreement))) if to_sign else None,
            "area": "portal",
            "crumbs": [{"label": _("Agreements"), "url": reverse("portal:agreements")}, {"label": agreement.title}],
        }
        return render(self.request, "partner/agreement.html", context, status=status)


def _party(agreement: Agreement) -> str:
    return agreement.partner.legal_name or agreement.partner.name


class AgreementDownload(AgreementFile):
    """The partner's downloads."""

    kinds = frozenset({Kind.PARTNER})


class AgreementNeeded(ActorView):
    """Where pages lead whose vendor waits for a signature: to the document, or to who has to sign it."""

    kinds = frozenset({Kind.PARTNER})

    def get(self, request: Any, key: UUID) -> HttpResponse:
        """Lead there.

        Raises:
            Http404: the agreement is out of sight.
        """
        if self.actor.may(VIEW_AGREEMENTS):
            found = Agreement.objects.visible_to(self.actor).filter(key=key)
            return redirect("portal:agreement", get_object_or_404(found.only("key")).key)
        waiting = Agreement.objects.visible_to(self.actor).select_related("vendor").defer("text", "values")
        agreement = get_object_or_404(waiting, key=key)
        if agreement.state != AgreementState.SENT:
            return redirect("portal:home")
        signers = Seat.objects.visible_to(self.actor).active().filter(role=Role.ADMINISTRATOR).select_related("person")
        context = {
            "vendor": agreement.vendor.name,
            "closed": any(each.gate == str(key) for each in self.actor.enrollments),
            "signers": signers.order_by("person__name", "pk")[:MOST_SIGNERS],
        }
        return render(request, "partner/agreement_needed.html", context)
