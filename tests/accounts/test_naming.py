# ruff: noqa: RUF001 - Greek, Cyrillic and Turkish names on purpose
"""Names and web addresses of companies, brought into one form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.naming import MAX_NAME_LENGTH, legal_form, normalise_name

NAMES = [
    ("Castellan Foods GmbH", "castellan foods"),
    ("CASTELLAN-FOODS", "castellan foods"),
    ("  castellan\tfoods,  g.m.b.h. ", "castellan foods"),
    ("AB SKF", "skf"),
    ("A B SKF", "skf"),
    ("SKF AB (publ)", "skf"),
    ("Société Générale", "societe generale"),
    ("SOCIETE GENERALE SA", "societe generale"),
    ("3M", "3m"),
    ("3M Company", "3m"),
    ("PT Telkom Indonesia (Persero) Tbk", "telkom indonesia"),
    ("Grupo TMM, S.A. de C.V.", "grupo tmm"),
    ("Kühne + Nagel AG & Co. KG", "kuhne and nagel"),
    ("Procter &amp; Gamble Co.", "procter and gamble"),
    ("Procter and Gamble", "procter and gamble"),
    ("D S M N.V.", "dsm"),
    ("J.P. Morgan & Co.", "jp morgan"),
    ("McDonald’s Corp.", "mcdonalds"),
    ("Fabryka Łódź Sp. z o. o.", "fabryka lodz"),
    ("Škoda a.s.", "skoda"),
    ("Orkla ASA", "orkla"),
    ("Çalık Holding A.Ş.", "calik holding"),
    ("İŞ BANKASI", "is bankasi"),
    ("ПАО «Газпром»", "gazprom"),
    ("ООО Яндекс", "yandeks"),
    ("Ελληνικά Πετρέλαια Α.Ε.", "ellinika petrelaia"),
    ("株式会社トヨタ", "トヨタ"),
    ("ソニーグループ株式会社", "ソニーグループ"),
    ("华为技术有限公司", "华为技术"),
    ("삼성전자 주식회사", "삼성전자"),
    ("The Coca-Cola Company", "coca cola"),
    ("<b>Acme</b> <script>", "acme"),
    ("Acme 🙂 Ltd", "acme"),
    ("\u202eAcme\u200f \u200bLtd", "acme"),
    ("L.A.S.A.", "lasa"),
]

PILES = "the ab a b sa gmbh co and kg ltd n v . , & acme foods"
FORMS_ALONE = ["Limited", "GmbH", "S.A.", "AB AB", "The Company", "Co. Ltd."]


@pytest.mark.parametrize(("written", "core"), NAMES)
def test_name_is_reduced_to_its_core(written: str, core: str) -> None:
    assert normalise_name(written) == core


@pytest.mark.parametrize("written", FORMS_ALONE)
def test_name_that_is_only_a_legal_form_keeps_it(written: str) -> None:
    assert normalise_name(written)


@pytest.mark.parametrize("written", ["", "   ", "!!! --- ...", "«»", "🙂🙂"])
def test_name_without_letter_or_digit_is_empty(written: str) -> None:
    assert normalise_name(written) == ""


def test_hebrew_and_arabic_names_lose_vowel_points_only() -> None:
    assert normalise_name("שָׁלוֹם") == normalise_name("שלום") == "שלום"
    assert normalise_name("أَرامكو") == normalise_name("أرامكو")


def test_name_of_ten_thousand_characters_is_cut() -> None:
    assert len(normalise_name("Castellan " * 1000)) <= MAX_NAME_LENGTH
    assert len(normalise_name("x" * 10_000)) <= MAX_NAME_LENGTH


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_name_with_letter_or_digit_is_never_empty(name: str) -> None:
    if any(character.isalnum() for character in name):
        assert normalise_name(name)
    assert len(normalise_name(name)) <= MAX_NAME_LENGTH


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PILES.split()), max_size=8))
def test_normalising_twice_changes_nothing_for_piles_of_legal_forms(words: list[str]) -> None:
    once = normalise_name(" ".join(words))
    assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Castellan Foods GmbH", "GmbH"),
        ("Castellan Foods G.m.b.H. & Co. KG", "GmbH & Co. KG"),
        ("SAP Aktiengesellschaft", "AG"),
        ("AB SKF", "AB"),
        ("Grupo TMM, S.A. de C.V.", "SA de CV"),
        ("Natuzzi S.p.A.", "SpA"),
        ("Tesla, Inc.", "Inc"),
        ("Siliconware Precision Industries Co. Ltd.", "Co Ltd"),
        ("株式会社トヨタ", "KK"),
        ("Castellan Foods", ""),
        ("", ""),
    ],
)
def test_legal_form_has_one_label(written: str, label: str) -> None:
    assert legal_form(written) == label
