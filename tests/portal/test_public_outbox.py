"""The demo's outbox, and previews of mails."""

from __future__ import annotations

import pytest

from activity.mailing import TEMPLATES, queue_plain_mail, send_due
from activity.models import Mail
from activity.relay import drain
from dealreg.services import approve_deal


@pytest.fixture
def demo(settings):
    settings.DEMO = True


@pytest.fixture
def mail(cast):
    approve_deal(actor=cast.actor("northwind_approver"), deal=cast.register())
    drain()
    send_due()
    return Mail.objects.get(person=cast.people["brightpath_sales"])


@pytest.mark.parametrize("path", ["", "{pk}/", "{pk}/body/"])
def test_outbox_is_not_found_outside_the_demo(browse, settings, mail, path):
    settings.DEMO = False
    assert browse("brightpath_sales").get("/outbox/" + path.format(pk=mail.pk)).status_code == 404


@pytest.mark.usefixtures("demo")
def test_outbox_lists_own_mails_with_their_state(browse, mail):
    page = browse("brightpath_sales").get("/outbox/").content.decode()
    assert mail.subject in page
    assert "Sent" in page
    assert mail.subject not in browse("kappel_sales").get("/outbox/").content.decode()


@pytest.mark.usefixtures("demo")
def test_outbox_costs_the_same_for_one_and_for_thirty(cast, browse, mail, django_assert_num_queries):
    client = browse("brightpath_sales")
    with django_assert_num_queries(4):
        client.get("/outbox/")
    for number in range(20):
        queue_plain_mail(to=mail.to, subject=f"Mail {number}", text="", template="test")
    with django_assert_num_queries(4):
        client.get("/outbox/")


@pytest.mark.usefixtures("demo")
def test_mail_shows_text_and_frames_its_html(browse, mail):
    response = browse("brightpath_sales").get(f"/outbox/{mail.pk}/")
    page = response.content.decode()
    assert f'<iframe class="frame" src="/outbox/{mail.pk}/body/"' in page
    assert " sandbox " in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.usefixtures("demo")
def test_mails_html_can_do_nothing_but_be_shown(browse, mail, settings):
    settings.SITE_URL = "https://prm.example"
    response = browse("brightpath_sales").get(f"/outbox/{mail.pk}/body/")
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: https://prm.example; frame-ancestors 'self'; "
        "sandbox"
    )
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "Castellan Foods GmbH" in response.content.decode()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "persona", ["brightpath_administrator", "kappel_sales", "northwind_approver", "operator", "nobody"]
)
def test_mail_of_someone_else_is_not_found(browse, mail, persona):
    for path in (f"/outbox/{mail.pk}/", f"/outbox/{mail.pk}/body/"):
        assert browse(persona).get(path).status_code == 404


@pytest.mark.usefixtures("demo")
def test_plain_mail_has_no_frame(browse, cast):
    queue_plain_mail(
        to="SALES@brightpath.example", subject="Reset", text="<b>bold</b> https://a.example/", template="x"
    )
    mail = Mail.objects.get(template="x")
    page = browse("brightpath_sales").get(f"/outbox/{mail.pk}/").content.decode()
    assert "iframe" not in page
    assert "&lt;b&gt;bold" in page


@pytest.mark.parametrize("demo_mode", [True, False])
def test_previews_are_for_managers_and_the_operator_and_in_the_demo_for_all(browse, settings, demo_mode):
    settings.DEMO = demo_mode
    for persona, status in (
        ("northwind_manager", 200),
        ("operator", 200),
        ("northwind_approver", 200 if demo_mode else 403),
        ("brightpath_sales", 200 if demo_mode else 403),
        ("nobody", 200 if demo_mode else 403),
    ):
        for path in ("/outbox/previews/", "/outbox/previews/deal_approved/", "/outbox/previews/deal_approved/body/"):
            assert browse(persona).get(path).status_code == status, (persona, path)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_has_a_preview_that_renders(browse, name):
    client = browse("northwind_manager")
    assert client.get(f"/outbox/previews/{name}/").status_code == 200
    framed = client.get(f"/outbox/previews/{name}/body/")
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "<script" not in framed.content.decode()


def test_unknown_preview_is_not_found(browse):
    for path in ("/outbox/previews/nothing/", "/outbox/previews/nothing/body/"):
        assert browse("northwind_manager").get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/outbox/", "/outbox/1/", "/outbox/previews/", "/outbox/previews/deal_approved/body/"]
)
@pytest.mark.usefixtures("demo", "db")
def test_strangers_are_sent_to_sign_in(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/")


@pytest.mark.usefixtures("demo")
def test_operator_reads_what_goes_to_people_without_an_account_and_nobody_else_does(cast, browse, mail):
    queue_plain_mail(to="new@applicant.example", subject="Confirm your address", text="link", template="test")
    page = browse("operator").get("/outbox/").content.decode()
    assert "Confirm your address" in page
    assert mail.subject not in page
    found = Mail.objects.get(to="new@applicant.example")
    assert browse("operator").get(f"/outbox/{found.pk}/").status_code == 200
    assert browse("northwind_manager").get(f"/outbox/{found.pk}/").status_code == 404
