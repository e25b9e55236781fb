"""The desk's deal page, remarks, files, and the lists of deals and partners."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from dealreg.enums import CommentAudience
from dealreg.models import Comment, Deal, DealFile
from dealreg.services import add_comment, approve_deal, decline_deal, win_deal
from partners.models import Partner

DEALS, PARTNERS = reverse("desk:deal-list"), reverse("desk:partner-list")
VENDOR_PERSONAS = ["northwind_approver", "northwind_manager", "northwind_finance", "northwind_executive"]
NAMES = [
    head + tail
    for tail in ("tanix", "goros", "felum", "wicke", "sapri")
    for head in ("Bra", "Vey", "Koru", "Ost", "Mun", "Dri")
]


def many(cast, names):
    return [cast.register(customer_name=name, customer_domain=f"{name.lower()}.example") for name in names]


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        response = client.get(url)
    assert response.status_code == 200
    return len(caught), response.content.decode()


def remark(deal):
    return reverse("desk:deal-comment", args=[deal.reference])


def attach(deal):
    return reverse("desk:deal-file-add", args=[deal.reference])


@pytest.mark.parametrize("persona", VENDOR_PERSONAS)
def test_deal_page_tells_both_sides_and_the_vendors_own(cast, browse, persona):
    deal = cast.register()
    add_comment(
        actor=cast.actor("northwind_approver"), deal=deal, text="Ask Priya first.", audience=CommentAudience.VENDOR
    )
    add_comment(actor=cast.actor("brightpath_sales"), deal=deal, text="They sign in May.")
    number, text = queries(browse(persona), deal.get_desk_url())
    assert number <= 12
    for words in ("Castellan Foods GmbH", "Ask Priya first.", "They sign in May.", "submitted the registration"):
        assert words in text
    assert "Only Northwind Robotics" in text


def test_deal_page_of_a_decided_deal_has_no_decision_bar(cast, browse):
    approver = cast.actor("northwind_approver")
    approved = approve_deal(actor=approver, deal=cast.register(), message="Well done.")
    declined = decline_deal(
        actor=approver,
        deal=cast.register(customer_name="Bratanix", customer_domain="bratanix.example"),
        reason="too_small",
        message="Below 20,000.",
    )
    won = win_deal(
        actor=cast.actor("brightpath_sales"), deal=approved, value=Decimal(170_000), closed_on=timezone.localdate()
    )
    client = browse("northwind_approver")
    text = client.get(won.get_desk_url()).content.decode()
    assert "Well done." in text
    assert "Won" in text
    text = client.get(declined.get_desk_url()).content.decode()
    assert "Below the minimum size" in text
    assert 'class="decide"' not in text


def test_deal_page_costs_the_same_with_much_on_it(cast, browse):
    deal = cast.register()
    client = browse("northwind_approver")
    few, _text = queries(client, deal.get_desk_url())
    for number in range(10):
        add_comment(actor=cast.actor("northwind_approver"), deal=deal, text=f"Remark {number}")
        client.post(attach(deal), {"file": SimpleUploadedFile(f"note{number}.txt", b"words")})
    cast.register("kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    much, text = queries(client, deal.get_desk_url())
    assert few == much <= 12
    assert "note9.txt" in text


@pytest.mark.parametrize(
    ("persona", "audience", "status"),
    [
        ("northwind_approver", "vendor", 302),
        ("northwind_approver", "shared", 302),
        ("northwind_finance", "vendor", 302),
        ("northwind_finance", "shared", 422),
        ("northwind_executive", "vendor", 403),
        ("brightpath_sales", "shared", 403),
    ],
)
def test_remarks_are_written_by_whoever_may(cast, browse, persona, audience, status):
    deal = cast.register()
    events = Event.objects.count()
    response = browse(persona).post(remark(deal), {"text": "A remark.", "audience": audience})
    assert response.status_code == status
    written = status == 302
    assert Comment.objects.filter(audience=audience).count() == written
    assert Event.objects.count() == events + written


def test_refused_remark_keeps_the_text(cast, browse):
    deal = cast.register()
    response = browse("northwind_approver").post(remark(deal), {"text": "Kept words", "audience": "everyone"})
    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert not Comment.objects.exists()


def test_file_is_judged_before_it_is_kept(cast, browse):
    deal = cast.register()
    client = browse("northwind_approver")
    bad = client.post(attach(deal), {"file": SimpleUploadedFile("virus.pHaR", b"words")})
    assert bad.status_code == 422
    assert "be taken" in bad.content.decode()
    assert not DealFile.objects.exists()
    assert (
        browse("northwind_executive").post(attach(deal), {"file": SimpleUploadedFile("a.txt", b"w")}).status_code == 403
    )
    good = client.post(attach(deal), {"file": SimpleUploadedFile("note.txt", b"words"), "queue": "all"})
    assert good.url == f"{reverse('desk:queue')}?deal={deal.reference}"
    assert DealFile.objects.get().name == "note.txt"


@pytest.mark.parametrize("url", [DEALS, PARTNERS])
@pytest.mark.parametrize("persona", VENDOR_PERSONAS)
def test_lists_open_for_every_vendor_role_and_for_no_partner(cast, browse, persona, url):
    assert browse(persona).get(url).status_code == 200
    assert browse("brightpath_administrator").get(url).status_code == 403


def test_deal_list_costs_the_same_for_one_and_for_thirty_rows(cast, browse):
    client = browse("northwind_approver")
    many(cast, NAMES[:1])
    one, _text = queries(client, DEALS)
    many(cast, NAMES[1:])
    thirty, text = queries(client, DEALS)
    # 25 rows and the page after them: the count is one more statement, whatever the number of rows.
    assert thirty - one <= 1
    assert thirty <= 12
    assert "30 deals" in text
    searched, text = queries(client, f"{DEALS}?q=brightpath")
    assert searched <= 12
    assert "30 deals" in text


def test_deal_list_shows_the_own_vendors_deals_only(cast, browse):
    cast.register("brightpath_sales", "brightpath_halden", customer_name="Secret Harbour AG")
    text = browse("northwind_manager").get(DEALS).content.decode()
    assert "Secret Harbour" not in text
    assert "No deals yet" in text
    assert "Secret Harbour" in browse("halden_manager").get(DEALS).content.decode()
    assert "Secret" not in b"".join(browse("northwind_manager").get(f"{DEALS}?export=csv").streaming_content).decode()


def test_deal_list_filters_and_searches(cast, browse):
    approver = cast.actor("northwind_approver")
    first, second, late = many(cast, NAMES[:3])
    approve_deal(actor=approver, deal=first)
    Deal.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    kappel = cast.register("kappel_sales", "kappel_northwind", customer_name="Zorvex", customer_domain="zorvex.example")
    Partner.objects.filter(pk=cast.kappel.pk).update(type="distributor")
    client = browse("northwind_manager")
    expected = {
        "status=approved": {first},
        "outcome=open": {first, second, late, kappel},
        "overdue=on": {late},
        "type=distributor": {kappel},
        "q=kapp": {kappel},
        f"q={second.reference.lower()}": {second},
        "q=zorv": {kappel},
        "q=nothing": set(),
    }
    for asked, wanted in expected.items():
        assert {row.deal for row in client.get(f"{DEALS}?{asked}").context["rows"]} == wanted, asked


def test_deal_list_answers_htmx_with_results_only_and_exports(cast, browse):
    cast.register(customer_name="=cmd|Castellan")
    client = browse("northwind_manager")
    text = client.get(DEALS, headers={"HX-Request": "true"}).content.decode()
    assert text.strip().startswith('<div id="results"')
    with CaptureQueriesContext(connection) as caught:
        exported = b"".join(client.get(f"{DEALS}?export=csv").streaming_content).decode("utf-8-sig")
    assert len(caught) <= 6
    header, row = csv.reader(io.StringIO(exported))
    assert row[header.index("Customer")] == "'=cmd|Castellan"
    assert row[header.index("Partner")] == "Brightpath"


def test_partner_list_shows_this_vendors_dealings_only(cast, browse):
    cast.register()
    cast.register("brightpath_sales", "brightpath_halden", value=777_777)
    cast.register("isle_sales", "isle_halden", value=888_888)
    client = browse("northwind_manager")
    number, text = queries(client, PARTNERS)
    assert number <= 12
    rows = {row.partner.name: row for row in client.get(PARTNERS).context["rows"]}
    assert set(rows) == {"Brightpath", "Kappel", "Isle"}
    assert rows["Brightpath"].tier == "Silver"
    assert rows["Brightpath"].open_deals == 1
    assert rows["Isle"].open_deals == 0
    assert rows["Isle"].status in {"Suspended", "Retired"}
    for foreign in ("777,777", "888,888", "Halden"):
        assert foreign not in text
    assert {row.partner.name for row in browse("halden_manager").get(PARTNERS).context["rows"]} == {
        "Brightpath",
        "Isle",
    }


def test_partner_list_costs_the_same_for_one_and_for_three_rows(cast, browse):
    cast.register()
    client = browse("northwind_manager")
    one, _text = queries(client, f"{PARTNERS}?q=bright")
    three, _text = queries(client, PARTNERS)
    assert one == three


def test_partner_page_tells_of_this_vendor_only(cast, browse):
    deal = approve_deal(actor=cast.actor("northwind_approver"), deal=cast.register())
    cast.register("brightpath_sales", "brightpath_halden", customer_name="Secret Harbour AG", value=777_777)
    number, text = queries(browse("northwind_finance"), cast.brightpath.get_absolute_url())
    assert number <= 12
    for words in (
        "Silver",
        deal.reference,
        "€162,000",
        "Brightpath Sales",
        "Northwind Robotics Partners",
        "1 of 1, 100",
    ):
        assert words in text
    for foreign in ("Halden", "Secret Harbour", "777,777"):
        assert foreign not in text


def test_partner_without_an_enrollment_here_is_unknown(cast, browse):
    url = cast.kappel.get_absolute_url()
    assert browse("halden_manager").get(url).status_code == 404
    assert browse("northwind_manager").get(url).status_code == 200


def test_file_has_a_form_of_its_own(cast, browse):
    deal = cast.register()
    text = browse("northwind_approver").get(attach(deal)).content.decode()
    assert 'enctype="multipart/form-data"' in text
    assert browse("northwind_finance").get(attach(deal)).status_code == 403


def test_deals_of_one_partner_are_listed_under_its_name(cast, browse):
    cast.register()
    cast.register("kappel_sales", "kappel_northwind", customer_name="Zorvex", customer_domain="zorvex.example")
    text = browse("northwind_manager").get(f"{DEALS}?partner=kappel").content.decode()
    assert "Deals of Kappel" in text
    assert "Zorvex" in text
    assert "Castellan" not in text
