"""The public form: what is refused without a trace, and that nobody learns which companies are known here."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from activity.models import Event, Mail
from onboarding.enums import ApplicationState, Ended
from onboarding.models import Application
from partners.models import JoinRequest, Partner, PartnerDomain
from tests.isolation_world import labels_in
from tests.onboarding.applying import VALUES, address_of, link_in, open_form, send, stamp, token_in

BRIGHTPATH_ELSEWHERE = "ines@brightpath.example"


@pytest.fixture
def form(cast):
    """Northwind's open form."""
    return open_form(cast.northwind)


@pytest.fixture
def halden(cast):
    """Halden's open form. Kappel works with Northwind only, Isle no more with Northwind."""
    return open_form(cast.halden)


@pytest.fixture
def proven(cast):
    """Each partner has proven its domain."""
    for partner in (cast.brightpath, cast.kappel, cast.isle):
        PartnerDomain.objects.create(partner=partner, domain=f"{partner.slug}.example", is_verified=True)
    return cast


def traces() -> tuple[int, ...]:
    """What a refusal must not add to."""
    return Application.objects.count(), Event.objects.count(), Mail.objects.count(), JoinRequest.objects.count()


def test_all_that_is_wrong_is_said_at_once(form, client):
    page = send(client, form, country="XX", email="ines@gmail.com", consent=None).content.decode()
    for says in ("Select a valid choice", "Use your address at work", "Without this we can’t take your application"):
        assert page.count(says) == 2  # in the summary and at the field


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "ines@gmail.com"}, "Use your address at work"),
        ({"email": "ines@gmx.de"}, "Use your address at work"),
        ({"email": "ines@mailinator.com"}, "throw-away"),
        ({"email": "ines@"}, "Enter a valid email address"),
        ({"email": None}, "This field is required"),
        ({"name": ""}, "This field is required"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"consent": None}, "Without this we can’t take your application"),
        ({"middle_name": "Maria"}, "Leave this field empty"),
        ({"seconds": 0.0}, "quicker than people type"),
        ({"started": "made-up"}, "open for very long"),
        ({"seconds": 8 * 86_400.0}, "open for very long"),
        ({"name": "x" * 161}, "at most 160 characters"),
        ({"industries": ["piracy"]}, "Select a valid choice"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_nothing_typed_is_lost(form, client, changes, says):
    before = traces()
    answer = send(client, form, contact_name="Ines from Castellan", **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "Ines from Castellan" in page
    assert traces() == before


def test_a_form_of_two_megabytes_is_refused_with_a_sentence(form, client):
    before = traces()
    answer = send(client, form, customers="x" * 2_000_000)
    assert answer.status_code == 413
    assert "larger than 256 kB" in answer.content.decode()
    assert traces() == before


def test_beyond_what_the_server_reads_it_is_refused_the_same_way(form, client):
    answer = send(client, form, customers="x" * 3_000_000)
    assert answer.status_code == 413
    assert traces()[0] == 0


def test_the_same_company_five_times_is_refused_and_its_link_is_mailed_again(form, client):
    for _ in range(4):
        assert send(client, form).status_code == 302
    before = Application.objects.count(), Mail.objects.count()
    answer = send(client, form)
    assert answer.status_code == 429
    assert "its link is in your mail" in answer.content.decode()
    assert VALUES["contact_name"] in answer.content.decode()
    assert (Application.objects.count(), Mail.objects.count()) == (before[0], before[1] + 1)
    assert Mail.objects.latest("pk").to == VALUES["email"]


def test_a_network_sends_only_so_many_forms(form, client):
    for number in range(20):
        host = f"company{number}.example"
        assert send(client, form, email=f"a@{host}", website=f"https://{host}").status_code == 302
    before = traces()
    assert send(client, form, email="a@another.example").status_code == 429
    assert traces() == before


def test_a_closed_form_takes_nothing(form, client):
    type(form).objects.update(is_open=False)
    assert "takes no applications at the moment" in client.get(address_of(form)).content.decode()
    before = traces()
    assert send(client, form).status_code == 422
    assert traces() == before
    assert client.get(reverse("apply-program", args=["northwind", "none"])).status_code == 404


@pytest.mark.parametrize("email", ["new@brightpath.example", "new@kappel.example", "new@isle.example"])
def test_before_the_address_is_proven_words_and_writes_are_the_same_for_every_company(
    proven, form, halden, client, email
):
    def seen(address: str) -> tuple:
        before = traces()
        answer = send(client, halden, email=address)
        after = traces()
        row, mail = Application.objects.latest("pk"), Mail.objects.latest("pk")
        text = re.sub(r"/application/\S+/|HC-AP-\w+", "", mail.text)
        shown = {"state": row.state, "ended_as": row.ended_as, "partner": row.partner_id, "fit": row.score}
        kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True)[before[1] :])
        counted = tuple(b - a for a, b in zip(before, after, strict=True))
        page = client.get(answer["Location"]).content
        page = re.sub(rb'nonce="[^"]*"|value="[^"]*"', b"", page)
        return answer.status_code, answer["Location"], page, text, mail.template, shown, kinds, counted

    assert seen(email) == seen("new@nobody-knows.example")


def confirmed(client, form, email: str) -> tuple[Application, str]:
    """Apply from an address, confirm it, and return the row and what its page says."""
    send(client, form, email=email)
    link = link_in()
    client.post(f"{link}confirm/")
    return Application.objects.latest("pk"), client.get(link).content.decode()


def test_a_partner_of_the_vendors_is_led_to_join_it(proven, form, client):
    row, page = confirmed(client, form, "new@brightpath.example")
    assert (row.state, row.ended_as, row.submitted_at) == (ApplicationState.WITHDRAWN, Ended.JOIN, None)
    assert "Your company is a partner already" in page
    assert "Halden" not in page
    assert not Application.objects.visible_to(proven.actor("northwind_manager")).exists()
    client.post(reverse("application-join", args=[token_in()]))
    assert JoinRequest.objects.get().partner == proven.brightpath


def test_a_partner_elsewhere_is_led_to_its_administrator_and_the_vendor_learns_nothing(proven, halden, client):
    row, page = confirmed(client, halden, "new@kappel.example")
    assert (row.state, row.ended_as) == (ApplicationState.WITHDRAWN, Ended.ADMINISTRATOR)
    assert "Your company’s administrator applies" in page
    assert "northwind" not in labels_in(page)
    for persona in ("halden_manager", "halden_approver"):
        assert not Application.objects.visible_to(proven.actor(persona)).exists()
        told = Event.objects.visible_to(proven.actor(persona)).filter(kind__startswith="application.")
        assert "administrator" not in str(list(told.values_list("before", "after", "data")))
        assert "kappel" not in str(list(told.values_list("before", "after", "data"))).lower()


def test_a_domain_that_a_list_only_claims_holds_nobody_up(cast, halden, client):
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example")
    row, _page = confirmed(client, halden, "new@kappel.example")
    assert row.state == ApplicationState.SUBMITTED


def test_the_second_application_of_a_company_ends_and_says_so(form, client):
    first, _page = confirmed(client, form, "ines@castellan.example")
    second, page = confirmed(client, form, "otto@castellan.example")
    assert (first.state, second.state) == (ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN)
    assert second.ended_as == Ended.DUPLICATE
    assert "Your company has applied already" in page
    assert first.reference not in page
    third, _page = confirmed(client, form, "ines@castellan.example")
    assert third.ended_as == Ended.DUPLICATE
    again = Mail.objects.filter(template="application_link").get()
    assert (again.to, first.reference in again.text) == ("ines@castellan.example", True)


def test_a_blocked_domain_is_declined_by_rule_only_once_it_is_proven(cast, client):
    form = open_form(cast.northwind, blocked_domains=["rival.example"])
    answer = send(client, form, email="spy@rival.example")
    assert answer["Location"] == reverse("apply-sent")
    row, page = confirmed(client, form, "spy@rival.example")
    assert (row.state, row.decline_reason, row.decided_by) == (ApplicationState.DECLINED, "competitor", None)
    assert row.decided_why == "rival.example is on the program’s list of blocked domains."
    assert "takes no applications from your company’s domain" in page
    assert "competitor" not in page
    assert "list of blocked" not in page


def test_saved_by_mail_and_gone_on_with_by_the_link_alone(form, client):
    typed = {"save": "yes", "country": "", "name": "Half a name", "consent": None}
    assert send(client, form, **typed)["Location"] == reverse("apply-saved")
    row = Application.objects.get()
    assert (row.state, Event.objects.count()) == (ApplicationState.DRAFT, 0)
    link = link_in("application_saved")
    edit = client.get(link)["Location"]
    page = client.get(edit).content.decode()
    assert "Half a name" in page
    assert page.count(" checked") >= len(VALUES["industries"])
    values = {**VALUES, "started": stamp(), "name": "A whole name"}
    assert client.post(edit, values)["Location"] == reverse("apply-sent")
    row.refresh_from_db()
    assert (row.state, row.name) == (ApplicationState.UNCONFIRMED, "A whole name")
    assert Application.objects.count() == 1


def test_another_address_gets_another_link_and_the_old_one_proves_nothing(form, client):
    send(client, form, email="mallory@evil.example", save="yes")
    edit = f"{link_in('application_saved')}edit/"
    stolen = edit.replace("/edit/", "/")
    values = {**VALUES, "started": stamp(), "email": "boss@castellan.example"}
    assert client.post(edit, values).status_code == 302
    assert client.get(stolen).status_code == 404
    assert client.post(f"{stolen}confirm/").status_code == 404
    row = Application.objects.get()
    assert (row.email, row.state) == ("boss@castellan.example", ApplicationState.UNCONFIRMED)
    assert Mail.objects.filter(template="application_confirm").get().to == "boss@castellan.example"


@pytest.mark.parametrize("save", ["yes", None])
def test_a_save_needs_a_business_address_too(form, client, save):
    before = traces()
    assert send(client, form, email="ines@web.de", save=save).status_code == 422
    assert traces() == before


def test_links_that_lead_nowhere(form, client):
    for name in ("application", "application-edit", "application-confirm", "application-answer"):
        assert client.get(reverse(name, args=["none"])).status_code == 404
        assert client.post(reverse(name, args=["none"])).status_code in {404, 405}


def test_the_page_behind_the_link_stays_out_of_caches_and_search(form, client):
    send(client, form)
    answer = client.get(link_in())
    assert answer["Cache-Control"] == "private, no-store"
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")


def test_an_administrator_applies_with_the_profile(proven, halden, browse):
    page = reverse("apply-as-partner", args=["halden", "partners"])
    for persona in ("kappel_sales", "northwind_manager"):
        assert browse(persona).get(page).status_code == 403
    admin = browse("kappel_administrator")
    assert admin.get(address_of(halden))["Location"] == page
    assert "Kappel GmbH" in admin.get(page).content.decode()
    answer = admin.post(page, {"consent": "on", "website": "https://kappel.example/", "started": stamp()})
    assert answer.status_code == 302
    row = Application.objects.get()
    assert (row.state, row.partner, row.domain) == (ApplicationState.SUBMITTED, proven.kappel, "kappel.example")
    assert row.applicant == proven.people["kappel_administrator"]
    assert "Halden Cloud has your application" in admin.get(answer["Location"]).content.decode()
    assert (
        admin.post(page, {"consent": "on", "website": "https://kappel.example/", "started": stamp()}).status_code == 409
    )
    assert Application.objects.count() == 1
    assert Partner.objects.count() == 3


def test_a_partner_that_is_enrolled_has_nothing_to_apply_for(proven, form, browse):
    page = reverse("apply-as-partner", args=["northwind", "partners"])
    assert "is in this program already" in browse("kappel_administrator").get(page).content.decode()
    assert (
        browse("kappel_administrator")
        .post(page, {"consent": "on", "website": "https://kappel.example/", "started": stamp()})
        .status_code
        == 409
    )
    assert Application.objects.count() == 0


def test_the_form_is_light_and_cheap(form, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page = client.get(address_of(form)).content
    named = set(re.findall(r'(?:href|src)="/static/([^"?#]+)', page.decode()))
    files = [Path(str(finders.find(re.sub(r"\.[0-9a-f]{12}\.", ".", name)))) for name in named]
    assert len(files) >= 5
    weight = len(gzip.compress(page)) + sum(len(gzip.compress(file.read_bytes())) for file in files)
    assert weight <= 60_000
