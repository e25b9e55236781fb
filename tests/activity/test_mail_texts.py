"""A vendor's own words: strict placeholders, markup stays text, a text never stops a mail."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from activity.mailing.letters import TEMPLATES, render
from activity.mailing.texts import Wording, own_wording, unresolved, worded_letter
from activity.models import Event, Mail, MailText
from activity.services import change_mail_text, reset_mail_text
from dealreg.emails import APPROVED, SAMPLE
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.activity.telling import happened, tell

APPROVAL = TEMPLATES["deal_approved"]
WORDS = Wording(
    subject="Yes: {customer}", heading="Well done, {partner}", paragraphs="Until {until}.\n\nBye", button="Go"
)
WORDED = sorted(name for name, template in TEMPLATES.items() if template.placeholders)


def word(cast, wording=WORDS, revision=0, persona="northwind_manager", language="en"):
    return change_mail_text(
        actor=cast.actor(persona), template="deal_approved", language=language, wording=wording, revision=revision
    )


def test_mail_says_it_in_the_vendors_words_and_the_readers_language(cast):
    word(cast)
    deal = cast.register()
    type(cast.people["brightpath_sales"]).objects.filter(pk=cast.people["brightpath_administrator"].pk).update(
        language="de"
    )
    tell(cast, happened(deal, "deal.approved"), APPROVED, "brightpath_sales", "brightpath_administrator")
    subjects = {mail.to.split("@")[0]: mail.subject for mail in Mail.objects.filter(kind="deal.approved")}
    assert subjects == {"sales": "Yes: Castellan Foods GmbH", "administrator": "Approved: Castellan Foods GmbH"}
    text = Mail.objects.get(to="sales@brightpath.example").text
    assert "Well done, Brightpath" in text
    assert "Until 20 February 2027." in text
    assert "Go:\n" in text


def test_other_vendors_keep_the_products_words(cast):
    word(cast)
    tell(cast, happened(cast.register(enrollment="brightpath_halden"), "deal.approved"), APPROVED, "brightpath_sales")
    assert Mail.objects.get().subject == "Approved: Castellan Foods GmbH"


def test_markup_stays_text_and_a_facts_braces_are_not_read_again(cast):
    words = Wording(subject="{customer}", heading="<script>1</script>{who}", paragraphs="<b>{customer}</b>", button="")
    letter = worded_letter(APPROVAL, {**SAMPLE, "customer": "{vendor} {{x}} %(who)s"}, words)
    text, markup = render(letter)
    assert letter.subject == "{vendor} {{x}} %(who)s"
    assert "<script>1" not in markup
    assert "&lt;b&gt;{vendor} {{x}} %(who)s&lt;/b&gt;" in markup
    assert "<b>{vendor}" in text


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("{customer}", []),
        ("{custmer}", ["{custmer}"]),
        ("{customer.__class__}", ["{customer.__class__}"]),
        ("{0}", ["{0}"]),
        ("{}", ["{}"]),
        ("{ customer }", ["{ customer }"]),
        ("{customer!r}", ["{customer!r}"]),
        ("a { b", ["{"]),
        ("{{customer}}", ["{", "}"]),
        ("{% load x %}", ["{% load x %}"]),
        ("100 % sure %(customer)s $customer", []),
    ],
)
def test_what_does_not_resolve(part, wrong):
    assert unresolved(APPROVAL, [part]) == wrong


def test_unknown_placeholder_is_refused_by_name_and_nothing_changes(cast):
    with pytest.raises(RuleViolation) as refused:
        word(cast, Wording(subject="Hi {custmer}", heading="x", paragraphs="", button=""))
    assert (refused.value.code, refused.value.field) == ("unknown_placeholder", "subject")
    assert "no {custmer}" in str(refused.value)
    assert "{customer}" in str(refused.value)
    assert not MailText.objects.exists()
    assert not Event.objects.filter(kind="mail_text.changed").exists()


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), st.text(alphabet="{}customer <>%\n\r", max_size=60))
def test_no_text_whatever_stops_a_mail(subject, rest):
    words = Wording(subject=subject, heading=rest, paragraphs=subject + rest, button=rest)
    letter = worded_letter(APPROVAL, SAMPLE, words)
    assert letter.subject
    render(letter)


def test_text_that_no_longer_resolves_gives_way_to_the_products(cast):
    text = word(cast)
    MailText.objects.filter(pk=text.pk).update(subject="{gone}")
    tell(cast, happened(cast.register(), "deal.approved"), APPROVED, "brightpath_sales")
    assert Mail.objects.get().subject == "Approved: Castellan Foods GmbH"


def test_change_and_reset_are_recorded_with_before_and_after(cast):
    text = word(cast)
    word(cast, Wording(subject="New {customer}", heading="h", paragraphs="", button=""), text.revision)
    reset_mail_text(actor=cast.actor("northwind_manager"), template="deal_approved", language="en", revision=2)
    assert not MailText.objects.exists()
    events = list(Event.objects.filter(kind__startswith="mail_text.").order_by("pk"))
    assert [event.kind for event in events] == ["mail_text.changed", "mail_text.changed", "mail_text.reset"]
    assert events[1].before["subject"] == "Yes: {customer}"
    assert events[1].after["subject"] == "New {customer}"
    assert events[2].before["subject"] == "New {customer}"
    assert {event.vendor_id for event in events} == {cast.northwind.vendor.pk}


def test_who_is_late_changes_nothing(cast):
    word(cast)
    for late in (
        lambda: word(cast, revision=0),
        lambda: reset_mail_text(
            actor=cast.actor("northwind_manager"), template="deal_approved", language="en", revision=7
        ),
    ):
        with pytest.raises(Conflict):
            late()
    assert MailText.objects.get().revision == 1


@pytest.mark.parametrize(
    "persona", ["northwind_approver", "northwind_executive", "brightpath_administrator", "operator"]
)
def test_only_partner_managers_word_mails(cast, persona):
    with pytest.raises(Forbidden):
        word(cast, persona=persona)
    assert not MailText.objects.exists()


def test_vendors_words_are_its_own(cast):
    word(cast)
    word(cast, Wording(subject="Halden", heading="x", paragraphs="", button=""), persona="halden_manager")
    assert MailText.objects.visible_to(cast.actor("northwind_manager")).get().subject == "Yes: {customer}"
    assert not MailText.objects.visible_to(cast.actor("brightpath_sales")).exists()


@pytest.mark.parametrize("name", WORDED)
@pytest.mark.parametrize("language", ["en", "de"])
def test_own_words_taken_as_the_vendors_give_the_same_mail(name, language):
    template = TEMPLATES[name]
    with translation.override(language), timezone.override("Europe/Berlin"):
        own = own_wording(template)
        assert unresolved(template, own.parts) == []
        assert worded_letter(template, template.sample, own) == template.letter(template.sample)


def test_dates_are_shown_as_the_reader_writes_them():
    with timezone.override("Europe/Berlin"):
        assert dict(APPROVAL.letter(SAMPLE).facts)["Protected until"] == "20 February 2027"
