"""From application to onboarding in a real browser: apply, confirm, be asked, answer, be approved, arrive."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from activity.models import Mail
from onboarding.enums import ApplicationState, JourneyState
from onboarding.models import Application, Journey
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from tests.journeys.conftest import PHONE, Visitor
from tests.onboarding.agreements import make_template
from tests.onboarding.applying import open_form
from tests.onboarding.journeys import journey_of, published, step

COMPANY, ADDRESS = "Castellan Automation", "ines@castellan.example"
STEPS = (
    step("manager", "assign_manager", name="Your partner manager is named", side="system", settings={"rule": "fewest"}),
    step("hello", name="Tell us whom we should know", side="partner", after=[]),
    step("sign", "agreement", name="Sign the agreement", after=["manager"], settings={"template": "partner-agreement"}),
)
TEXT = """# Partner agreement

between {{vendor.name}} and {{partner.name}}.
"""


def mailed(template: str) -> str:
    """Return the path in the newest mail of a kind to the applicant."""
    text = Mail.objects.filter(template=template, to=ADDRESS).latest("pk").text
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found is not None
    return found.group(1)


def fill_in(page: Page) -> None:
    """Fill the form in as a company does."""
    page.get_by_label("Company").fill(COMPANY)
    page.get_by_label("Website").fill("castellan.example")
    page.get_by_label("Country").select_option(label="Germany")
    page.get_by_label("Kind of partner").select_option(label="Services partner (SI)")
    page.get_by_label("Your name").fill("Ines Rothmann")
    page.get_by_label("Work e-mail").fill(ADDRESS)
    page.get_by_label("You may keep").check()
    # Nobody fills a form in within three seconds, and the form knows.
    page.evaluate("() => new Promise(done => setTimeout(done, 3500 - performance.now()))")


def on_a_phone(visitor: Visitor) -> Visitor:
    """Give a visitor a phone."""
    visitor.page.set_viewport_size(PHONE)
    return visitor


def ask_from_the_queue(approver: Visitor) -> None:
    """Look at the only application, and ask by its key."""
    desk = approver.open("/desk/applications/")
    expect(desk.locator("h1")).to_contain_text("1 to decide")
    expect(desk.locator("main")).to_contain_text(COMPANY)
    approver.check("desk-applications")
    desk.keyboard.press("i")
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Headcount").or_(dialog.get_by_label("People")).check()
    dialog.get_by_label("Question to the applicant").fill("How many people install robots at your place?")
    dialog.get_by_role("button", name="Ask").click()
    expect(desk.locator("body")).to_contain_text("is asked")


def approve_on_its_page(approver: Visitor, application: Application) -> None:
    """Read the answer, and approve."""
    desk = approver.open(application.get_absolute_url())
    expect(desk.locator("main")).to_contain_text("Twelve people do.")
    approver.check("desk-application")
    desk.keyboard.press("a")
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Message").fill("Welcome to the program!")
    dialog.get_by_role("button", name="Approve").click()
    expect(desk.locator("body")).to_contain_text("is your partner now")


def test_a_company_applies_on_a_phone_answers_is_approved_and_arrives(visit, everyone, workers):
    form = open_form(everyone.northwind)
    make_template(everyone.northwind, TEXT)
    published(everyone, journey_of(*STEPS))
    applicant, approver = on_a_phone(visit()), visit("northwind_approver")
    page = applicant.open("/apply/")
    applicant.check("apply-programs")
    on_a_phone(applicant)
    page.get_by_role("link", name=form.program.name).first.click()
    fill_in(page)
    applicant.check("apply-form")
    on_a_phone(applicant)
    page.get_by_role("button", name="Send the application").last.click()
    page.wait_for_url("**/apply/sent/")
    workers()
    page = applicant.open(mailed("application_confirm"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("decides")
    application = Application.objects.get()
    assert application.state == ApplicationState.SUBMITTED
    applicant.check("application-state")
    on_a_phone(applicant)
    workers()

    ask_from_the_queue(approver)
    workers()
    page = applicant.open(mailed("application_question"))
    expect(page.locator("main")).to_contain_text("How many people install robots")
    page.locator("#id_text").fill("Twelve people do.")
    page.get_by_role("button", name="Send the answer").click()
    workers()

    approve_on_its_page(approver, application)
    workers()
    enrollment = Enrollment.objects.get(partner__name=COMPANY)
    journey = Journey.objects.get(enrollment=enrollment)
    assert journey.state == JourneyState.RUNNING
    arrive(applicant)
    page = applicant.open(f"/portal/onboarding/{journey.key}/")
    expect(page.locator("main")).to_contain_text("Your turn")
    expect(page.locator("main")).to_contain_text("Tell us whom we should know")
    applicant.check("onboarding")
    on_a_phone(applicant)
    walk_the_journey(applicant)
    workers()
    journey.refresh_from_db()
    assert journey.state == JourneyState.FINISHED
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.ACTIVE


def walk_the_journey(applicant: Visitor) -> None:
    """Do the task, and sign the agreement."""
    page = applicant.page
    page.get_by_role("link", name="Tell us whom we should know").first.click()
    page.get_by_role("button", name="Mark as done").click()
    page = applicant.open("/portal/agreements/")
    page.get_by_role("link", name="Partner agreement").first.click()
    page.get_by_label("Your full name").fill("Ines Rothmann")
    page.get_by_label("Your position").fill("Managing director")
    page.locator("#id_authority").check()
    page.locator("#id_consent").check()
    page.locator("#sign button[data-kind=primary]").click()
    expect(page.locator("body")).to_contain_text("Signed.")
    applicant.check("agreement-signed")


def arrive(applicant: Visitor) -> None:
    """Accept the invitation, and choose a password."""
    page = applicant.open(mailed("invitation"))
    page.get_by_label("Your name").fill("Ines Rothmann")
    page.get_by_label("A password").fill("four-words-nobody-else-combines")
    page.get_by_role("button", name="Accept and start").click()
    page.wait_for_url("**/portal/**")
