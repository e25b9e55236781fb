# ruff: noqa: RUF001 - Greek and Cyrillic names on purpose
"""Whether two end customers are the same one: keys, score, bands, reasons."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.candidate_keys import MAX_KEYS, match_keys
from accounts.identities import Identity
from accounts.match_model import percent_of
from accounts.matching import STANDARD, Band, compare

C = Identity


def named(left: str, right: str, country: str = "DE") -> tuple[Identity, Identity]:
    return C(left, country), C(right, country)


SAME = [
    named("Castellan Foods GmbH", "CASTELLAN-FOODS"),
    named("Castellan Foods GmbH", "Foods Castellan AG"),
    named("Castellan Foods GmbH", "CastellanFoods"),
    named("AB SKF", "SKF AB", "SE"),
    named("A B SKF", "SKF", "SE"),
    named("Société Générale", "SOCIETE GENERALE SA", "FR"),
    named("3M", "3M Company", "US"),
    named("Premier Foods plc", "PREMIER FOODS", "GB"),
    named("Castellan Foods GmbH", "Castellan Foods", ""),
    named("ПАО «Газпром»", "Gazprom PJSC", "RU"),
    named("Ελληνικά Πετρέλαια Α.Ε.", "Ellinika Petrelaia AE", "GR"),
    named("Kühne + Nagel", "Kuhne & Nagel AG", "CH"),
    (C("Castellan Foods", "", "castellan.example"), C("Nordwind Trading", "FR", "https://shop.castellan.example/x")),
    (C("Castellan Foods", "DE", "castellan.example"), C("Nordwind", "FR", "anna@castellan.example")),
    (C("Castellan Foods", "DE", "castellan.de"), C("Castellan Foods AG", "DE", "nordwind.de")),
    (C("Hunter Douglas Industries BV"), C("HUNTERDOUGLASINDUSTRIESB.V.")),
    (C("Castellan Foods", "DE", "castellan-foods.de"), C("Castelan Foods", "DE", "castellan-foods.com")),
    named("Müller Maschinenbau", "Mueller Maschinenbau GmbH"),
    named("UNILEVERNV", "Unilever", "NL"),
    named("ASML Holland N.V.", "ASML Netherlands Co., Ltd.", "NL"),
    named("Siemens Healthineers AG", "Siemens-Healthineer"),
]

REVIEW = [
    named("Castellan Foods GmbH", "Castelan Foods"),
    named("Castellan Foods GmbH", "Kastellan Foods"),
    named("Castellan Foods GmbH", "Catsellan Foods"),
    named("Castellan Foods GmbH", "Castellan"),
    named("Castellan Foods GmbH", "Castellan International Holding"),
    (C("Castellan Foods", "DE"), C("Castellan Foods", "FR")),
    (C("Castellan Foods", "DE", "castellan.de"), C("Castellan Foods", "FR", "castellan.fr")),
    named("International Business Machines Corp.", "IBM", "US"),
    named("Bayerische Motoren Werke AG", "BMW"),
    named("Чайковский Завод", "Tschaikowsky Zavod", "RU"),
    named("Unilever N.V., Rotterdam", "UNILIVER PLC", "NL"),
    named("Koninklijke DSM N.V.", "DSM", "NL"),
    named("Telefonaktiebolaget LM Ericsson (publ)", "Ericsson LM", "SE"),
    named("Shell Internationale Research Maatschappij", "Shell International Research Maats chapij B.V.", "NL"),
    named("Nike", "Nkie", "US"),
    named("Royal Ltd", "Royal", ""),
    named("Premier Foods plc", "Premier Foods", ""),
]

DIFFERENT = [
    named("Castellan International Systems", "Nordwind International Systems"),
    named("Castellan Systems", "Nordwind Systems"),
    named("Castellan Foods GmbH", "Nordwind Foods GmbH"),
    named("International Systems", "Acme International Systems", "US"),
    named("Bank of China", "Bank of India", ""),
    named("Global Technologies Ltd", "Global Foods Ltd", "GB"),
    named("BG Group plc", "BT Group plc", "GB"),
    named("Fund 1", "Fund 2", "US"),
    named("Castellan 17 Foods", "Castellan 18 Foods"),
    named("Customer 000123", "Customer 000124"),
    named("IBM", "International Bus Makers Union", "US"),
    named("GmbH", "AG"),
    (C("Castellan Foods", "DE"), C("Nordwind", "DE")),
    (C("Delta Dental", "US", "deltadental.com"), C("Delta Air Lines", "US", "delta.com")),
    (C(""), C("")),
    (C("!!!"), C("!!!")),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_one_company_under_two_spellings_is_same(left: Identity, right: Identity) -> None:
    match = compare(left, right)
    assert match.band is Band.SAME, match
    assert match.score >= STANDARD.same_from


@pytest.mark.parametrize(("left", "right"), REVIEW)
def test_what_may_be_one_company_goes_to_review(left: Identity, right: Identity) -> None:
    match = compare(left, right)
    assert match.band is Band.REVIEW, match
    assert match.score >= STANDARD.review_from


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_companies_that_share_only_common_words_are_different(left: Identity, right: Identity) -> None:
    assert compare(left, right).band is Band.DIFFERENT, compare(left, right)


@pytest.mark.parametrize(("left", "right"), [*SAME, *REVIEW])
def test_pair_worth_a_look_shares_a_key(left: Identity, right: Identity) -> None:
    assert match_keys(left) & match_keys(right)


def test_different_country_weakens_and_does_not_exclude() -> None:
    home = compare(C("Castellan Foods", "DE"), C("Castellan Foods", "DE"))
    unknown = compare(C("Castellan Foods", "DE"), C("Castellan Foods"))
    abroad = compare(C("Castellan Foods", "DE"), C("Castellan Foods", "FR"))
    assert home.points > unknown.points > abroad.points
    assert (home.band, abroad.band) == (Band.SAME, Band.REVIEW)


def test_different_domains_weaken() -> None:
    without = compare(C("Castellan Foods"), C("Castelan Foods"))
    differing = compare(C("Castellan Foods", "", "castellan.de"), C("Castelan Foods", "", "nordwind.de"))
    assert differing.points < without.points


def test_mail_provider_is_no_common_domain() -> None:
    match = compare(C("Castellan Foods", "", "a@gmail.com"), C("Nordwind", "", "b@gmail.com"))
    assert match.band is Band.DIFFERENT
    assert {reason.field for reason in match.reasons} == {"name"}


def test_phone_and_postcode_lift_a_typo_to_same() -> None:
    left = C("Castellan Foods", "DE", phone="+49 89 1234567", postcode="80331")
    right = C("Castelan Foods", "DE", phone="089/123 45 67", postcode="80331")
    assert compare(left, right).band is Band.SAME
    assert any(key.startswith("p:") for key in match_keys(left) & match_keys(right))


def test_why_names_the_strongest_fields_and_the_figures() -> None:
    match = compare(C("Castellan Foods", "DE"), C("Castelan Foods", "FR"))
    assert match.why == f"The names are 92 % alike; the countries differ: {match.score} of 100."
    assert match.band is Band.REVIEW


def test_why_names_the_domain() -> None:
    match = compare(C("Castellan", "", "castellan.example"), C("Nordwind", "", "shop.castellan.example"))
    assert "castellan.example" in match.why


def test_weights_add_up_to_the_score_where_no_rule_decides() -> None:
    match = compare(C("Castellan Foods", "DE"), C("Castelan Foods", "FR"))
    assert match.score == percent_of(sum(reason.weight for reason in match.reasons))


HOSTILE = [
    "", "!!!", "x" * 10_000, "Castellan " * 1000, "<script>alert(1)</script>", "🙂🙂", "شركة أرامكو السعودية",
    "\u202eelttil\u202c", "\x00\x01", "'; DROP TABLE accounts; --", "株式会社", "a b c d e f g h i j k l m n o p",
    "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_compared_and_keyed(name: str) -> None:
    identity = C(name, name, name, name, name, name, name)
    assert 0 <= compare(identity, C("Castellan Foods")).score <= 100
    assert 0 <= compare(identity, identity).score <= 100
    assert len(match_keys(identity)) <= MAX_KEYS
    assert all(0 < len(key) <= 64 for key in match_keys(identity))


def test_empty_identity_has_no_keys() -> None:
    assert match_keys(C("")) == frozenset()
    assert match_keys(C("!!!", "DE", "gmail.com")) == frozenset()


WRITTEN = (
    "castellan castelan nordwind foods international systems gmbh ag the and bank of china 3m 1 2 ab skf müller газпром"
    " a b unilever unilevernv"
)
WORDS = st.sampled_from(WRITTEN.split())
NAMES = st.one_of(st.lists(WORDS, max_size=6).map(" ".join), st.text(max_size=30))
DOMAINS = st.sampled_from(["", "castellan.de", "castellan.com", "www.nordwind.de", "gmail.com", "junk"])
IDENTITIES = st.builds(
    Identity,
    name=NAMES,
    country=st.sampled_from(["", "DE", "FR"]),
    domain=DOMAINS,
    phone=st.sampled_from(["", "+49 89 1234567", "089 1234567", "5555555"]),
    postcode=st.sampled_from(["", "80331", "10115"]),
    city=st.sampled_from(["", "Berlin", "berlin", "Paris"]),
    address=st.sampled_from(["", "10 Main Street", "10 main st", "12 Elm Street"]),
)


@settings(max_examples=400)
@given(IDENTITIES, IDENTITIES)
def test_compare_is_symmetric_bounded_and_repeatable(left: Identity, right: Identity) -> None:
    there, back = compare(left, right), compare(right, left)
    assert there.score == back.score
    assert [(r.field, r.similarity, r.weight) for r in there.reasons] == [
        (r.field, r.similarity, r.weight) for r in back.reasons
    ]
    assert 0 <= there.score <= 100
    assert all(0 <= reason.similarity <= 1 for reason in there.reasons)
    assert compare(left, right).score == there.score
    assert there.why


@settings(max_examples=200)
@given(IDENTITIES)
def test_keys_are_few_short_and_repeatable(identity: Identity) -> None:
    keys = match_keys(identity)
    assert keys == match_keys(identity)
    assert len(keys) <= MAX_KEYS
    assert all(key[1] == ":" and 2 < len(key) <= 64 for key in keys)


def slips(name: str) -> list[str]:
    """Return the name with each letter dropped, doubled, replaced, and swapped with the next."""
    found = []
    for at in range(len(name)):
        before, letter, after = name[:at], name[at], name[at + 1 :]
        found += [before + after, before + letter + letter + after, before + "e" + after, before + "k" + after]
        found.append(before + after[:1] + letter + after[1:])
    return [slip for slip in found if slip != name]


FIRMS = [
    "Nordwind", "Castellan Foods", "Brightwater Logistics", "Zephyr", "Ovomaltek Systems", "Hallström & Berg",
    "Quantumline Bank", "Iberaqua Energía", "Tavistock Freight Services", "Kestrel Optics", "Mirabel", "Aurelia Pharma",
]  # fmt: skip


@pytest.mark.parametrize("firm", FIRMS)
def test_any_single_slip_in_a_name_is_found_and_reviewed(firm: str) -> None:
    written = C(firm, "DE")
    first = firm.split(maxsplit=1)[0]
    slipped = {slip: C(firm.replace(first, slip), "DE") for slip in slips(first)}
    assert [slip for slip, other in slipped.items() if not match_keys(written) & match_keys(other)] == []
    assert [slip for slip, other in slipped.items() if compare(written, other).band is Band.DIFFERENT] == []
