"""Programs over the API, with what a registration brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from dealreg.api.writing import AmountField, AnswersField, CountryCodeField
from dealreg.engagement import fields_in, judge, told
from dealreg.enums import Part, RulingOutcome
from dealreg.models import Policy
from dealreg.own_fields import asked_of, schema_of
from dealreg.rulings import known_of
from dealreg.stating import stated_alone
from dealreg.terms import terms_for
from partners.api import VendorSerializer
from partners.enums import Headcount, Industry
from partners.models import Program
from prm.kernel.actors import system
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.errors import Forbidden
from prm.kernel.money import CURRENCIES

if TYPE_CHECKING:
    from rest_framework.request import Request

    from dealreg.rules import Terms


class TermsSerializer(ReadSerializer):
    """What a registration brings today, and under which rules."""

    enrollment = serializers.IntegerField(source="enrollment_id", help_text="To be named when a deal is registered.")
    policy = serializers.CharField(help_text="The version of the rules of engagement.")
    tier = serializers.CharField(help_text="The tier that these terms come from, or empty.")
    protection_days = serializers.IntegerField()
    discount = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="Percent.")
    decision_hours = serializers.IntegerField(help_text="Working hours until a decision.")
    currency = serializers.CharField(help_text="The vendor's own, ISO 4217.")
    why = serializers.CharField(help_text="In one sentence, in the caller's language.")


class ProgramSerializer(ReadSerializer):
    """A vendor's partner program."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.SlugField()
    vendor = VendorSerializer()
    summary = serializers.CharField()
    is_open = serializers.BooleanField(help_text="Whether it takes registrations.")
    terms = serializers.SerializerMethodField(
        help_text="For partners with a live enrollment in a program that takes registrations; else null."
    )

    @extend_schema_field(TermsSerializer(allow_null=True))
    def get_terms(self, program: Program) -> dict[str, Any] | None:
        """Return what a registration by the caller's partner brings."""
        terms = self.context["terms"].get(program.pk)
        found: dict[str, Any] | None = None if terms is None else TermsSerializer(terms).data
        return found


SHOWN = (
    "reference",
    "valid_from",
    "protection_days",
    "discount",
    "decision_hours",
    "extension_days",
    "extensions_most",
    "evidence_days",
    "extends_by_rule",
    "offer_days",
    "appeal_days",
    "appeal_hours",
    "clauses",
)


class RulesSerializer(ReadSerializer):
    """A version of the rules of engagement."""

    reference = serializers.CharField(help_text="Cited in decisions.")
    valid_from = serializers.DateField()
    protection_days = serializers.IntegerField(help_text="Without a tier.")
    discount = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="Percent, without a tier.")
    decision_hours = serializers.IntegerField(help_text="Working hours, where no route says otherwise.")
    extension_days = serializers.IntegerField(help_text="Per extension, at most.")
    extensions_most = serializers.IntegerField(help_text="Per deal, at most.")
    evidence_days = serializers.IntegerField(help_text="Of activity that counts as proof; 0: none is asked for.")
    extends_by_rule = serializers.BooleanField(help_text="Whether a rule may extend, without a person.")
    offer_days = serializers.IntegerField(help_text="To accept protection that has become free; 0: none is offered.")
    appeal_days = serializers.IntegerField(help_text="To appeal after a decision; 0: none can be.")
    appeal_hours = serializers.IntegerField(help_text="Working hours within which appeals are decided.")
    clauses = serializers.DictField(child=serializers.CharField(), help_text="The rules in words, by number.")
    definition = serializers.JSONField(help_text="The rules as data; empty where there are only figures.")


class StatedSerializer(WriteSerializer):
    """What a partner would state of a registration."""

    customer_country = CountryCodeField()
    customer_industry = serializers.ChoiceField(choices=Industry.choices, required=False, allow_blank=True)
    customer_employees = serializers.ChoiceField(choices=Headcount.choices, required=False, allow_blank=True)
    families = serializers.ListField(
        child=serializers.SlugField(max_length=40), required=False, max_length=50, help_text="Codes."
    )
    value = AmountField()
    currency = serializers.ChoiceField(choices=CURRENCIES, required=False, help_text="The vendor's own without it.")
    part = serializers.ChoiceField(choices=Part.choices, required=False, default=Part.SELL)
    has_contact = serializers.BooleanField(required=False, default=True)
    answers = AnswersField(required=False)


class JudgedSerializer(ReadSerializer):
    """What the rules say of stated facts."""

    outcome = serializers.ChoiceField(
        choices=RulingOutcome.choices, help_text="As far as the stated facts go; who is in line isn't known here."
    )
    clause = serializers.CharField()
    segment = serializers.CharField()
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(), help_text="What would be asked for."
    )
    why = serializers.CharField(help_text="In one sentence, in the caller's language.")
    policy = serializers.CharField(help_text="The version.")


def without_names(definition: dict[str, Any]) -> dict[str, Any]:
    """Return rules without which accounts and which people they name, and without the vendor's own fields."""
    segments = [
        {**each, "when": {name: value for name, value in each.get("when", {}).items() if name != "accounts"}}
        for each in definition.get("segments", [])
    ]
    routes = [{name: value for name, value in each.items() if name != "seat"} for each in definition.get("routes", [])]
    shared = [each for each in definition.get("fields", []) if each.get("audience", "both") == "both"]
    found = {**definition, "segments": segments, "routes": routes, "fields": shared}
    return {name: value for name, value in found.items() if name in definition}


@extend_schema_view(
    list=extend_schema(operation_id="programs_list", summary="List programs"),
    retrieve=extend_schema(operation_id="programs_retrieve", summary="Read a program"),
)
@extend_schema(tags=["Programs"])
class ProgramViewSet(ScopedViewSet):
    """The vendor's own programs, or those of the vendors that the partner works with."""

    model = Program
    related = ("vendor",)
    read_scope = "programs:read"
    write_scope = "programs:read"  # its one POST writes nothing
    serializer_class = ProgramSerializer
    lookup_value_regex = "[1-9][0-9]{0,17}"

    @extend_schema(operation_id="programs_rules", summary="The rules of engagement in force", responses=RulesSerializer)
    @action(detail=True, methods=["get"], pagination_class=None)
    def rules(self, request: Request, pk: str) -> Response:
        """Answer with figures, clauses and rules as data. Partners see neither named accounts nor named people."""
        policy = self._in_force(self.get_object())
        definition = policy.definition if self.actor.is_vendor else without_names(policy.definition)
        found = {name: getattr(policy, name) for name in SHOWN} | {"definition": definition}
        return Response(RulesSerializer(found, context=self.get_serializer_context()).data)

    @extend_schema(
        operation_id="programs_fields",
        summary="The program's own fields on a registration",
        responses=OpenApiTypes.OBJECT,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def fields(self, request: Request, pk: str) -> Response:
        """Answer with a JSON Schema of `answers`: what a registration is asked today, besides what all programs ask.

        `x-families` names product families with which alone a field is asked, `x-unit` a number's unit. Fields that a
        file answers are not among them: files are added on the page. Only partners' fields; the vendor's are its own.
        """
        self.check_parameters(paged=False)
        policy = self._in_force(self.get_object())
        return Response(schema_of(asked_of(fields_in(policy.definition))))

    @extend_schema(
        operation_id="programs_judge",
        summary="What the rules say of facts that you state",
        request=StatedSerializer,
        responses=JudgedSerializer,
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def judge(self, request: Request, pk: str) -> Response:
        """Answer with what the rules in force say of a registration with these facts. Writes nothing.

        It knows the caller's own facts alone: whether the customer is known, or others are in line, shows only once a
        deal is registered. For partners with a live enrollment in the program.
        """
        program = self.get_object()
        terms = next((each for each in terms_for(self.actor) if each.program_id == program.pk), None)
        if terms is None:
            raise Forbidden("not_enrolled", _("Only partners with a live enrollment in this program ask."))
        facts = self.parsed(request, StatedSerializer)
        said = judge(terms.engagement, stated_alone(terms, facts))
        known = known_of(system(terms.vendor_id), self._in_force(program))
        found = {
            "outcome": said.verdict,
            "clause": said.clause,
            "segment": said.segment,
            "fields": said.fields,
            "why": told(said.sentence, known),
            "policy": terms.policy,
        }
        return Response(JudgedSerializer(found, context=self.get_serializer_context()).data)

    def _in_force(self, program: Program) -> Policy:
        found = Policy.objects.visible_to(self.actor).filter(program=program, valid_from__lte=timezone.localdate())
        policy: Policy | None = found.order_by("-valid_from").first()
        if policy is None:
            raise Http404
        return policy

    def get_serializer_context(self) -> dict[str, Any]:
        """Hand over the partner's terms, read once."""
        terms: dict[int, Terms] = {}
        if not getattr(self, "swagger_fake_view", False) and self.actor.is_partner:
            terms = {found.program_id: found for found in terms_for(self.actor)}
        return {**super().get_serializer_context(), "terms": terms}
