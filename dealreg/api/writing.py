"""What the API takes: a serializer for each request, parsed into what the services take."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_countries import countries
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from dealreg.enums import Askable, CommentAudience, DeclineReason, Forecast, LostReason, Part, Stage
from dealreg.registrations import LineInput, Registration
from dealreg.services.pipeline import LONGEST_COMMENT
from dealreg.services.registration import MOST_LINES
from partners.enums import Headcount, Industry
from prm.kernel.api import WriteSerializer
from prm.kernel.money import CURRENCIES, LARGEST

LARGEST_ID = 2**63 - 1
MOST_PIECES = 1_000_000
LONGEST_TEXT = 5000


class AmountField(serializers.DecimalField):
    """A plain decimal, as a string or a number: 12500.00."""

    default_error_messages = {
        "invalid": _("This is not an amount. Write it like 12500.00, with a dot and without grouping."),
        "max_digits": _("That is more than we can take: at most 999,999,999,999.99."),
        "max_whole_digits": _("That is more than we can take: at most 999,999,999,999.99."),
        "max_string_length": _("That is more than we can take: at most 999,999,999,999.99."),
        "min_value": _("An amount can't be below zero."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=Decimal(0), max_value=LARGEST, **options)


class CountryCodeField(serializers.RegexField):
    """A country by its code."""

    default_error_messages = {"invalid": _("Give the country's two-letter code (ISO 3166-1), such as DE.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[A-Z]{2}$", **options)

    def to_internal_value(self, data: Any) -> str:
        """Return a code that ISO 3166-1 knows."""
        code: str = super().to_internal_value(data)
        if code not in countries:
            self.fail("invalid")
        return code


class AnswersField(serializers.DictField):
    """Answers to the program's own fields, by name."""

    def __init__(self, **options: Any) -> None:
        words = "To the program's own fields, by name, as `/api/v1/programs/{id}/fields/` describes. Empty ones go."
        super().__init__(child=serializers.JSONField(allow_null=True), help_text=words, **options)


class LineWriteSerializer(WriteSerializer):
    """A product and how many of it."""

    product = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="The product's id.")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Twelve robots",
            {
                "enrollment": 1,
                "customer_name": "Castellan Foods GmbH",
                "customer_country": "DE",
                "customer_domain": "castellan-foods.example",
                "contact_name": "Ines Rothmann",
                "contact_email": "ines@castellan-foods.example",
                "title": "12 palletising cells",
                "lines": [{"product": 1, "quantity": 12}],
                "close_date": "2027-03-31",
            },
            request_only=True,
        )
    ]
)
class RegistrationSerializer(WriteSerializer):
    """A deal to register."""

    enrollment = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, help_text="A live enrollment of yours; `/api/v1/programs/` lists them."
    )
    customer_name = serializers.CharField(max_length=200, help_text="As on its letterhead.")
    customer_country = CountryCodeField(help_text="ISO 3166-1 alpha-2.")
    customer_domain = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="The website.")
    customer_city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    customer_street = serializers.CharField(
        max_length=160, required=False, allow_blank=True, help_text="Street and house number."
    )
    customer_postcode = serializers.CharField(max_length=16, required=False, allow_blank=True)
    customer_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    customer_registry_number = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="In the country's companies register."
    )
    customer_vat_number = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="EU numbers are checked by their digits."
    )
    customer_industry = serializers.ChoiceField(
        choices=Industry.choices, required=False, allow_blank=True, help_text="Segments may depend on it."
    )
    customer_employees = serializers.ChoiceField(
        choices=Headcount.choices, required=False, allow_blank=True, help_text="How many work there."
    )
    contact_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    contact_email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    title = serializers.CharField(max_length=160, required=False, allow_blank=True, help_text="The project.")
    lines = LineWriteSerializer(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    value = AmountField(required=False, allow_null=True, help_text="Without it, the lines' list prices are added up.")
    currency = serializers.ChoiceField(choices=CURRENCIES, required=False, help_text="The vendor's own without it.")
    close_date = serializers.DateField(help_text="Expected; from today on, within five years.")
    stage = serializers.ChoiceField(choices=Stage.choices, required=False, default=Stage.QUALIFIED)
    part = serializers.ChoiceField(choices=Part.choices, required=False, default=Part.SELL)
    notes = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    answers = AnswersField(required=False)
    lead_offer = serializers.UUIDField(
        required=False, help_text="The key of an accepted lead offer: the lead becomes this deal."
    )

    def registration(self) -> Registration:
        """Return what the service takes."""
        fields = dict(self.validated_data)
        fields.pop("lead_offer", None)
        lines = tuple(LineInput(line["product"], line["quantity"]) for line in fields.pop("lines", ()))
        # No draft here, and the attempt is named by the idempotency key.
        return Registration(enrollment_id=fields.pop("enrollment"), lines=lines, submission=None, **fields)


@extend_schema_serializer(
    examples=[OpenApiExample("Further on", {"stage": "proposal", "value": "155000.00"}, request_only=True)]
)
class ChangeSerializer(WriteSerializer):
    """What a partner may change while a deal is open. Only the fields that are sent change."""

    title = serializers.CharField(max_length=160, allow_blank=True)
    contact_name = serializers.CharField(max_length=120, allow_blank=True)
    contact_email = serializers.EmailField(max_length=254, allow_blank=True)
    value = AmountField()
    close_date = serializers.DateField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    forecast = serializers.ChoiceField(
        choices=Forecast.choices, allow_blank=True, help_text="Empty: what its stage says."
    )
    next_step = serializers.CharField(max_length=200, allow_blank=True)
    next_step_on = serializers.DateField(allow_null=True)
    answers = AnswersField(required=False)
    reason = serializers.CharField(
        max_length=200, allow_blank=True, help_text="Why value or day moved; kept with the amount's history."
    )


class EmptySerializer(WriteSerializer):
    """Nothing: an empty object, or no body."""


class ApprovalSerializer(WriteSerializer):
    """An approval."""

    message = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, help_text="To the partner."
    )
    days = serializers.IntegerField(
        min_value=1, max_value=730, required=False, allow_null=True, help_text="Of protection; else by the rules."
    )
    overtake_reason = serializers.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        allow_blank=True,
        help_text="Needed where an earlier registration for the same is undecided. Only the vendor reads it.",
    )


class DeclineSerializer(WriteSerializer):
    """A refusal, which the partner reads."""

    reason = serializers.ChoiceField(choices=DeclineReason.choices)
    message = serializers.CharField(max_length=LONGEST_TEXT)


class QuestionSerializer(WriteSerializer):
    """A question about named fields."""

    fields_ = serializers.ListField(child=serializers.ChoiceField(choices=Askable.choices), min_length=1)
    message = serializers.CharField(max_length=LONGEST_TEXT)

    def get_fields(self) -> dict[str, Any]:
        """Return the serializer's fields; one is itself called `fields`."""
        found = super().get_fields()
        return {"fields": found.pop("fields_"), **found}


class AnswersSerializer(WriteSerializer):
    """The fields that were asked for."""

    title = serializers.CharField(max_length=160, required=False)
    customer_domain = serializers.CharField(max_length=200, required=False)
    customer_city = serializers.CharField(max_length=100, required=False)
    customer_industry = serializers.ChoiceField(choices=Industry.choices, required=False)
    customer_employees = serializers.ChoiceField(choices=Headcount.choices, required=False)
    contact_name = serializers.CharField(max_length=120, required=False)
    contact_email = serializers.EmailField(max_length=254, required=False)
    value = AmountField(required=False)
    close_date = serializers.DateField(required=False)
    notes = serializers.CharField(max_length=LONGEST_TEXT, required=False)


class AnswerSerializer(WriteSerializer):
    """An answer to the vendor's question: fields, a message, or both."""

    answers = AnswersSerializer(required=False)
    message = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


class MessageSerializer(WriteSerializer):
    """A word to the other side."""

    message = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


class ReassignSerializer(WriteSerializer):
    """Who reviews it from now on."""

    to = serializers.EmailField(help_text="The colleague's e-mail address; it has to decide registrations, too.")
    message = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, help_text="A note that only the vendor reads."
    )


class ReleaseSerializer(WriteSerializer):
    """Why, which the vendor reads."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)


class WinSerializer(WriteSerializer):
    """How a deal was won."""

    value = AmountField(help_text="In the deal's currency.")
    closed_on = serializers.DateField(help_text="Today or earlier.")
    remark = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    term_until = serializers.DateField(
        required=False, allow_null=True, help_text="When it has to be renewed; after the day of the order."
    )
    lines = LineWriteSerializer(
        many=True, required=False, max_length=MOST_LINES, help_text="What was ordered, of the deal's products."
    )  # type: ignore[call-arg]


class LossSerializer(WriteSerializer):
    """Why a deal was lost."""

    reason = serializers.ChoiceField(choices=LostReason.choices)
    closed_on = serializers.DateField(help_text="Today or earlier.")
    remark = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


class CommentWriteSerializer(WriteSerializer):
    """A comment, or a note that only the vendor reads."""

    text = serializers.CharField(max_length=LONGEST_COMMENT)
    audience = serializers.ChoiceField(
        choices=CommentAudience.choices,
        required=False,
        default=CommentAudience.SHARED,
        help_text="Partners write `shared`.",
    )


def refused(field: str, code: str, message: Any) -> serializers.ValidationError:
    """Return the refusal of one field."""
    return serializers.ValidationError({field: [ErrorDetail(message, code)]})
