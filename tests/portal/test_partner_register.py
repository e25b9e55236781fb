"""Register a deal: the page, its draft, its errors and what it never tells."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from dealreg.models import Deal, DealDraft, DealFile
from dealreg.services import clear_discarded
from standing.models import Benefit

URL = "/portal/deals/register/"
PDF = b"%PDF-1.7 a letter"


def filled(cast, **changes):
    """What a browser sends for a complete form."""
    fields = {
        "submission": str(uuid.uuid4()),
        "draft_revision": "",
        "enrollment": cast.enrollments["brightpath_northwind"].pk,
        "customer_name": "Castellan Foods GmbH",
        "customer_domain": "https://castellan-foods.example/",
        "customer_country": "DE",
        "customer_city": "Kassel",
        "contact_name": "Ines Rothmann",
        "contact_email": "ines@castellan-foods.example",
        "title": "12 palletising cells",
        "lines-TOTAL_FORMS": "3",
        "lines-INITIAL_FORMS": "0",
        "lines-0-product": cast.northwind.robot.pk,
        "lines-0-quantity": "12",
        "lines-1-product": "",
        "lines-1-quantity": "",
        "lines-2-product": "",
        "lines-2-quantity": "",
        "value": "",
        "currency": "EUR",
        "close_date": (timezone.localdate() + timedelta(days=60)).isoformat(),
        "stage": "qualified",
        "part": "sell",
        "notes": "A visit in May.",
    }
    return {**fields, **changes}


def pdf(name="letter.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def test_page_shows_what_it_brings_and_writes_nothing(cast, browse, django_assert_max_num_queries):
    client = browse("brightpath_sales")
    client.post(reverse("vendor-switch"), {"vendor": cast.northwind.vendor.pk})
    with django_assert_max_num_queries(12):
        page = client.get(URL)
    assert page.status_code == 200
    text = page.content.decode()
    assert "120 days" in text
    assert "18%" in text
    assert "Silver partners get 120 days" in text
    assert "PalletCell 40 (€13,500)" in text
    assert not DealDraft.objects.exists()


def test_discount_is_told_to_the_hundredth(cast, browse):
    Benefit.objects.filter(tier__name="Silver", kind="discount").update(value=Decimal("18.25"))
    client = browse("brightpath_sales")
    client.post(reverse("vendor-switch"), {"vendor": cast.northwind.vendor.pk})
    assert "18.25%" in client.get(URL).content.decode()


def test_complete_form_becomes_a_deal_and_says_when_it_is_decided(cast, browse):
    answer = browse("brightpath_sales").post(URL, filled(cast), follow=True)
    deal = Deal.objects.get()
    assert answer.redirect_chain == [(deal.get_absolute_url(), 302)]
    assert (deal.value, deal.customer_domain, deal.status) == (162_000, "castellan-foods.example", "submitted")
    assert "at the latest" in answer.content.decode()


def test_second_partner_is_told_that_it_needs_review_and_nothing_else(cast, browse):
    first = cast.register("kappel_sales", "kappel_northwind")
    answer = browse("brightpath_sales").post(URL, filled(cast, customer_name="CASTELLAN FOODS"), follow=True)
    text = answer.content.decode()
    assert "It needs review" in text
    for secret in ("Kappel", first.reference, "score"):
        assert secret not in text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("value", "1e30", "is not an amount"),
        ("value", "12,oo", "is not an amount"),
        ("value", "9999999999999", "more than we can take"),
        ("value", "-5", "below zero"),
        ("close_date", "1970-01-01", "This date has passed"),
        ("close_date", "2999-01-01", "more than five years"),
        ("close_date", "31 November", "not a date"),
        ("close_date", "", "when you expect the order"),
        ("customer_name", "", "as on its letterhead"),
        ("customer_country", "", "country"),
        ("customer_country", "XX", "valid choice"),
        ("customer_domain", "<b>castellan</b>", "not a website"),
        ("contact_email", "nobody", "valid email"),
        ("lines-0-quantity", "", "how many"),
        ("lines-0-quantity", "zwölf", "whole number"),
        ("lines-0-quantity", "99999999999999999999", "whole number"),
        ("lines-0-product", "999999", "from this program"),
        ("lines-1-quantity", "3", "Choose a product"),
        ("lines-TOTAL_FORMS", "many", "ManagementForm"),
        ("enrollment", "999999", "valid choice"),
        ("part", "steal", "valid choice"),
        ("customer_name", "GmbH " * 90, "at most 200"),
    ],
)
def test_bad_input_gets_its_message_and_keeps_everything(cast, browse, field, value, message):
    answer = browse("brightpath_sales").post(URL, filled(cast, **{field: value}))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert message in text
    assert 'id="error-summary"' in text
    assert "A visit in May." in text
    assert not Deal.objects.exists()
    draft = DealDraft.objects.get()
    assert draft.content[field] == value
    assert f'value="{draft.revision}"' in text


def test_value_is_needed_where_no_list_price_is_known(cast, browse):
    answer = browse("brightpath_sales").post(URL, filled(cast, currency="JPY"))
    assert answer.status_code == 422
    assert "not every product has a list price" in answer.content.decode()


def test_html_in_every_field_is_text(cast, browse):
    evil = "<script>alert(1)</script>"
    texts = dict.fromkeys(("customer_name", "customer_city", "contact_name", "title", "notes"), evil)
    client = browse("brightpath_sales")
    wrong = client.post(URL, filled(cast, **texts, value=evil, close_date=evil, **{"lines-0-quantity": evil}))
    assert wrong.status_code == 422
    assert evil not in wrong.content.decode()
    assert "&lt;script&gt;" in wrong.content.decode()
    right = client.post(URL, filled(cast, **texts), follow=True)
    assert right.status_code == 200
    assert evil not in right.content.decode()


def test_sending_twice_makes_one_deal(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast)
    first, second = client.post(URL, form), client.post(URL, form)
    assert first.url == second.url == Deal.objects.get().get_absolute_url()


def test_draft_is_saved_while_typing_and_continued(cast, browse, django_assert_max_num_queries):
    client, form = browse("brightpath_sales"), filled(cast, value="12,oo", customer_name="Orbit")
    save = reverse("portal:draft-save", args=[form["submission"]])
    answer = client.post(save, form).json()
    assert answer["revision"] == 0
    answer = client.post(save, {**form, "draft_revision": "0", "notes": "more"}).json()
    assert answer["revision"] == 1
    with django_assert_max_num_queries(12):
        page = client.get(answer["page"]).content.decode()
    for typed in ('value="12,oo"', 'value="Orbit"', ">\nmore</textarea>", 'value="12"'):
        assert typed in page
    stale = client.post(save, {**form, "draft_revision": "0"})
    assert stale.status_code == 409
    assert DealDraft.objects.get().content["notes"] == "more"


def test_draft_that_was_submitted_leads_to_its_deal(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast)
    client.post(reverse("portal:draft-save", args=[form["submission"]]), form)
    client.post(URL, form)
    deal = Deal.objects.get()
    assert not DealDraft.objects.exists()
    assert client.get(reverse("portal:draft", args=[form["submission"]])).url == deal.get_absolute_url()
    assert client.post(reverse("portal:draft-save", args=[form["submission"]]), form).status_code == 409
    assert client.post(URL, {**form, "save": "yes"}).url == deal.get_absolute_url()


def test_draft_is_its_writers_alone(cast, browse):
    form = filled(cast)
    browse("brightpath_sales").post(reverse("portal:draft-save", args=[form["submission"]]), form)
    for persona in ("brightpath_administrator", "kappel_sales"):
        client = browse(persona)
        assert client.get(reverse("portal:draft", args=[form["submission"]])).status_code == 404
        assert client.post(reverse("portal:draft-save", args=[form["submission"]]), form).status_code == 404
        assert client.post(reverse("portal:draft-discard", args=[form["submission"]])).status_code == 404
    assert DealDraft.objects.get().person == cast.people["brightpath_sales"]


def test_save_button_keeps_text_and_files_and_reopens(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast, save="yes")
    answer = client.post(URL, {**form, "files": [pdf(), pdf("two.pdf")]}, follow=True)
    assert answer.redirect_chain[0][0] == DealDraft.objects.get().get_absolute_url()
    text = answer.content.decode()
    assert "letter.pdf" in text
    assert "two.pdf" in text
    del form["save"]
    client.post(URL, form)
    assert Deal.objects.get().files.count() == 2


def test_stale_save_button_keeps_both_versions(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast)
    save = reverse("portal:draft-save", args=[form["submission"]])
    client.post(save, form)
    client.post(save, {**form, "draft_revision": "0", "notes": "from the other window"})
    answer = client.post(URL, {**form, "draft_revision": "0", "notes": "from here", "save": "yes"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "from here" in text
    assert "changed in another window" in text
    assert DealDraft.objects.get().content["notes"] == "from the other window"
    again = client.post(URL, {**form, "draft_revision": "1", "notes": "from here", "save": "yes"})
    assert again.status_code == 302
    assert DealDraft.objects.get().content["notes"] == "from here"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tool.pHaR", b"<?php", "can&#x27;t be taken"),
        ("big.pdf", PDF + b"x" * 30_000_000, "too large"),
        ("empty.pdf", b"", "empty"),
        ("page.pdf", b"<html>", "isn&#x27;t what its name says"),
    ],
)
def test_file_that_cannot_be_taken_loses_nothing(cast, browse, name, content, message):
    form = filled(cast)
    answer = browse("brightpath_sales").post(URL, {**form, "files": [pdf(), SimpleUploadedFile(name, content)]})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert message in text
    assert "letter.pdf" in text
    assert 'value="Castellan Foods GmbH"' in text
    assert not Deal.objects.exists()
    assert DealDraft.objects.get().files.get().name == "letter.pdf"


def test_files_are_added_and_removed_at_once_with_scripts(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast)
    url = reverse("portal:draft-file-add", args=[form["submission"]])
    answer = client.post(
        url, {**form, "files": [pdf(), SimpleUploadedFile("x.exe", b"MZ")]}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "letter.pdf" in answer.content.decode()
    assert "x.exe" in answer.content.decode()
    file = DealFile.objects.get()
    gone = client.post(reverse("portal:draft-file-remove", args=[form["submission"], file.key]), form)
    assert gone.status_code == 302
    assert not DealFile.objects.exists()


def test_check_finds_own_duplicates_only(cast, browse):
    rival = cast.register("kappel_sales", "kappel_northwind")
    client, form = browse("brightpath_sales"), filled(cast)
    nothing = client.post(reverse("portal:deal-check"), form)
    assert nothing.content.decode().strip() == ""
    own = cast.register()
    text = client.post(reverse("portal:deal-check"), {**form, "customer_name": "Castellan-Foods"}).content.decode()
    assert f"Open {own.reference} instead" in text
    assert rival.reference not in text


def test_check_answers_from_the_partners_own_words_only(cast, browse):
    rival = cast.register(
        "kappel_sales", "kappel_northwind", customer_name="Meridian Lebensmittel", customer_domain="meridian.example"
    )
    own = cast.register(customer_name="Zabel", customer_domain="meridian.example")
    assert own.account == rival.account
    client, form = browse("brightpath_sales"), filled(cast, customer_domain="")
    check = reverse("portal:deal-check")
    assert client.post(check, {**form, "customer_name": "Meridian Lebensmittel"}).content.decode().strip() == ""
    again = client.post(check, {**form, "customer_name": "Zabel", "customer_domain": "meridian.example"})
    assert own.reference in again.content.decode()


def test_form_that_was_submitted_and_changed_says_so(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast)
    client.post(URL, form)
    for further in ({}, {"save": "yes"}, {"close_date": "1970-01-01"}):
        answer = client.post(URL, {**form, "customer_name": "Orbit Logistics", **further}, follow=True)
        assert "Nothing was submitted again" in answer.content.decode()
    assert Deal.objects.count() == 1
    assert not DealDraft.objects.exists()


def test_check_is_limited_per_minute(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast)
    answers = [client.post(reverse("portal:deal-check"), form).status_code for _ in range(31)]
    assert set(answers[:29]) == {200}
    assert 429 in answers or timezone.now().second < 10


def test_program_choice_shows_with_several_vendors_and_swaps_products(cast, browse):
    client, form = browse("brightpath_sales"), filled(cast, enrollment=cast.enrollments["brightpath_halden"].pk)
    assert "Which vendor is it for?" in client.get(URL).content.decode()
    assert "Which vendor is it for?" not in browse("kappel_sales").get(URL).content.decode()
    text = client.post(reverse("portal:deal-brings"), form).content.decode()
    assert "90 days" in text
    assert f'value="{cast.halden.robot.pk}"' in text
    assert f'value="{cast.northwind.robot.pk}"' not in text
    chosen = client.post(URL, {**form, "choose": "yes"}, follow=True).content.decode()
    assert f'value="{cast.halden.robot.pk}"' in chosen


def test_hourly_limit_keeps_the_draft(cast, browse):
    cast.northwind.policy.hourly_registrations = 1
    cast.northwind.policy.save()
    cast.register(customer_name="Other AG", customer_domain="other.example")
    answer = browse("brightpath_sales").post(URL, filled(cast))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Your draft is kept" in answer.content.decode()
    assert DealDraft.objects.get().content["notes"] == "A visit in May."


@pytest.mark.parametrize("persona", ["brightpath_marketing", "brightpath_technical", "northwind_approver", "operator"])
def test_who_may_not_register_is_refused(cast, browse, persona):
    client, form = browse(persona), filled(cast)
    for answer in (
        client.get(URL),
        client.post(URL, form),
        client.post(reverse("portal:draft-save", args=[form["submission"]]), form),
        client.post(reverse("portal:deal-check"), form),
    ):
        assert answer.status_code == 403
    assert not Deal.objects.exists()
    assert not DealDraft.objects.exists()


def discarded(cast, browse):
    """Return a client and the number of a draft with a file that it has just discarded."""
    client, form = browse("brightpath_sales"), filled(cast, save="yes")
    client.post(URL, {**form, "files": [pdf()]})
    answer = client.post(reverse("portal:draft-discard", args=[form["submission"]]), follow=True)
    assert reverse("portal:draft-restore", args=[form["submission"]]) in answer.content.decode()
    return client, form


def test_discarded_draft_and_its_files_are_out_of_sight(cast, browse):
    client, form = discarded(cast, browse)
    actor = cast.actor("brightpath_sales")
    assert not DealDraft.objects.visible_to(actor).exists()
    assert not DealFile.objects.visible_to(actor).exists()
    assert client.get(reverse("file", args=[DealFile.objects.get().key])).status_code == 404
    assert client.get(reverse("portal:draft", args=[form["submission"]])).status_code == 404


def test_discarded_draft_comes_back_by_undo(cast, browse):
    client, form = discarded(cast, browse)
    restore = reverse("portal:draft-restore", args=[form["submission"]])
    for other in ("kappel_sales", "brightpath_administrator"):
        assert browse(other).post(restore).status_code == 404
    assert client.post(restore).status_code == 302
    draft = DealDraft.objects.visible_to(cast.actor("brightpath_sales")).get()
    assert draft.files.count() == 1
    assert client.post(restore).url == draft.get_absolute_url(), "twice is harmless"


def test_draft_that_is_saved_again_after_it_was_discarded_is_there_again(cast, browse):
    client, form = discarded(cast, browse)
    client.post(URL, {**form, "save": "yes", "notes": "gone back to"})
    assert DealDraft.objects.visible_to(cast.actor("brightpath_sales")).get().content["notes"] == "gone back to"


def test_discarded_draft_goes_for_good_after_a_day(cast, browse, django_capture_on_commit_callbacks):
    client, form = discarded(cast, browse)
    stored = DealFile.objects.get().content
    assert clear_discarded() == 0
    DealDraft.objects.update(discarded_at=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        assert clear_discarded() == 1
    assert not DealDraft.objects.exists()
    assert not stored.storage.exists(stored.name)
    assert client.post(reverse("portal:draft-restore", args=[form["submission"]])).status_code == 404
