"""Leads and their offers over the API: vendors send and give out leads, partners accept and work them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import ProductFamily
from dealreg.api.deeds import Deeds
from dealreg.api.lead_reading import LeadOfferSerializer, LeadSerializer, RegistrationBegunSerializer
from dealreg.api.lead_writing import (
    LeadChangeSerializer,
    LeadDeclineSerializer,
    LeadOfferWriteSerializer,
    LeadReasonSerializer,
    LeadRecallSerializer,
    LeadReturnSerializer,
    LeadWriteSerializer,
)
from dealreg.api.writing import EmptySerializer
from dealreg.leads.filters import LeadApiFilter, OfferApiFilter
from dealreg.leads.permissions import ADD_LEADS, ASSIGN_LEADS, VIEW_LEADS, WORK_LEADS
from dealreg.models import Lead, LeadOffer
from dealreg.services.lead_conversion import begin_deal
from dealreg.services.lead_distribution import distribute_lead
from dealreg.services.lead_offers import (
    accept_offer,
    decline_offer,
    note_contact,
    pin_lead,
    recall_lead,
    return_lead,
)
from dealreg.services.leads import add_lead, change_lead, disqualify_lead, reopen_lead
from partners.models import Enrollment, Program
from prm.kernel.api import WriteSerializer
from prm.kernel.api_headers import ETAG, IF_MATCH
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from rest_framework.request import Request


@extend_schema_view(
    list=extend_schema(operation_id="leads_list", summary="List leads, newest first"),
    retrieve=extend_schema(operation_id="leads_retrieve", summary="Read a lead", parameters=[ETAG]),
)
@extend_schema(tags=["Leads"])
class LeadViewSet(Deeds):
    """A vendor's leads. Partners read theirs as offers."""

    model = Lead
    related = ("program", "became__deal")
    order = ("-id",)
    read_scope = "leads:read"
    write_scope = "leads:write"
    read_permission = VIEW_LEADS
    serializer_class = LeadSerializer
    filterset_class = LeadApiFilter
    lookup_field = "reference"
    lookup_value_regex = "[A-Z]{2,4}-L-[0-9A-Z]{4}-[0-9A-Z]{4}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Leave partners to their offers.

        Raises:
            Forbidden: a partner asks.
        """
        super().initial(request, *args, **kwargs)
        if self.actor.is_partner:
            raise Forbidden("not_allowed", _("Partners read leads as lead-offers."))

    @extend_schema(
        operation_id="leads_create",
        summary="Send a lead",
        request=LeadWriteSerializer,
        responses={201: LeadSerializer},
        parameters=[ETAG],
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Take it in and score it; then it is given out by the program's rules. Without consent it is refused."""
        self.need(ADD_LEADS)
        parser = LeadWriteSerializer(data=request.data, context=self.get_serializer_context())
        parser.is_valid(raise_exception=True)
        slug = parser.validated_data["program"]
        program = Program.objects.visible_to(self.actor).filter(slug=slug).first()
        if program is None:
            raise RuleViolation("unknown_program", _("You have no such program."), "program")

        def answer() -> Response:
            return self.answer_afresh(add_lead(actor=self.actor, program=program, lead=parser.lead()), 201)

        return self.once(request, answer)

    @extend_schema(
        operation_id="leads_update",
        summary="Change a lead",
        request=LeadChangeSerializer,
        responses=LeadSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is known, and score it anew."""
        row = self.get_object()
        self.need(ADD_LEADS)
        parser = LeadChangeSerializer(data=request.data, context=self.get_serializer_context())
        parser.is_valid(raise_exception=True)
        revision = self.revision_asked(request, row)
        changed = change_lead(actor=self.actor, lead=row, details=parser.details(), revision=revision)
        return self.answer_afresh(changed)

    @extend_schema(
        operation_id="leads_offer",
        summary="Offer a lead",
        request=LeadOfferWriteSerializer,
        responses=LeadSerializer,
    )
    @action(detail=True, methods=["post"])
    def offer(self, request: Request, **kwargs: Any) -> Response:
        """Offer it to the partner named, else to whom the program's rules choose next."""
        row = self.get_object()
        self.need(ASSIGN_LEADS)
        body = self.parsed(request, LeadOfferWriteSerializer)

        def answer() -> Response:
            if (pk := body.get("enrollment")) is None:
                distribute_lead(actor=self.actor, lead=row)
                return self.answer_afresh(row)
            enrollment = Enrollment.objects.visible_to(self.actor).filter(pk=pk, program_id=row.program_id).first()
            if enrollment is None:
                raise RuleViolation("not_a_candidate", _("Not a partner of this program."), "enrollment")
            pin_lead(actor=self.actor, lead=row, enrollment=enrollment)
            return self.answer_afresh(row)

        return self.once(request, answer)

    @extend_schema(
        operation_id="leads_recall", summary="Take a lead back", request=LeadRecallSerializer, responses=LeadSerializer
    )
    @action(detail=True, methods=["post"])
    def recall(self, request: Request, **kwargs: Any) -> Response:
        """Take it back from whoever is asked or has it."""
        row = self.get_object()
        self.need(ASSIGN_LEADS)
        reason = self.parsed(request, LeadRecallSerializer)["reason"]
        return self.once(request, lambda: self.answer_afresh(recall_lead(actor=self.actor, lead=row, reason=reason)))

    @extend_schema(
        operation_id="leads_disqualify",
        summary="Say that it is no lead",
        request=LeadReasonSerializer,
        responses=LeadSerializer,
    )
    @action(detail=True, methods=["post"])
    def disqualify(self, request: Request, **kwargs: Any) -> Response:
        """Say that it is none; offers of it end."""
        row = self.get_object()
        self.need(ASSIGN_LEADS)
        body = self.parsed(request, LeadReasonSerializer)
        return self.once(request, lambda: self.answer_afresh(disqualify_lead(actor=self.actor, lead=row, **body)))

    @extend_schema(
        operation_id="leads_reopen", summary="Take up again", request=EmptySerializer, responses=LeadSerializer
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, **kwargs: Any) -> Response:
        """Take a disqualified lead up again."""
        row = self.get_object()
        self.need(ASSIGN_LEADS)
        self.parsed(request, EmptySerializer)
        return self.once(request, lambda: self.answer_afresh(reopen_lead(actor=self.actor, lead=row)))


@extend_schema_view(
    list=extend_schema(operation_id="lead_offers_list", summary="List offers of leads, newest first"),
    retrieve=extend_schema(operation_id="lead_offers_retrieve", summary="Read an offer of a lead", parameters=[ETAG]),
)
@extend_schema(tags=["Leads"])
class LeadOfferViewSet(Deeds):
    """Leads as they are offered to partners: who it is, is told once it is accepted."""

    model = LeadOffer
    related = ("lead", "vendor", "partner")
    order = ("-id",)
    read_scope = "leads:read"
    write_scope = "leads:write"
    read_permission = VIEW_LEADS
    serializer_class = LeadOfferSerializer
    filterset_class = OfferApiFilter
    lookup_field = "key"
    lookup_url_kwarg = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    @property
    def family_names(self) -> dict[int, str]:
        """Product families by id, of every vendor in sight. One query for a whole page."""
        if not hasattr(self, "_names"):
            found = ProductFamily.objects.visible_to(self.actor).filter(covers_all=False).order_by("pk")
            self._names = dict(found.values_list("pk", "name"))
        return self._names

    @extend_schema(
        operation_id="lead_offers_accept",
        summary="Accept a lead",
        request=EmptySerializer,
        responses=LeadOfferSerializer,
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Accept it: its details open, the clock of the first contact starts. Of several only the first one gets it."""
        row = self._mine(request)
        return self.once(request, lambda: self.answer_afresh(accept_offer(actor=self.actor, offer=row)))

    @extend_schema(
        operation_id="lead_offers_decline",
        summary="Decline a lead",
        request=LeadDeclineSerializer,
        responses=LeadOfferSerializer,
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, **kwargs: Any) -> Response:
        """Decline it, with the reason; it goes on to the next."""
        row = self._mine(request, LeadDeclineSerializer)
        body = self.parsed(request, LeadDeclineSerializer)
        answer = {"reason": body["reason"], "words": body["message"]}
        return self.once(request, lambda: self.answer_afresh(decline_offer(actor=self.actor, offer=row, **answer)))

    @extend_schema(
        operation_id="lead_offers_contact",
        summary="Note the first contact",
        request=EmptySerializer,
        responses=LeadOfferSerializer,
    )
    @action(detail=True, methods=["post"])
    def contact(self, request: Request, **kwargs: Any) -> Response:
        """Note that the first contact was made: the clock stops."""
        row = self._mine(request)
        return self.once(request, lambda: self.answer_afresh(note_contact(actor=self.actor, offer=row)))

    @extend_schema(
        operation_id="lead_offers_return",
        summary="Give a lead back",
        request=LeadReturnSerializer,
        responses=LeadOfferSerializer,
    )
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, **kwargs: Any) -> Response:
        """Give an accepted lead back to the vendor; its details close again."""
        row = self._mine(request, LeadReturnSerializer)
        body = self.parsed(request, LeadReturnSerializer)
        answer = {"reason": body["reason"], "words": body["message"]}
        return self.once(request, lambda: self.answer_afresh(return_lead(actor=self.actor, offer=row, **answer)))

    @extend_schema(
        operation_id="lead_offers_register",
        summary="Begin the registration of a lead",
        request=EmptySerializer,
        responses=RegistrationBegunSerializer,
    )
    @action(detail=True, methods=["post"])
    def register(self, request: Request, **kwargs: Any) -> Response:
        """Begin a draft that is filled in with what the lead says. Once it is submitted, the lead is a deal."""
        row = self._mine(request)

        def answer() -> Response:
            draft = begin_deal(actor=self.actor, offer=row)
            said = {
                "submission": draft.submission,
                "page": draft.get_absolute_url(),
                "content": draft.content,
            }
            return Response(RegistrationBegunSerializer(said).data)

        return self.once(request, answer)

    def _mine(self, request: Request, body: type[WriteSerializer] = EmptySerializer) -> LeadOffer:
        """Return the offer for whoever may work on it, after the body was judged."""
        row: LeadOffer = self.get_object()
        self.need(WORK_LEADS)
        self.parsed(request, body)
        return row
