"""Deals over the API: list, read, register, change, decide, talk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.reverse import reverse

from activity.api import EventSerializer
from activity.models import Event
from dealreg.api.filters import VENDOR_ONLY, DealFilter
from dealreg.api.reading import (
    AmountChangeSerializer,
    CommentSerializer,
    ConflictsSerializer,
    DealSerializer,
    FileSerializer,
    RulingSerializer,
)
from dealreg.api.teams import TeamActions
from dealreg.api.transitions import TransitionActions
from dealreg.api.writing import (
    ChangeSerializer,
    CommentWriteSerializer,
    ReassignSerializer,
    RegistrationSerializer,
    refused,
)
from dealreg.leads.enums import HELD, OfferState
from dealreg.leads.permissions import WORK_LEADS
from dealreg.models import (
    AmountChange,
    Comment,
    Conflict,
    Deal,
    DealFile,
    DealLine,
    Extension,
    LeadOffer,
    Policy,
    Ruling,
)
from dealreg.permissions import REGISTER_DEALS, SEE_DESK, TAKE_DEALS, VIEW_DEALS, WORK_DEALS
from dealreg.reports import line_for, suggestion_for
from dealreg.services import add_comment, change_deal, deciders_of, reassign_deal, register_deal
from prm.kernel.api import ScopedViewSet, StaleRevision
from prm.kernel.api_defaults import ByTime, Pagination
from prm.kernel.api_headers import ETAG, IF_MATCH
from prm.kernel.errors import Conflict as Refused
from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from dealreg.registrations import Registration
    from prm.kernel.actors import Actor, Permission

SUBLIST: dict[str, Any] = {"pagination_class": Pagination, "filterset_class": None}
FOR_ALL = ("vendor", "partner", "enrollment__program", "owner")
FOR_VENDORS = (*FOR_ALL, "account", "assignee", "decided_by")
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[201], description="The deal's address."
)


def lines_of(actor: Actor) -> QuerySet[Any]:
    """Return a deal's lines as JSON, so that they come with the deal; prices as text, which loses no digit."""
    lines = DealLine.objects.visible_to(actor).filter(deal=OuterRef("pk")).order_by("id")
    product = JSONObject(id="product_id", sku="product__sku", name="product__name")
    family = JSONObject(code="family__code", name="family__name")
    price = Cast("unit_price", TextField())
    return lines.values(json=JSONObject(product=product, family=family, quantity="quantity", unit_price=price))


@extend_schema_view(
    list=extend_schema(operation_id="deals_list", summary="List deals, newest first"),
    retrieve=extend_schema(operation_id="deals_retrieve", summary="Read a deal", parameters=[ETAG]),
)
@extend_schema(tags=["Deals"])
class DealViewSet(TeamActions, TransitionActions, ScopedViewSet):
    """Registered deals: a partner's own, or all that were registered with the vendor."""

    model = Deal
    read_scope = "deals:read"
    write_scope = "deals:write"
    read_permission = VIEW_DEALS
    serializer_class = DealSerializer
    filterset_class = DealFilter
    pagination_class = ByTime
    lookup_field = "reference"
    lookup_value_regex = "[A-Z]{2,4}-[0-9A-Z]{4}-[0-9A-Z]{4}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return the deals in sight, with all that is shown of them."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return found
        related = FOR_VENDORS if self.actor.is_vendor else FOR_ALL
        granted = Extension.objects.visible_to(self.actor).granted().filter(deal=OuterRef("pk")).order_by()
        policy = Policy.objects.visible_to(self.actor).filter(
            program=OuterRef("enrollment__program"), reference=OuterRef("policy_reference")
        )
        return found.select_related(*related).annotate(
            line_rows=ArraySubquery(lines_of(self.actor)),
            extensions_most=Subquery(policy.values("extensions_most")[:1]),
            extensions_granted=Coalesce(
                Subquery(granted.values("deal").annotate(count=Count("pk")).values("count")), 0
            ),
        )

    def check_parameters(self, *known: str, paged: bool = True) -> None:
        """Refuse what doesn't exist; to a partner, the vendor's filters don't."""
        hidden = frozenset() if self.actor.is_vendor else VENDOR_ONLY
        super().check_parameters(*(name for name in known if name not in hidden), paged=paged)

    @extend_schema(
        operation_id="deals_register",
        summary="Register a deal",
        request=RegistrationSerializer,
        responses={201: DealSerializer},
        parameters=[ETAG, LOCATION],
    )
    def create(self, request: Request) -> Response:
        """Submit a registration: it has its place in line from now on, and the vendor's clock runs.

        `status` says whether it needs review. Needs the scope `deals:write` and a role that registers deals.
        """
        self._need(REGISTER_DEALS)
        serializer = RegistrationSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        registration = self._of_lead(serializer.registration(), serializer.validated_data.get("lead_offer"))
        unknown = refused(
            "enrollment", "unknown_enrollment", _("Not one of your enrollments that takes registrations.")
        )
        # Asked here too, so that a replay shows nothing to a partner that has left the program meanwhile.
        if registration.enrollment_id not in self.actor.enrollment_ids:
            raise unknown

        def register() -> Response:
            try:
                deal = register_deal(actor=self.actor, registration=registration)
            except Http404:
                raise unknown from None
            response = self.answer_afresh(deal, 201)
            response["Location"] = reverse("api:deal-detail", args=[deal.reference], request=request)
            return response

        return self.once(request, register)

    @extend_schema(
        operation_id="deals_change",
        summary="Change a deal",
        request=ChangeSerializer,
        responses=DealSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def partial_update(self, request: Request, reference: str) -> Response:
        """Change what the partner may change while the deal is open."""
        deal = self.named_row()
        self._need(WORK_DEALS)
        revision = self.revision_asked(request, deal)
        changes = self.parsed(request, ChangeSerializer, partial=True)
        reason = changes.pop("reason", "")
        try:
            fresh = change_deal(actor=self.actor, deal=deal, changes=changes, revision=revision, reason=reason)
        except Refused as late:
            raise StaleRevision(late.code, late.message, late.fresh) from None
        return self.answer_afresh(fresh)

    @extend_schema(
        operation_id="deals_hand_over",
        summary="Give a review to a colleague",
        request=ReassignSerializer,
        responses=DealSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"], url_path="hand-over", url_name="hand-over")
    def hand_over(self, request: Request, reference: str) -> Response:
        """Let another of the vendor's deciders review it; the clock runs on, and the colleague is told."""
        deal = self.named_row()
        self._need(TAKE_DEALS)
        found = self.parsed(request, ReassignSerializer)
        seat = deciders_of(deal.vendor_id).filter(person__email__iexact=found["to"]).first()
        if seat is None:
            raise refused("to", "no_decider", _("Choose a colleague who decides registrations."))

        def act() -> Response:
            fresh = reassign_deal(actor=self.actor, deal=deal, to=seat.person, message=found.get("message", ""))
            return self.answer_afresh(fresh)

        return self.once(request, act)

    @extend_schema(
        operation_id="deals_conflicts", summary="What a registration competes with", responses=ConflictsSerializer
    )
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def conflicts(self, request: Request, reference: str) -> Response:
        """Answer with suggestion, line and candidates. For the vendor's eyes only."""
        self._need(SEE_DESK)
        deal = self.get_object()
        rows = Conflict.objects.visible_to(self.actor).filter(deal=deal).select_related("account")
        candidates = list(rows.order_by("-score", "id"))
        line = line_for(deal)
        score = next((found.score for found in candidates if found.account_id == deal.account_id), 0)
        found = {
            "suggestion": suggestion_for(deal, line, score) if deal.is_undecided else None,
            "place": line.place_of(deal),
            "holder": line.holder,
            "waiting": line.waiting,
            "candidates": candidates,
        }
        return Response(ConflictsSerializer(found, context=self.get_serializer_context()).data)

    @extend_schema(
        operation_id="deals_rulings",
        summary="What the rules of engagement said of a registration",
        responses=RulingSerializer(many=True),
    )
    @action(detail=True, methods=["get"], serializer_class=RulingSerializer, **SUBLIST)
    def rulings(self, request: Request, reference: str) -> Response:
        """Answer with each ruling and all that it was judged by, newest first. For the vendor's eyes only."""
        self.check_parameters()
        self._need(SEE_DESK)
        rows = Ruling.objects.visible_to(self.actor).filter(deal=self.named_row())
        return self.page(rows.select_related("policy"))

    @extend_schema(
        operation_id="deals_amounts",
        summary="How value and expected close moved",
        responses=AmountChangeSerializer(many=True),
    )
    @action(detail=True, methods=["get"], serializer_class=AmountChangeSerializer, **SUBLIST)
    def amounts(self, request: Request, reference: str) -> Response:
        """Answer with each change of value or day, with who made it and why, newest first."""
        self.check_parameters()
        rows = AmountChange.objects.visible_to(self.actor).filter(deal=self.named_row())
        return self.page(rows.select_related("person"))

    @extend_schema(operation_id="deals_comments", summary="Comments on a deal", responses=CommentSerializer(many=True))
    @action(detail=True, methods=["get"], serializer_class=CommentSerializer, **SUBLIST)
    def comments(self, request: Request, reference: str) -> Response:
        """Answer with comments, newest first; the vendor sees its notes among them."""
        self.check_parameters()
        rows = Comment.objects.visible_to(self.actor).filter(deal=self.named_row())
        return self.page(rows.select_related("person"))

    @extend_schema(
        operation_id="deals_comment",
        summary="Comment on a deal",
        request=CommentWriteSerializer,
        responses={201: CommentSerializer},
    )
    @comments.mapping.post
    def comment(self, request: Request, reference: str) -> Response:
        """Write a comment that both sides read, or, as vendor, a note."""
        deal = self.named_row()
        found = self.parsed(request, CommentWriteSerializer)

        def write() -> Response:
            made = add_comment(actor=self.actor, deal=deal, **found)
            return Response(CommentSerializer(made, context=self.get_serializer_context()).data, status=201)

        return self.once(request, write)

    @extend_schema(operation_id="deals_events", summary="A deal's timeline", responses=EventSerializer(many=True))
    @action(detail=True, methods=["get"], serializer_class=EventSerializer, **SUBLIST)
    def events(self, request: Request, reference: str) -> Response:
        """Answer with what happened to the deal, newest first."""
        self.check_parameters()
        deal = self.named_row()
        found = Event.objects.visible_to(self.actor).about(deal).select_related("person")
        rows = self.paginate_queryset(found) or []
        for event in rows:
            event.subject_reference = deal.reference
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(operation_id="deals_files", summary="Files on a deal", responses=FileSerializer(many=True))
    @action(detail=True, methods=["get"], serializer_class=FileSerializer, **SUBLIST)
    def files(self, request: Request, reference: str) -> Response:
        """Answer with what is known of each file, newest first."""
        self.check_parameters()
        rows = DealFile.objects.visible_to(self.actor).filter(deal=self.named_row())
        return self.page(rows.select_related("person"))

    @extend_schema(
        operation_id="deals_file_content",
        summary="A file's content",
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "The file, as a download.")},
    )
    @action(detail=True, methods=["get"], url_path=f"files/(?P<key>{UUID})", url_name="content")
    def content(self, request: Request, reference: str, key: str) -> FileResponse:
        """Answer with the file as a download."""
        rows = DealFile.objects.visible_to(self.actor).filter(deal=self.named_row())
        file = get_object_or_404(rows, key=key)
        return FileResponse(
            file.content.open(), as_attachment=True, filename=file.name, content_type="application/octet-stream"
        )

    def get_serializer_context(self) -> dict[str, Any]:
        """Hand over the deal's reference, for the files' addresses."""
        return {**super().get_serializer_context(), "reference": self.kwargs.get("reference", "")}

    def _of_lead(self, registration: Registration, key: uuid.UUID | None) -> Registration:
        """Return the registration as that of an accepted lead, so that the lead becomes the deal.

        Raises:
            ValidationError: no accepted offer of this enrollment that waits to be registered.
        """
        if key is None:
            return registration
        offers = LeadOffer.objects.visible_to(self.actor).filter(key=key, enrollment=registration.enrollment_id)
        offer = (
            offers.filter(state=OfferState.ACCEPTED, lead__state__in=HELD).first()
            if self.actor.may(WORK_LEADS)
            else None
        )
        if offer is None:
            raise refused(
                "lead_offer", "unknown_offer", _("Not an accepted lead of this enrollment that can be registered.")
            )
        return replace(registration, submission=offer.submission)

    def _need(self, permission: Permission) -> None:
        if not self.actor.may(permission):
            raise Forbidden("not_allowed", _("Your role doesn't allow this."))
