"""What the API shows of leads and offers. An offer shows who it is while its partner has accepted it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dealreg.leads.enums import Band, LeadSource, LeadState, OfferState, Way
from dealreg.leads.telling import told
from dealreg.leads.words import fit_words, scored_words
from dealreg.models import Lead, LeadOffer
from partners.api import PartnerNameSerializer, ProgramNameSerializer, VendorSerializer
from prm.kernel.api import ReadSerializer


class LeadPointSerializer(ReadSerializer):
    """What one thing brought."""

    name = serializers.CharField()
    weight = serializers.IntegerField(help_text="What it brings at most; all together 100.")
    earned = serializers.IntegerField()
    sentence = serializers.CharField()


class LeadSerializer(ReadSerializer):
    """A lead, as its vendor sees it."""

    reference = serializers.CharField()
    program = ProgramNameSerializer()
    state = serializers.ChoiceField(choices=LeadState.choices)
    state_at = serializers.DateTimeField()
    source = serializers.ChoiceField(choices=LeadSource.choices)  # type: ignore[assignment]
    campaign = serializers.CharField()
    external_id = serializers.CharField()
    company = serializers.CharField()
    domain = serializers.CharField(help_text="May be empty, as all that follows.")
    country = serializers.CharField(source="country.code")
    city = serializers.CharField()
    postcode = serializers.CharField()
    industry = serializers.CharField()
    headcount = serializers.CharField()
    families = serializers.ListField(child=serializers.IntegerField())
    contact_name = serializers.CharField()
    contact_email = serializers.CharField()
    contact_phone = serializers.CharField()
    message = serializers.CharField()
    value = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    consent_text = serializers.CharField()
    consent_source = serializers.CharField()
    consent_at = serializers.DateTimeField()
    score = serializers.IntegerField(help_text="0 to 100.")
    reasons = serializers.SerializerMethodField()
    deal = serializers.SerializerMethodField(help_text="The reference of the deal that it became.")
    created_at = serializers.DateTimeField()

    @extend_schema_field(LeadPointSerializer(many=True))
    def get_reasons(self, lead: Lead) -> list[dict[str, Any]]:
        """Return what the score is made of."""
        return LeadPointSerializer(scored_words(lead.reasons), many=True).data  # type: ignore[return-value]

    def get_deal(self, lead: Lead) -> str | None:
        """Return the deal's reference."""
        became = getattr(lead, "became", None)
        return became.deal.reference if became else None


class DetailsSerializer(ReadSerializer):
    """Who it is."""

    company = serializers.CharField()
    domain = serializers.CharField()
    city = serializers.CharField()
    postcode = serializers.CharField()
    contact_name = serializers.CharField()
    contact_email = serializers.CharField()
    contact_phone = serializers.CharField()
    message = serializers.CharField()
    value = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    consent_text = serializers.CharField()
    consent_source = serializers.CharField()
    consent_at = serializers.DateTimeField()


class OutlineSerializer(ReadSerializer):
    """What may be known of the lead."""

    country = serializers.CharField()
    region = serializers.CharField(help_text="May be empty, as all that follows.")
    industry = serializers.CharField()
    headcount = serializers.CharField()
    families = serializers.ListField(child=serializers.CharField())
    band = serializers.ChoiceField(choices=Band.choices, help_text="How promising it is.")
    came_at = serializers.DateTimeField()
    details = DetailsSerializer(allow_null=True, help_text="Null until the offer is accepted, and after it is over.")


class LeadOfferSerializer(ReadSerializer):
    """A lead offered to a partner."""

    id = serializers.UUIDField(source="key")
    reference = serializers.CharField(source="lead.reference")
    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    enrollment = serializers.IntegerField(source="enrollment_id")
    way = serializers.ChoiceField(choices=Way.choices)
    state = serializers.ChoiceField(choices=OfferState.choices)
    fit = serializers.IntegerField(help_text="0 to 100.")
    reasons = serializers.SerializerMethodField(help_text="Why you.")
    lead = serializers.SerializerMethodField()
    offered_at = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="By when to answer.")
    decided_at = serializers.DateTimeField(allow_null=True)
    contact_due_at = serializers.DateTimeField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(LeadPointSerializer(many=True))
    def get_reasons(self, offer: LeadOffer) -> list[dict[str, Any]]:
        """Return why."""
        to_partner = self.context["view"].actor.is_partner
        return LeadPointSerializer(fit_words(offer.reasons, to_partner=to_partner), many=True).data  # type: ignore[return-value]

    @extend_schema_field(OutlineSerializer)
    def get_lead(self, offer: LeadOffer) -> Any:
        """Return what may be known of the lead."""
        outline = told(offer, self.context["view"].family_names)
        return OutlineSerializer(outline).data


class RegistrationBegunSerializer(ReadSerializer):
    """The draft that a lead became."""

    submission = serializers.UUIDField(help_text="Send it with the registration: by it the deal finds its lead.")
    page = serializers.CharField(help_text="Where it is continued.")
    content = serializers.DictField()
