"""What cells are understood as, and what is refused rather than guessed."""

from __future__ import annotations

import pytest

from imports import parsers
from imports.parsers import Refused


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-31", "2026-03-31"),
        ("2026-03-31 09:30", "2026-03-31"),
        ("2026-03-31T09:30:00Z", "2026-03-31"),
        ("31.03.2026", "2026-03-31"),
        ("31.3.26", "2026-03-31"),
        ("20260331", "2026-03-31"),
        ("31/03/2026", "2026-03-31"),
        ("03/31/2026", "2026-03-31"),
        ("04/04/2026", "2026-04-04"),
    ],
)
def test_days_are_read_as_lists_write_them(cell, day):
    assert parsers.day(cell) == day


@pytest.mark.parametrize("cell", ["03/04/2026", "31.02.2026", "31/02/2026", "02/30/2026", "soon", "2026"])
def test_day_that_could_be_two_or_none_is_refused(cell):
    with pytest.raises(Refused, match="is no day"):
        parsers.day(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12500", "12500.00"),
        ("12.500,50", "12500.50"),
        ("12,500.50", "12500.50"),
        ("-3", "-3.00"),
        ("(3.5)", "-3.50"),
        ("−7", "-7.00"),
        ("7-", "-7.00"),
        ("€ 9", "9.00"),
    ],
)
def test_amounts_are_read_with_either_mark_and_sign(cell, amount):
    assert parsers.amount(cell) == amount


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (parsers.amount, "12,oo"),
        (parsers.amount, "--"),
        (parsers.number, "1.5"),
        (parsers.number, "many"),
        (parsers.number, "9" * 19),
        (parsers.currency, "Euro"),
        (parsers.mail, "ada@"),
        (parsers.yes_or_no, "perhaps"),
        (parsers.country, "Narnia"),
        (parsers.strict_text(3), "four"),
    ],
)
def test_what_is_none_is_refused_in_words(parse, cell):
    with pytest.raises(Refused) as refusal:
        parse(cell)
    assert str(refusal.value).endswith((".", "?"))


def test_other_cells_are_brought_into_one_form():
    assert parsers.number("12 000") == 12000
    assert parsers.number("7.0") == 7
    assert parsers.currency("eur") == "EUR"
    assert parsers.mail("Ada@Example.com") == "ada@example.com"
    assert parsers.country("Deutschland") == "DE"
    assert parsers.domain("https://www.orbit.example/en") == "orbit.example"
    assert parsers.yes_or_no("Ja") is True
    assert parsers.text(3)("four") == "fou"
