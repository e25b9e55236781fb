"""Amounts as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from prm.kernel.errors import RuleViolation
from prm.kernel.money import parse_amount, shown


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12500", "12500"),
        ("12 500", "12500"),
        ("12\u202f500", "12500"),
        ("12'500", "12500"),
        ("12,500.00", "12500"),
        ("12.500,00", "12500"),
        ("12.500", "12500"),
        ("12,500", "12500"),
        ("1.234.567", "1234567"),
        ("12500,5", "12500.50"),
        ("0.99", "0.99"),
        ("€12,500", "12500"),
        ("12500 €", "12500"),
        ("0", "0"),
    ],
)
def test_amount_as_typed_is_understood(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12,oo", "not_an_amount"),
        ("1e30", "not_an_amount"),
        ("", "not_an_amount"),
        ("<b>12</b>", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("Infinity", "not_an_amount"),
        ("1" + "0" * 30, "amount_too_large"),
        ("1000000000000", "amount_too_large"),
        ("-5", "negative_amount"),
        ("٣", "not_an_amount"),
    ],
)
def test_what_is_no_amount_is_refused_by_name(text, code):
    with pytest.raises(RuleViolation) as refusal:
        parse_amount(text, "value")
    assert (refusal.value.code, refusal.value.field) == (code, "value")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "€184,000"), ("de", "184.000\xa0€"), ("fr", "184\u202f000\xa0€")]
)
def test_amount_is_shown_as_the_language_writes_it(language, words):
    with translation.override(language):
        assert shown(Decimal("184000.00"), "EUR") == words


def test_cents_are_shown_only_where_there_are_some():
    with translation.override("en"):
        assert shown(Decimal("12.50"), "USD") == "$12.50"
        assert shown(Decimal("12.00"), "USD") == "$12"
        assert shown(Decimal(1000), "JPY") == "¥1,000"
        assert shown(170_000, "EUR") == "€170,000"
        assert shown(None, "EUR") == ""
