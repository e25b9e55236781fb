"""Deal teams over the API: proposed on a deal, answered on a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from dealreg.api.deeds import OfDealsViewSet
from dealreg.enums import ShareAnswer, SharedField, TeamRole, TeamState
from dealreg.models import TeamShare, TeamVersion
from dealreg.permissions import TEAM_DEALS
from dealreg.services import Member, answer_share, leave_team, propose_team
from dealreg.team_reading import names_beside, told_of
from partners.api import PartnerNameSerializer, VendorSerializer
from people.api import PersonNameSerializer
from prm.kernel.api import ReadSerializer, WriteSerializer
from prm.kernel.api_defaults import Pagination
from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

PERCENT: dict[str, Any] = {"max_digits": 5, "decimal_places": 2, "min_value": 0, "max_value": 100}
SHOWN_PERCENT: dict[str, Any] = {"max_digits": 5, "decimal_places": 2}


class TeamMemberSerializer(ReadSerializer):
    """One side of a deal's team."""

    name = serializers.CharField(help_text="As it was proposed.")
    role = serializers.ChoiceField(choices=TeamRole.choices)
    percent = serializers.DecimalField(**SHOWN_PERCENT)
    sees = serializers.ListField(child=serializers.ChoiceField(choices=SharedField.choices))
    answer = serializers.ChoiceField(choices=ShareAnswer.choices)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer_text = serializers.CharField()
    left_at = serializers.DateTimeField(allow_null=True)
    left_text = serializers.CharField()


class TeamSerializer(ReadSerializer):
    """A version of a deal's team. The newest that is agreed holds."""

    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=TeamState.choices)
    text = serializers.CharField()
    proposed_by = PersonNameSerializer()
    proposed_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    members = TeamMemberSerializer(many=True)


class MemberWriteSerializer(WriteSerializer):
    """One side as it is proposed."""

    role = serializers.ChoiceField(choices=TeamRole.choices, help_text="direct: the vendor's own sales.")
    percent = serializers.DecimalField(**PERCENT)
    own = serializers.BooleanField(required=False, default=False, help_text="The deal's own partner.")
    name = serializers.CharField(
        max_length=160,
        required=False,
        allow_blank=True,
        help_text="Of another partner, as it calls itself. Whether there is one you learn by its answer.",
    )
    sees = serializers.ListField(
        child=serializers.ChoiceField(choices=SharedField.choices), required=False, help_text="Nothing without it."
    )


class TeamWriteSerializer(WriteSerializer):
    """A team as it is proposed; the shares are 100 in all."""

    members = MemberWriteSerializer(many=True, max_length=10)  # type: ignore[call-arg]
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class AnswerTextSerializer(WriteSerializer):
    """What goes with an answer."""

    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class DeclineShareSerializer(WriteSerializer):
    """Why a share is declined."""

    text = serializers.CharField(max_length=2000)


class SharedDealSerializer(ReadSerializer):
    """The partner's share in another partner's deal, and what it may see of that deal."""

    key = serializers.UUIDField()
    vendor = VendorSerializer()
    partner = PartnerNameSerializer(source="deal.partner", help_text="Whose deal it is.")
    role = serializers.ChoiceField(choices=TeamRole.choices)
    percent = serializers.DecimalField(**SHOWN_PERCENT)
    version = serializers.IntegerField(source="team.number")
    state = serializers.ChoiceField(choices=TeamState.choices, source="team.state")
    answer = serializers.ChoiceField(choices=ShareAnswer.choices)
    text = serializers.CharField(source="team.text")
    facts = serializers.SerializerMethodField(help_text="By field, what was shared of the deal.")
    names = serializers.SerializerMethodField(help_text="Of the others who agreed; once you did.")

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_facts(self, share: TeamShare) -> dict[str, str]:
        """Return what it may see."""
        return {str(field): str(value) for field, value in told_of(share)}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_names(self, share: TeamShare) -> list[str]:
        """Return the others' names; on one record only, not in lists."""
        return names_beside(share) if self.context["view"].detail else []


class TeamActions:
    """What the deals' view set does about teams."""

    @extend_schema(operation_id="deals_teams", summary="A deal's teams", responses=TeamSerializer(many=True))
    @action(
        detail=True,
        methods=["get"],
        url_path="teams",
        serializer_class=TeamSerializer,
        pagination_class=Pagination,
        filterset_class=None,
    )
    def teams(self: Any, request: Request, reference: str) -> Response:
        """Answer with each version of the deal's team, newest first. For the deal's partner and the vendor."""
        self.check_parameters()
        shares = Prefetch("shares", TeamShare.objects.visible_to(self.actor).order_by("pk"), to_attr="members")
        rows = TeamVersion.objects.visible_to(self.actor).filter(deal=self.named_row())
        found: Response = self.page(rows.select_related("proposed_by").prefetch_related(shares))
        return found

    @extend_schema(
        operation_id="deals_propose_team",
        summary="Propose a deal's team",
        request=TeamWriteSerializer,
        responses={201: TeamSerializer},
    )
    @teams.mapping.post
    def propose_team(self: Any, request: Request, reference: str) -> Response:
        """Propose who is on the team; it holds once each has agreed. Takes the place of what is proposed."""
        deal = self.named_row()
        if not self.actor.may(TEAM_DEALS):
            raise Forbidden("not_allowed", "Your role doesn't agree on deal teams.")
        found = self.parsed(request, TeamWriteSerializer)
        members = [Member(**{**row, "sees": tuple(row.get("sees", ()))}) for row in found["members"]]

        def propose() -> Response:
            team: Any = propose_team(actor=self.actor, deal=deal, members=members, text=found.get("text", ""))
            team.members = list(TeamShare.objects.visible_to(self.actor).filter(team=team).order_by("pk"))
            return Response(TeamSerializer(team, context=self.get_serializer_context()).data, status=201)

        answer: Response = self.once(request, propose)
        return answer


@extend_schema_view(
    list=extend_schema(operation_id="shared_deals_list", summary="List shares in other partners' deals, newest first"),
    retrieve=extend_schema(operation_id="shared_deals_retrieve", summary="Read a share in another partner's deal"),
)
@extend_schema(tags=["Deals"])
class SharedDealViewSet(OfDealsViewSet):
    """A partner's shares in other partners' deals: those that wait for its answer, and those that hold."""

    model = TeamShare
    related = ("vendor", "deal__partner", "team")
    serializer_class = SharedDealSerializer

    def get_queryset(self) -> QuerySet[Any]:
        """Return the partner's shares that give it a place at a deal; a vendor has none."""
        if getattr(self, "swagger_fake_view", False):
            return TeamShare.objects.none()
        return TeamShare.objects.visible_to(self.actor).own(self.actor).living().select_related(*self.related)

    def named_row(self) -> TeamShare:
        """Return the share that the address names."""
        share: TeamShare = self.get_object()
        return share

    @extend_schema(
        operation_id="shared_deals_agree",
        summary="Agree to a share",
        request=AnswerTextSerializer,
        responses=SharedDealSerializer,
    )
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, key: str) -> Response:
        """Agree. The last to agree makes the team hold."""
        return self._answer(request, AnswerTextSerializer, agrees=True)

    @extend_schema(
        operation_id="shared_deals_decline",
        summary="Decline a share",
        request=DeclineShareSerializer,
        responses={204: None},
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, key: str) -> Response:
        """Decline, and say why. The proposal doesn't hold then."""
        return self._answer(request, DeclineShareSerializer, agrees=False)

    @extend_schema(
        operation_id="shared_deals_leave", summary="Leave a team", request=AnswerTextSerializer, responses={204: None}
    )
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, key: str) -> Response:
        """Leave. What was agreed stays on record; the deal is out of sight."""
        share = self.named_row()
        self.need(TEAM_DEALS)
        text = self.parsed(request, AnswerTextSerializer).get("text", "")

        def act() -> Response:
            leave_team(actor=self.actor, share=share, text=text)
            return Response(status=204)

        return self.once(request, act)

    def _answer(self, request: Request, body: type[WriteSerializer], *, agrees: bool) -> Response:
        share = self.named_row()
        self.need(TEAM_DEALS)
        text = self.parsed(request, body).get("text", "")

        def act() -> Response:
            answer_share(actor=self.actor, share=share, agrees=agrees, text=text)
            return self.answer_afresh(share) if agrees else Response(status=204)

        return self.once(request, act)
