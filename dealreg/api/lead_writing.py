"""What the API takes of leads and offers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from dealreg.api.writing import LARGEST_ID, AmountField, CountryCodeField
from dealreg.leads.enums import DisqualifyReason, LeadSource, OfferRefusal, ReturnReason
from dealreg.services.lead_offers import LONGEST_WORDS
from dealreg.services.leads import DESCRIBED, Consent, LeadInput
from prm.kernel.api import WriteSerializer
from prm.kernel.money import CURRENCIES


def _text(longest: int, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_blank=True, **options)


class LeadChangeSerializer(WriteSerializer):
    """What is known of a lead."""

    company = serializers.CharField(max_length=200, required=False)
    domain = _text(200, help_text="The company's website.")
    country = CountryCodeField(required=False, help_text="ISO 3166-1 alpha-2.")
    city = _text(100)
    postcode = _text(12)
    industry = _text(20, help_text="As in a partner's profile.")
    headcount = _text(10, help_text="As in a partner's profile, such as 51-250.")
    families = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        required=False,
        max_length=50,
        help_text="Ids of product families.",
    )
    contact_name = _text(120)
    contact_email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    contact_phone = _text(40)
    message = _text(5000)
    value = AmountField(required=False, allow_null=True, help_text="Estimated.")
    currency = serializers.ChoiceField(choices=[(code, code) for code in CURRENCIES], required=False)
    campaign = _text(80)

    def details(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {name: value for name, value in self.validated_data.items() if name in DESCRIBED}


class ConsentSerializer(WriteSerializer):
    """That the person agreed. A lead without consent is refused."""

    text = serializers.CharField(
        max_length=2000, allow_blank=True, required=False, default="", help_text="To what words."
    )
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=120, allow_blank=True, required=False, default="", help_text="Where, such as a form's name."
    )
    at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="When.")


class LeadWriteSerializer(LeadChangeSerializer):
    """A new lead."""

    program = serializers.SlugField(help_text="Its slug.")
    company = serializers.CharField(max_length=200)
    country = CountryCodeField(help_text="ISO 3166-1 alpha-2.")
    external_id = _text(80, help_text="Its number in your system; the same again is the same lead.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[(LeadSource.API.value, LeadSource.API.label), (LeadSource.CAMPAIGN.value, LeadSource.CAMPAIGN.label)],
        required=False,
        default=LeadSource.API.value,
    )
    consent = ConsentSerializer(required=False, help_text="Needed.")

    def lead(self) -> LeadInput:
        """Return what the service takes."""
        given = self.validated_data
        return LeadInput(
            details=self.details(),
            consent=Consent(**given.get("consent", {})),
            source=given["source"],
            external_id=given.get("external_id", ""),
        )


class LeadOfferWriteSerializer(WriteSerializer):
    """To whom."""

    enrollment = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="The partner chosen; without it the rules choose."
    )


class LeadReasonSerializer(WriteSerializer):
    """Why a lead is none."""

    reason = serializers.ChoiceField(choices=DisqualifyReason.choices)
    message = _text(LONGEST_WORDS, default="")


class LeadRecallSerializer(WriteSerializer):
    """Why it is taken back; the partner reads it."""

    reason = serializers.CharField(max_length=LONGEST_WORDS)


class LeadDeclineSerializer(WriteSerializer):
    """Why a partner doesn't take a lead."""

    reason = serializers.ChoiceField(choices=OfferRefusal.choices)
    message = _text(LONGEST_WORDS, default="")


class LeadReturnSerializer(WriteSerializer):
    """Why a partner gives a lead back."""

    reason = serializers.ChoiceField(choices=ReturnReason.choices)
    message = _text(LONGEST_WORDS, default="")
