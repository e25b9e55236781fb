"""The main job in a real browser: register, decide, be told; a rival waits in line; and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from activity.models import Mail
from dealreg.enums import Status
from dealreg.models import Deal, DealDraft
from tests.journeys.conftest import Visitor

COMPANY, OTHER_SPELLING = "Beiersdorf AG", "BEIERSDORF Aktiengesellschaft"


def fill_in(page: Page, customer: str, *, scripts: bool = True) -> None:
    """Fill the register form for Northwind as a partner does."""
    vendor = page.locator("select#id_enrollment")
    if vendor.count():
        vendor.select_option(label=vendor.locator("option", has_text="Northwind").inner_text())
        if scripts:
            expect(page.locator("#submit-to")).to_have_text("Northwind Robotics")
        else:
            page.get_by_role("button", name="Show its products").click()
    page.locator("#id_customer_name").fill(customer)
    page.locator("#id_contact_name").fill("Ines Rothmann")
    page.locator("#id_title").fill("12 palletising cells")
    page.locator("#id_lines-0-product").select_option(label="PalletCell 40 (€13,500)")
    page.locator("#id_lines-0-quantity").fill("12")
    page.locator("#id_close_date").fill((timezone.localdate() + timedelta(days=60)).isoformat())


def register(visitor: Visitor, customer: str) -> Deal:
    """Register a deal for a customer and return it."""
    page = visitor.open("/portal/deals/register/")
    fill_in(page, customer)
    page.get_by_role("button", name="Submit to").click()
    page.wait_for_url("**/portal/deals/NW-**")
    return Deal.objects.get(reference=page.url.rstrip("/").rpartition("/")[2])


def approve_from_the_queue(approver: Visitor, deal: Deal) -> None:
    """Sign in as approver, look at the only registration from all sides, and approve it by its key."""
    desk = approver.sign_in("approver@northwind.example")
    expect(desk.locator("h1")).to_contain_text("1 to decide")
    expect(desk.get_by_role("link", name="Notifications, 1 new")).to_be_visible()
    expect(desk.locator("main")).to_contain_text("Approve: nothing speaks against it.")
    expect(desk.locator("main")).to_contain_text(deal.customer_name)
    approver.check("desk-queue")
    desk = approver.open(f"/desk/deals/{deal.reference}/")
    approver.check("desk-deal")
    approver.open("/desk/")
    desk.keyboard.press("a")
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Message to Brightpath").fill("Good luck in Hamburg.")
    dialog.get_by_role("button", name="Approve").click()
    expect(desk.locator("body")).to_contain_text("Brightpath is told")


def test_partner_registers_and_approver_approves_and_partner_is_told(visit, everyone, workers):
    seller = visit()
    page = seller.sign_in("sales@brightpath.example")
    seller.check("portal-home-empty")
    page = seller.open("/portal/deals/register/")
    fill_in(page, COMPANY)
    brings = page.locator("#brings-panel")
    expect(brings).to_contain_text("120 days")
    expect(brings).to_contain_text("18%")
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved at")
    seller.check("register")
    page.get_by_role("button", name="Submit to").click()
    page.wait_for_url("**/portal/deals/NW-**")
    deal = Deal.objects.get()
    assert (deal.customer_name, deal.value, deal.status) == (COMPANY, 162_000, Status.SUBMITTED)
    assert not DealDraft.objects.exists()
    expect(page.locator("body")).to_contain_text(f"Submitted as {deal.reference}")
    expect(page.locator("main")).to_contain_text("The deal desk of Northwind Robotics decides")
    seller.check("deal-submitted")
    workers()

    approve_from_the_queue(visit(), deal)
    deal.refresh_from_db()
    assert (deal.status, deal.decided_by) == (Status.APPROVED, everyone.people["northwind_approver"])
    workers()

    page.reload()
    expect(page.locator("main")).to_contain_text("Good luck in Hamburg.")
    expect(page.locator("main")).to_contain_text("protected for")
    expect(page.locator("main")).to_contain_text("submitted the registration")
    expect(page.locator("main")).to_contain_text("approved")
    seller.check("deal-approved")
    page.get_by_role("link", name="Notifications, ").click()
    expect(page.locator("#results")).to_contain_text(COMPANY)
    seller.check("notifications")
    assert Mail.objects.get(person=everyone.people["brightpath_sales"], template="deal_approved").state == "sent"
    seller.open("/outbox/")
    seller.check("outbox")
    page.locator("#results a").first.click()
    expect(page.locator("main")).to_contain_text(COMPANY)
    seller.check("outbox-mail")


def test_second_partner_with_another_spelling_waits_and_approver_sees_both_side_by_side(visit, everyone, workers):
    first, second, approver = visit("brightpath_sales"), visit("kappel_sales"), visit("northwind_approver")
    held = register(first, COMPANY)
    workers()
    desk = approver.open(f"/desk/deals/{held.reference}/approve/")
    desk.locator("main").get_by_role("button", name="Approve").click()
    desk.wait_for_load_state()
    held.refresh_from_db()
    assert held.status == Status.APPROVED
    rival = register(second, OTHER_SPELLING)
    assert rival.status == Status.IN_REVIEW
    expect(second.page.locator("body")).to_contain_text("It needs review")
    for secret in ("Brightpath", held.reference, "162"):
        assert secret not in second.page.locator("main").inner_text().replace("€162,000", "")
    second.check("deal-in-review")
    workers()
    desk = approver.open(f"/desk/?deal={rival.reference}")
    pair = desk.locator("table.pair")
    expect(pair).to_contain_text(OTHER_SPELLING)
    expect(pair).to_contain_text("Beiersdorf")
    expect(desk.locator("main")).to_contain_text(held.reference)
    approver.check("desk-conflict")
    desk = approver.open(f"/desk/deals/{rival.reference}/approve/")
    desk.locator("main").get_by_role("button", name="Approve").click()
    expect(desk.locator("main")).to_contain_text(f"{held.reference} is protected for this customer")
    approver.check("desk-approve-refused")
    rival.refresh_from_db()
    assert (rival.status, rival.protected_until) == (Status.IN_REVIEW, None)


def test_register_form_works_without_javascript_and_keeps_its_draft(visit, everyone):
    seller = visit("brightpath_sales", scripts=False)
    page = seller.open("/portal/deals/register/")
    fill_in(page, COMPANY, scripts=False)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/portal/deals/drafts/**")
    draft = DealDraft.objects.get()
    assert draft.customer_name == COMPANY
    expect(page.locator("#id_customer_name")).to_have_value(COMPANY)
    expect(page.locator("#id_lines-0-quantity")).to_have_value("12")
    page = seller.open(draft.get_absolute_url())
    page.locator("#id_close_date").fill("1970-01-01")
    page.get_by_role("button", name="Submit to").click()
    expect(page.locator("main")).to_contain_text("This date has passed")
    expect(page.locator("#id_customer_name")).to_have_value(COMPANY)
    page.locator("#id_close_date").fill((timezone.localdate() + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Submit to").click()
    page.wait_for_url("**/portal/deals/NW-**")
    assert Deal.objects.get().customer_name == COMPANY
    assert not DealDraft.objects.exists()


def test_errors_on_the_form_are_told_and_nothing_is_lost(visit, everyone):
    seller = visit("kappel_sales")
    page = seller.open("/portal/deals/register/")
    fill_in(page, "<b>Beiersdorf</b> AG")
    page.locator("#id_value").fill("12,oo")
    page.get_by_role("button", name="Submit to").click()
    summary = page.get_by_role("alert").first
    expect(summary).to_be_visible()
    expect(page.locator("#id_value")).to_have_value("12,oo")
    expect(page.locator("#id_customer_name")).to_have_value("<b>Beiersdorf</b> AG")
    seller.check("register-errors")
    assert not Deal.objects.exists()
