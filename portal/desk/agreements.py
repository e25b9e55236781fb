"""Agreements on the desk: who has signed what, countersigning, taking back, sending by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from onboarding.enums import OPEN_AGREEMENTS, AgreementState, VersionState
from onboarding.models import Agreement, AgreementTemplate
from onboarding.permissions import COUNTERSIGN_AGREEMENTS, SEND_AGREEMENTS, VIEW_AGREEMENTS
from onboarding.services.agreements import countersign_agreement, send_agreement, take_back_agreement
from partners.models import Enrollment, Partner
from portal.agreements import AgreementFile, AgreementView, SignForm, sign_form
from portal.statuses import AGREEMENT_LOOK
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


class AgreementFilter(FilterSet):
    """Partner or number, state, which agreement."""

    q = CharFilter(method="named", label=gettext_lazy("Partner or number"))
    state = ChoiceFilter(
        label=gettext_lazy("State"), choices=AgreementState, empty_label=gettext_lazy("Any"), widget=PlainSelect
    )

    template = ModelChoiceFilter(
        label=gettext_lazy("Agreement"),
        queryset=lambda request: AgreementTemplate.objects.visible_to(request.actor).order_by("name", "pk"),
        empty_label=gettext_lazy("Any"),
        widget=PlainSelect,
    )

    class Meta:
        model = Agreement
        fields: list[str] = []

    def named(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Find by the partner's name or the number."""
        return rows.filter(Q(partner__name__icontains=value) | Q(reference__icontains=value))


class AgreementList(ListPage):
    """Every agreement with the vendor's partners."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_AGREEMENTS
    template_name = "desk/agreements.html"
    results_template = "desk/agreements_results.html"
    filterset_class = AgreementFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        "partner": ("partner__name",),
        "sent": ("sent_at",),
        "until": ("valid_until",),
    }
    default_order = "-sent"
    export_name = "agreements"
    columns = (
        (gettext_lazy("Number"), lambda row: row.reference),
        (gettext_lazy("Partner"), lambda row: row.partner.name),
        (gettext_lazy("Agreement"), lambda row: row.title),
        (gettext_lazy("Version"), lambda row: row.version.number),
        (gettext_lazy("State"), lambda row: str(row.get_state_display())),
        (gettext_lazy("Sent"), lambda row: row.sent_at.date()),
        (gettext_lazy("Signed"), lambda row: row.signed_at.date() if row.signed_at else None),
        (gettext_lazy("In force since"), lambda row: row.completed_at.date() if row.completed_at else None),
        (gettext_lazy("Until"), lambda row: row.valid_until),
    )

    def rows(self) -> QuerySet[Any]:
        """Return them without their texts."""
        found = Agreement.objects.visible_to(self.actor).select_related("partner", "version")
        return found.defer("text", "values", "version__body", "version__changes")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Add each state's look, and how many wait for the vendor."""
        mine = Agreement.objects.visible_to(self.actor).filter(state=AgreementState.SIGNED)
        return {
            "lines": [(row, AGREEMENT_LOOK[AgreementState(row.state)]) for row in page.rows],
            "filtered": any(self.request.GET.get(name) for name in self.filterset_class.base_filters),
            "to_countersign": mine[:100].count(),
        }


class TakeBackForm(forms.Form):
    """Why."""

    use_required_attribute = False
    reason = forms.CharField(
        label=gettext_lazy("Why? The partner reads it."), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class AgreementPage(AgreementView):
    """The document with who signed it; POST countersigns."""

    kinds = frozenset({Kind.VENDOR})

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        return self.page(self.agreement(key))

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Countersign."""
        agreement = self.agreement(key)
        form = sign_form(request, agreement, agreement.vendor.name)
        if not self.actor.may(COUNTERSIGN_AGREEMENTS):
            raise Forbidden("not_allowed", _("Your role doesn’t countersign agreements."))
        if not form.is_valid():
            return self.page(agreement, form=form, status=422)
        try:
            countersign_agreement(actor=self.actor, agreement=agreement, signing=form.signing(request))
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self.page(agreement, form=form, status=violation.status)
        messages.success(request, _("Countersigned. It is in force; the sealed PDF is ready in a moment."))
        return redirect(agreement.get_desk_url())

    def page(
        self,
        agreement: Agreement,
        *,
        form: SignForm | None = None,
        back: TakeBackForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Render the page, with the forms that the actor may use."""
        waits = agreement.state == AgreementState.SIGNED and self.actor.may(COUNTERSIGN_AGREEMENTS)
        is_open = agreement.state in OPEN_AGREEMENTS and self.actor.may(SEND_AGREEMENTS)
        if waits and form is None:
            form = sign_form(self.request, agreement, agreement.vendor.name) if back is None else None
        context = {
            **self.shown(agreement),
            "form": form if waits else None,
            "back": (back or TakeBackForm()) if is_open else None,
            "back_open": back is not None,
            "area": "desk",
            "crumbs": [{"label": _("Agreements"), "url": reverse("desk:agreements")}, {"label": agreement.reference}],
        }
        return render(self.request, "desk/agreement.html", context, status=status)


class TakeBack(AgreementPage):
    """Takes it back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Take it back."""
        agreement, form = self.agreement(key), TakeBackForm(request.POST)
        if not self.actor.may(SEND_AGREEMENTS):
            raise Forbidden("not_allowed", _("Your role doesn’t take agreements back."))
        if not form.is_valid():
            return self.page(agreement, back=form, status=422)
        take_back_agreement(actor=self.actor, agreement=agreement, reason=form.cleaned_data["reason"])
        messages.success(request, _("Taken back. The partner is told."))
        return redirect(agreement.get_desk_url())


class AgreementDownload(AgreementFile):
    """The vendor's downloads."""

    kinds = frozenset({Kind.VENDOR})


class SendForm(forms.Form):
    """Which agreement, in which of the partner's programs."""

    use_required_attribute = False
    enrollment = forms.ModelChoiceField(Enrollment.objects.none(), label=gettext_lazy("Program"))
    template = forms.ChoiceField(label=gettext_lazy("Agreement"))

    def __init__(self, *args: Any, actor: Actor, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        enrollments = Enrollment.objects.visible_to(actor).live().filter(partner=partner)
        program: Any = self.fields["enrollment"]
        template: Any = self.fields["template"]
        program.queryset = enrollments.select_related("program").order_by("program__name")
        program.label_from_instance = lambda row: row.program.name
        program.empty_label = None
        template.choices = agreements_of(actor)


def agreements_of(actor: Actor) -> list[tuple[str, str]]:
    """Return the vendor's agreements that can be sent: slug and name. One query."""
    found = AgreementTemplate.objects.visible_to(actor).filter(is_active=True, versions__state=VersionState.PUBLISHED)
    return list(dict(found.order_by("language", "-name", "pk").values_list("slug", "name")).items())


class SendAgreement(ActorView):
    """Sends an agreement to a partner by hand."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEND_AGREEMENTS

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Ask which one."""
        partner = self._partner(slug)
        return self._page(partner, SendForm(actor=self.actor, partner=partner))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Send it."""
        partner = self._partner(slug)
        form = SendForm(request.POST, actor=self.actor, partner=partner)
        if not form.is_valid():
            return self._page(partner, form, 422)
        given = form.cleaned_data
        try:
            agreement = send_agreement(
                actor=self.actor, enrollment=given["enrollment"], template_slug=given["template"]
            )
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(partner, form, violation.status)
        words = {
            AgreementState.SENT: _("Sent: the partner’s administrators are told by mail."),
            AgreementState.SIGNED: _("It is signed already and waits for your countersignature."),
            AgreementState.IN_FORCE: _("It is in force already, in its present version."),
        }
        messages.success(request, words[AgreementState(agreement.state)])
        return redirect(agreement.get_desk_url())

    def _partner(self, slug: str) -> Partner:
        found: Partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        return found

    def _page(self, partner: Partner, form: SendForm, status: int = 200) -> HttpResponse:
        crumbs = [
            {"label": _("Partners"), "url": reverse("desk:partner-list")},
            {"label": partner.name, "url": partner.get_absolute_url()},
            {"label": _("Send an agreement")},
        ]
        context = {"partner": partner, "form": form, "crumbs": crumbs}
        return render(self.request, "desk/agreement_send.html", context, status=status)
