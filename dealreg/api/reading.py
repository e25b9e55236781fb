"""How the API shows deals and what belongs to them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from accounts.api import FamilySerializer, ProductNameSerializer
from accounts.enums import AccountLink, AccountOrigin
from dealreg.engagement import Known, told
from dealreg.enums import (
    Askable,
    CommentAudience,
    DeclineReason,
    Forecast,
    LostReason,
    Outcome,
    Part,
    RulingOutcome,
    Stage,
    Status,
)
from dealreg.models import AmountChange, Comment, Deal, DealFile, Ruling
from dealreg.permissions import DECIDE_DEALS
from dealreg.rules import Advice
from dealreg.rulings import known_of
from dealreg.stages import forecast_of
from dealreg.workflow import MACHINES
from partners.api import PartnerNameSerializer, ProgramNameSerializer, VendorSerializer
from partners.enums import Headcount, Industry
from people.api import PersonNameSerializer, PersonSerializer
from prm.kernel.api import ReadSerializer
from prm.kernel.api_defaults import actor_of_request
from prm.kernel.opaque import veil

AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class LineSerializer(ReadSerializer):
    """A product on a deal."""

    product = ProductNameSerializer()
    family = FamilySerializer()
    quantity = serializers.IntegerField()
    unit_price = serializers.DecimalField(
        **AMOUNT, allow_null=True, help_text="The list price on the day of registration, if there was one."
    )


class TransitionSerializer(ReadSerializer):
    """Something that the caller may do with the deal now."""

    name = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What a button says, in the caller's language."
    )
    url = serializers.CharField(help_text="POST here.")


class DealAccountSerializer(ReadSerializer):
    """The account that a deal's customer belongs to."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    country = serializers.CharField()
    domain = serializers.CharField()
    origin = serializers.ChoiceField(choices=AccountOrigin.choices)
    owner_name = serializers.CharField()


class DeskSerializer(ReadSerializer):
    """What only the vendor knows of a deal."""

    account = DealAccountSerializer()
    account_link = serializers.ChoiceField(choices=AccountLink.choices, help_text="How it came to this account.")
    assignee = PersonNameSerializer(allow_null=True, help_text="Who took up the review.")
    decided_by = PersonNameSerializer(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True, help_text="When the service level had passed.")
    answers = serializers.JSONField(source="desk_answers", help_text="To the vendor's own fields.")
    approver_answers = serializers.SerializerMethodField(help_text="To the approvers' own fields; only for them.")

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_approver_answers(self, deal: Deal) -> dict[str, Any]:
        """Return them to whoever decides."""
        return deal.approver_answers if actor_of_request(self.context["request"]).may(DECIDE_DEALS) else {}


class DealSerializer(ReadSerializer):
    """A registered deal. Partners get it without `desk`."""

    reference = serializers.CharField()
    revision = serializers.IntegerField(help_text="Also the ETag; changes name it in If-Match.")
    vendor = VendorSerializer()
    program = ProgramNameSerializer(source="enrollment.program")
    partner = PartnerNameSerializer()
    enrollment = serializers.IntegerField(source="enrollment_id")
    owner = PersonSerializer()
    customer_name = serializers.CharField(help_text="As the partner typed it.")
    customer_domain = serializers.CharField()
    customer_country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    customer_city = serializers.CharField()
    customer_street = serializers.CharField(help_text="Street and house number.")
    customer_postcode = serializers.CharField()
    customer_phone = serializers.CharField()
    customer_registry_number = serializers.CharField(help_text="In the country's companies register.")
    customer_vat_number = serializers.CharField()
    customer_industry = serializers.ChoiceField(choices=Industry.choices, allow_blank=True)
    customer_employees = serializers.ChoiceField(
        choices=Headcount.choices, allow_blank=True, help_text="How many work there."
    )
    contact_name = serializers.CharField()
    contact_email = serializers.CharField()
    title = serializers.CharField(help_text="The project.")
    lines = LineSerializer(many=True, source="line_rows")
    value = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField(help_text="ISO 4217.")
    close_date = serializers.DateField(help_text="Expected.")
    stage = serializers.ChoiceField(choices=Stage.choices, help_text="The partner's sales stage.")
    stage_since = serializers.DateTimeField()
    stalled_at = serializers.DateTimeField(allow_null=True, help_text="When it was found to stand still.")
    forecast = serializers.SerializerMethodField(help_text="As the partner says, else what the stage says.")
    part = serializers.ChoiceField(choices=Part.choices, help_text="What the partner does in the deal.")
    notes = serializers.CharField()
    answers = serializers.JSONField(
        help_text="To the program's own fields, by name; `/programs/{id}/fields/` says what they are."
    )
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices, help_text="Of the registration; the vendor's.")
    submitted_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="When the decision is due.")
    asked_fields = serializers.ListField(
        child=serializers.ChoiceField(choices=Askable.choices), help_text="What the vendor asks for."
    )
    asked_text = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decline_reason = serializers.ChoiceField(choices=DeclineReason.choices, allow_blank=True)
    decision_text = serializers.CharField()
    decision_clause = serializers.CharField(help_text="Of the rules of engagement, cited with the decision; or empty.")
    is_decided_by_rule = serializers.BooleanField(help_text="Whether a rule decided, and no person.")
    policy_reference = serializers.CharField(help_text="The rules of engagement it was registered under.")
    discount = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="Percent.")
    protection_days = serializers.IntegerField()
    protected_from = serializers.DateTimeField(allow_null=True)
    protected_until = serializers.DateTimeField(allow_null=True)
    is_protected = serializers.BooleanField(help_text="Whether protection runs now.")
    days_left = serializers.IntegerField(allow_null=True, help_text="Whole days of protection; null without any.")
    extensions_left = serializers.SerializerMethodField(
        help_text="How many more by the rules it was registered under; null where it isn't protected."
    )
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    closed_on = serializers.DateField(allow_null=True)
    closed_value = serializers.DecimalField(**AMOUNT, allow_null=True)
    lost_reason = serializers.ChoiceField(choices=LostReason.choices, allow_blank=True)
    term_until = serializers.DateField(allow_null=True, help_text="When what was won has to be renewed.")
    outcome_text = serializers.CharField()
    updated_at = serializers.DateTimeField()
    available_transitions = serializers.SerializerMethodField()
    desk = DeskSerializer(source="*", required=False, help_text="Only for vendors.")

    def get_fields(self) -> dict[str, Any]:
        """Leave out what only the vendor knows."""
        found: dict[str, Any] = super().get_fields()
        described = getattr(self.context.get("view"), "swagger_fake_view", False)
        if not described and not actor_of_request(self.context["request"]).is_vendor:
            del found["desk"]
        return found

    def get_extensions_left(self, deal: Any) -> int | None:
        """Return what the rules give less what was granted."""
        return max((deal.extensions_most or 0) - deal.extensions_granted, 0) if deal.is_protected else None

    @extend_schema_field(serializers.ChoiceField(choices=Forecast.choices))
    def get_forecast(self, deal: Deal) -> str:
        """Return the category that holds."""
        return str(forecast_of(deal))

    @extend_schema_field(TransitionSerializer(many=True))
    def get_available_transitions(self, deal: Deal) -> list[dict[str, str]]:
        """Return what the caller may do now: the same table that makes the pages' buttons."""
        actor, base = actor_of_request(self.context["request"]), self._base(deal)
        return [
            {"name": transition.name, "label": str(transition.label), "url": f"{base}{transition.name}/"}
            for machine in MACHINES
            for transition in machine.available(deal, actor)
        ]

    def _base(self, deal: Deal) -> str:
        if not hasattr(self, "_list_url"):
            self._list_url = reverse("api:deal-list", request=self.context["request"])
        return f"{self._list_url}{deal.reference}/"


class RivalSerializer(ReadSerializer):
    """Another deal for the same account and products."""

    reference = serializers.CharField()
    partner = PartnerNameSerializer()
    customer_name = serializers.CharField()
    value = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    submitted_at = serializers.DateTimeField()
    protected_until = serializers.DateTimeField(allow_null=True)


class ReasonSerializer(ReadSerializer):
    """One reason why two customers look alike."""

    field = serializers.CharField()
    similarity = serializers.FloatField()
    weight = serializers.FloatField()
    sentence = serializers.CharField()


class CandidateSerializer(ReadSerializer):
    """An account that the customer may be."""

    account = DealAccountSerializer()
    score = serializers.IntegerField(help_text="0 to 100.")
    band = serializers.CharField()
    why = serializers.CharField(help_text="In one sentence.")
    reasons = ReasonSerializer(many=True)


class SuggestionSerializer(ReadSerializer):
    """What the desk suggests; nobody but a person decides."""

    advice = serializers.ChoiceField(choices=[advice.value for advice in Advice])
    headline = serializers.CharField()
    why = serializers.CharField()
    clause = serializers.CharField(help_text="Of the rules of engagement; may be empty.")


class ConflictsSerializer(ReadSerializer):
    """What a registration competes with."""

    suggestion = SuggestionSerializer(allow_null=True, help_text="Null once decided.")
    place = serializers.IntegerField(allow_null=True, help_text="In line, from 1; null when it isn't waiting.")
    holder = RivalSerializer(allow_null=True, help_text="The deal that is protected.")
    waiting = RivalSerializer(many=True, help_text="The line, first come first.")
    candidates = CandidateSerializer(many=True)


class RulingSerializer(ReadSerializer):
    """What the rules of engagement said of a registration, and all that it was judged by."""

    id = serializers.SerializerMethodField(help_text="Stable.")
    policy = serializers.CharField(source="policy.reference", help_text="The version.")
    outcome = serializers.ChoiceField(choices=RulingOutcome.choices)
    clause = serializers.CharField()
    segment = serializers.CharField()
    reason = serializers.CharField(help_text="Of a decline.")
    why = serializers.SerializerMethodField(help_text="In one sentence, in the caller's language.")
    facts = serializers.JSONField(help_text="Everything that it was judged by, as stated then.")
    judged_at = serializers.DateTimeField()

    def get_id(self, ruling: Ruling) -> str:
        """Return the veiled id."""
        return veil(ruling.pk, "ruling")

    def _known(self, ruling: Ruling) -> Known:
        """Return what the vendor calls things, read once per policy of an answer."""
        context: dict[str, Any] = self.context  # type: ignore[assignment]
        found: dict[int, Known] = context.setdefault("known", {})
        if ruling.policy_id not in found:
            found[ruling.policy_id] = known_of(self.context["view"].actor, ruling.policy)
        return found[ruling.policy_id]

    def get_why(self, ruling: Ruling) -> str:
        """Return the sentence."""
        return told(ruling.why, self._known(ruling))


class CommentSerializer(ReadSerializer):
    """A comment that both sides read, or a note that only the vendor reads."""

    id = serializers.SerializerMethodField(help_text="Stable.")
    text = serializers.CharField()
    audience = serializers.ChoiceField(choices=CommentAudience.choices)
    person = PersonNameSerializer()
    created_at = serializers.DateTimeField()

    def get_id(self, comment: Comment) -> str:
        """Return the veiled id."""
        return veil(comment.pk, "comment")


class FileSerializer(ReadSerializer):
    """A file on a deal."""

    key = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    media_type = serializers.CharField()
    added_by = PersonNameSerializer(source="person", allow_null=True, help_text="Null where the system made it.")
    created_at = serializers.DateTimeField()
    url = serializers.SerializerMethodField(help_text="GET the content here, with the same token.")

    @extend_schema_field(serializers.URLField())
    def get_url(self, file: DealFile) -> str:
        """Return where the content is."""
        names = {"reference": self.context["reference"], "key": file.key}
        found: str = reverse("api:deal-content", kwargs=names, request=self.context["request"])
        return found


class AmountChangeSerializer(ReadSerializer):
    """How a deal's value and expected close moved."""

    id = serializers.SerializerMethodField(help_text="Stable.")
    value_before = serializers.DecimalField(**AMOUNT)
    value_after = serializers.DecimalField(**AMOUNT)
    close_before = serializers.DateField()
    close_after = serializers.DateField()
    reason = serializers.CharField()
    person = PersonNameSerializer(allow_null=True)
    changed_at = serializers.DateTimeField()

    def get_id(self, change: AmountChange) -> str:
        """Return the veiled id."""
        return veil(change.pk, "amount_change")
