"""How matching is measured: a small list of our own, keys and weights by the way."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.candidate_keys import match_keys
from accounts.evaluating import calibration_error, in_split, recall_at
from accounts.identities import Identity
from accounts.matching import Band, Bands, Ruling, compare
from accounts.places import phones_near, place_of, same_street
from accounts.registers import registry_key, vat_key

if TYPE_CHECKING:
    from pathlib import Path

LIST = """true_id,name,address,postcode,phone,website,country,registry_number,vat
a,Castellan Foods GmbH,"12 Harbour Street",28195,+49 421 555 0101,castellan.example,DE,HRB 4711,
a,CASTELLAN-FOODS,"12 Harbour St.",28195,0421 555 0101,,DE,,
a,Nordwind Trading,,,,https://shop.castellan.example/x,FR,,
b,Orbit Logistics Ltd,"7 Mill Lane",LS1 4AB,0113 555 0199,orbit.example,GB,GB 0042 1187,
b,Haulage Services North,,,,,GB,00421187,
c,Kestrel Optics,"300 Elm Ave",60608,,,US,,
d,Brightwater Energy,"900 Lake Rd",60609,,,US,,
"""


def evaluated(path: Path, *args: str) -> dict[str, Any]:
    out = StringIO()
    call_command("evaluate_matching", str(path), *args, stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def test_list_is_measured_through_keys_and_score(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    report = evaluated(path)
    assert report["records"] == 7
    assert report["true_pairs"] == 4
    assert (report["precision"], report["recall"], report["f1"]) == (1.0, 0.75, 0.8571)
    assert report["candidate_recall"] == 1.0
    assert report["macro"] == pytest.approx({"precision": 1, "recall": 5 / 6, "f1": 0.9, "organisations": 2}, abs=0.001)
    assert report["same_domain_recall"] == 1.0
    assert report["same_registry_number_recall"] == 1.0
    assert report["same_vat_recall"] is None
    assert report["recall_at_precision_99"] == 1.0  # nobody else's pair shares a key
    assert report["seconds"] >= 0


def test_halves_share_no_organisation_and_add_up(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"id{at // 2},Firm number {at // 2},\n" for at in range(80))
    path.write_text("true_id,name,city\n" + rows, encoding="utf-8")
    halves = [evaluated(path, "--split", split)["organisations"] for split in ("training", "held-out")]
    assert sum(halves) == 40
    assert all(halves)
    assert in_split("id1", "training") != in_split("id1", "held-out")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\nCastellan\n", "no column true_id"),
        ("true_id,name\na,Castellan\n", "no two records"),
        ("", "no column true_id and no column name"),
    ],
)
def test_list_that_cannot_be_measured_is_refused_plainly(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=told):
        evaluated(path)
    with pytest.raises(CommandError, match="not there"):
        evaluated(tmp_path / "other.csv")


def test_figures_are_what_their_definitions_say() -> None:
    ranked = [(3.0, True), (2.0, True), (1.0, False), (1.0, True), (0.0, True)]
    assert recall_at(0.99, ranked, 5) == 0.4
    assert recall_at(0.75, ranked, 5) == 0.8
    assert calibration_error([(100, True), (100, False), (0, False), (0, False)]) == 0.25


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Identity("Castellan", "DE", registry_number="HRB 4711"), Identity("Nordwind", registry_number="hrb-4711")),
        (Identity("Castellan", "DE", vat="DE 136 695 976"), Identity("Nordwind", "DE", vat="136695976")),
        (Identity("Castellan", domain="castellan.example"), Identity("Nordwind", domain="shop.castellan.example")),
    ],
)
def test_equal_number_or_domain_is_found_and_same_whatever_the_name(left: Identity, right: Identity) -> None:
    match = compare(left, right)
    assert match.ruling is Ruling.SAME
    assert match.band is Band.SAME
    assert match.score >= 99


def test_vat_number_that_does_not_check_makes_no_two_one() -> None:
    assert vat_key("DE136695976") == "DE136695976"
    assert vat_key("136 695 976", "DE") == "DE136695976"
    assert vat_key("EL 094259216") == vat_key("094259216", "GR")
    assert vat_key("DE136695977") == ""
    assert [vat_key("n/a"), registry_key("000000"), registry_key("1234")] == ["", "", ""]
    left, right = Identity("Castellan", "DE", vat="DE136695977"), Identity("Nordwind", "DE", vat="DE136695977")
    assert compare(left, right).band is Band.DIFFERENT
    assert not {key for key in match_keys(left) if key.startswith("v:")}


def test_other_number_or_place_is_never_same_by_the_name() -> None:
    sister = compare(Identity("Castellan", vat="DE136695976"), Identity("Castellan", vat="EL094259216"))
    site = compare(Identity("Castellan", address="12 Mill Lane"), Identity("Castellan", address="900 Lake Rd"))
    assert (sister.ruling, site.ruling) == (Ruling.NOT_ALONE, Ruling.NOT_ALONE)
    assert Band.SAME not in {sister.band, site.band}


def test_addresses_are_taken_apart_wherever_the_number_stands() -> None:
    one, other, german = place_of("540 N Lakeshore Dr"), place_of("540 N. Lake Shore Drive"), place_of("Hafenstr. 12")
    assert one is not None
    assert other is not None
    assert german is not None
    assert (one.number, german.number) == ("540", "12")
    assert same_street(one, other)
    assert not same_street(one, german)
    assert phones_near("5346840", "5346890")
    assert not phones_near("5346840", "5356840")


def test_bands_follow_a_vendors_thresholds_and_rules_stay_above_them() -> None:
    left, right = Identity("Castellan Foods", "DE"), Identity("Castellan", "DE", "castellan.example")
    match = compare(left, right)
    assert match.band is Band.REVIEW
    strict = Bands(same_from=100, review_from=100)
    assert strict.band_of(60) is Band.DIFFERENT
    assert strict.band_of(60, Ruling.SAME) is Band.SAME
    assert Bands(same_from=50, review_from=10).band_of(99, Ruling.NOT_ALONE) is Band.REVIEW
