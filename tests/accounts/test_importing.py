"""Importing a vendor's customers: what is read, what is refused and why, what a second run changes."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import AccountOrigin
from accounts.models import Account, MatchKey
from activity.models import Event
from imports.countries import country_code
from imports.models import Import
from imports.reading import read_layout, read_rows
from imports.registry import KINDS


@pytest.fixture
def load(cast, tmp_path):
    """Return a function that imports text or bytes for Northwind, and gives what the command printed."""

    def run(content: str | bytes, **options) -> str:
        path = tmp_path / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = StringIO()
        call_command("import_accounts", str(path), vendor="northwind", stdout=out, **options)
        return out.getvalue()

    return run


def test_names_countries_domains_and_further_columns_arrive(load, cast):
    printed = load(
        "Company,Country,Website,Segment\nCastellan Foods GmbH,Germany,https://www.castellan.example/de,Gold\n"
    )
    account = Account.objects.get()
    assert (account.name, str(account.country), account.domain) == ("Castellan Foods GmbH", "DE", "castellan.example")
    assert (account.origin, account.further, account.vendor) == (
        AccountOrigin.CUSTOMER,
        {"Segment": "Gold"},
        cast.northwind.vendor,
    )
    assert MatchKey.objects.filter(account=account).exists()
    assert "1 rows" in printed
    assert Event.objects.get(kind="account.imported").data["created"] == 1


def test_broken_rows_are_refused_one_by_one_and_the_others_arrive(load, tmp_path):
    target = tmp_path / "refused.csv"
    load(
        "name,country\nAlpha Ltd,GB\n,DE\nBeta Ltd,Atlantis\n!!!,FR\nGamma Ltd,GB,surplus\n\n"
        "Alpha Limited,United Kingdom\nDelta SA,France\n" + "E" * 201 + ",DE\n",
        refused=target,
    )
    assert sorted(Account.objects.values_list("name", flat=True)) == ["Alpha Ltd", "Delta SA"]
    rows = list(csv.DictReader(target.read_text().splitlines()))
    reasons = {int(row["line"]): row["reason"] for row in rows}
    assert set(reasons) == {3, 4, 5, 6, 8, 10}
    assert "no name" in reasons[3]
    assert "Atlantis" in reasons[4]
    assert "line 2" in reasons[8]
    assert Import.objects.get().refused == 6


def test_second_run_changes_nothing_and_updates_what_is_new(load):
    load("name,country\nAlpha Ltd,GB\n")
    assert "1 unchanged" in load("name,country\nAlpha Ltd,GB\n")
    assert "1 updated" in load("name,country,city,domain\nALPHA LIMITED,GB,Leeds,alpha.example\n")
    account = Account.objects.get()
    assert (account.name, account.city, account.domain) == ("Alpha Ltd", "Leeds", "alpha.example")


def test_registered_account_becomes_a_customer_and_keeps_its_deal(load, cast):
    deal = cast.register()
    load("name,country,owner\nCastellan Foods GmbH,DE,Priya Rao\n")
    deal.account.refresh_from_db()
    assert (deal.account.origin, deal.account.owner_name) == (AccountOrigin.CUSTOMER, "Priya Rao")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,country\nCaf\xe9 Nord,FR\n", "Line 2 isn't UTF-8"),
        (b"", "empty"),
        (b"\x00\x01\x02PK", "isn't a text file"),
        (b"a,b\n1,2\n", "No column holds"),
    ],
)
def test_unreadable_file_is_refused_whole_with_the_reason(load, content, words):
    with pytest.raises(CommandError, match=words):
        load(content)
    assert not Account.objects.exists()
    assert not Import.objects.exists()


def test_given_encoding_and_semicolons_are_read(load):
    load("Firma;Land\nCafé Nord;Frankreich\n".encode("cp1252"), encoding="cp1252")
    assert str(Account.objects.get().country) == "FR"
    load("name\tcountry\nŻubr SA\tPL\n".encode("utf-16"))
    assert Account.objects.filter(name="Żubr SA").exists()


def test_unknown_vendor_and_missing_file_say_what_is_there(cast, tmp_path):
    with pytest.raises(CommandError, match="halden, northwind"):
        call_command("import_accounts", "x.csv", vendor="nobody")
    with pytest.raises(CommandError, match="no file"):
        call_command("import_accounts", str(tmp_path / "x.csv"), vendor="northwind")


def test_preview_loads_nothing(load):
    assert "line 2: Alpha Ltd | GB" in load("name,country\nAlpha Ltd,GB\n", preview=True)
    assert not Account.objects.exists()


def test_other_vendors_accounts_are_untouched(load, cast):
    Account.objects.create(vendor=cast.halden.vendor, name="Alpha Ltd", normalised_name="alpha", country="GB")
    load("name,country,city\nAlpha Ltd,GB,Leeds\n")
    assert Account.objects.filter(vendor=cast.halden.vendor).get().city == ""
    assert Account.objects.count() == 2


def test_ten_thousand_rows_arrive_in_chunks(load):
    rows = "\n".join(f"Company {n:05} Works {chr(65 + n % 26)}{n},DE" for n in range(10_000))
    printed = load(f"name,country\n{rows}\n")
    assert Account.objects.count() + Import.objects.get().refused == 10_000
    assert printed.count("rows/s") == 5


def test_cell_with_a_huge_text_is_refused_not_fatal(tmp_path):
    path = tmp_path / "huge.csv"
    path.write_text("name,country\n" + "x" * 200_000 + ",DE\nBeta,DE\n")
    rows = list(read_rows(path, KINDS["accounts"], read_layout(path, KINDS["accounts"])))
    assert "can't be read" in rows[0].reason
    assert rows[1].name == "Beta"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("deutschland", "DE"),
        ("UK", "GB"),
        ("gbr", "GB"),
        ("British Virgin Isl", "VG"),
        ("", ""),
        ("Narnia", None),
    ],
)
def test_countries_are_known_by_code_and_by_name(text, code):
    assert country_code(text) == code


def test_missing_match_keys_are_made_again_and_others_stay(load, cast):
    load("Company,Country\nCastellan Foods GmbH,Germany\n")
    account = Account.objects.get()
    before = set(MatchKey.objects.filter(account=account).values_list("key", flat=True))
    MatchKey.objects.filter(account=account, key__in=sorted(before)[:3]).delete()
    MatchKey.objects.create(vendor=cast.northwind.vendor, account=account, key="c:formerly")
    call_command("rebuild_match_keys", stdout=StringIO())
    assert set(MatchKey.objects.filter(account=account).values_list("key", flat=True)) == before | {"c:formerly"}
