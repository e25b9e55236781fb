"""Template tags: what they write, in words and as HTML that can't be broken by what people typed."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from portal import colours, formats

ROOT = Path(colours.__file__).parents[1]
NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)


def render(source: str, **context) -> str:
    context.setdefault("request", RequestFactory().get("/deals/?q=orbit&order=-amount&page=3"))
    return Template("{% load look %}" + source).render(Context(context))


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(seconds=20), "1 min left"),
        (timedelta(minutes=42), "42 min left"),
        (timedelta(hours=5, minutes=50), "5 h left"),
        (timedelta(days=1, hours=3), "1 day 3 h left"),
        (timedelta(days=2), "2 days left"),
        (timedelta(days=74, hours=9), "74 days left"),
        (timedelta(hours=-2), "overdue by 2 h"),
    ],
)
def test_clock_says_what_is_left(now, left, expected):
    assert f">{expected}</time>" in render("{% clock end %}", end=now + left)


@pytest.mark.parametrize(
    ("begun", "left", "tone"),
    [
        (timedelta(days=10), timedelta(days=90), ""),
        (timedelta(days=80), timedelta(days=20), "warn"),
        (timedelta(days=1), timedelta(hours=23), "warn"),
        (timedelta(days=95), timedelta(days=5), "bad"),
        (timedelta(days=2), timedelta(hours=-1), "bad"),
    ],
)
def test_clock_tone_follows_urgency(now, begun, left, tone):
    written = render("{% clock end start %}", start=now - begun, end=now + left)
    assert f'class="clock" data-tone="{tone}"' in written


def test_clock_calm_tone_gives_way_to_urgency(now):
    calm = render('{% clock end start tone="good" %}', start=now - timedelta(days=1), end=now + timedelta(days=9))
    late = render('{% clock end start tone="good" %}', start=now - timedelta(days=9), end=now + timedelta(hours=1))
    assert 'data-tone="good"' in calm
    assert 'data-tone="bad"' in late


def test_clock_paused_never_alarms(now):
    written = render("{% clock end start paused=True %}", start=now - timedelta(days=9), end=now + timedelta(hours=1))
    assert 'data-tone=""' in written
    assert "paused, 1 h left" in written


def test_clock_label_takes_the_time_into_its_words(now):
    assert "Protected for 74 days" in render(
        '{% clock end label="Protected for {left}" %}', end=now + timedelta(days=74, hours=1)
    )


def test_clock_without_an_end_is_empty():
    assert render("{% clock end %}", end=None) == ""


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=-42), "42 min ago"),
        (timedelta(hours=5), "in 5 h"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=-43), "12 Oct 2026"),
    ],
)
def test_when_is_relative_with_the_exact_time_on_hover(now, moved, expected):
    written = render("{% when moment %}", moment=now + moved)
    assert f">{expected}</time>" in written
    assert re.search(r'title="\w+,? \d+ \w+ 2026, \d\d:\d\d \w+"', written)


def test_when_follows_the_current_time_zone(now):
    with timezone.override("Asia/Tokyo"):
        assert "18:40 JST" in render("{% when moment %}", moment=now)


def test_money_follows_the_language():
    assert render("{{ amount|money:'EUR' }}", amount=Decimal(184000)) == "€184,000"
    assert render("{{ amount|money:'USD' }}", amount=Decimal("12.50")) == "$12.50"
    with translation.override("de"):
        assert render("{{ amount|money:'EUR' }}", amount=Decimal(184000)) == "184.000\xa0€"
    assert render("{{ amount|money:'EUR' }}", amount=None) == "–"


def test_day_is_written_for_the_language():
    assert ">12 Nov 2026<" in render("{% day on %}", on=date(2026, 11, 12))
    with translation.override("de"):
        assert ">12.11.2026<" in render("{% day on %}", on=date(2026, 11, 12))


@pytest.mark.parametrize(
    "source",
    [
        "{% badge evil 'good' 'ok' %}",
        "{% reference evil %}",
        "{% mark evil %}",
        "{% face evil %}",
        "{% why evil %}{{ evil }}{% endwhy %}",
        "{% meter 50 label=evil %}",
        "{% sortable 'amount' evil %}",
        "{% query q=evil %}",
    ],
)
def test_tags_escape_what_people_typed(source):
    written = render(source, evil='"><script>alert(1)</script>')
    assert "<script" not in written
    assert 'label=""' not in written


def test_query_replaces_and_removes_parameters():
    assert render("{% query page=2 %}") == "?q=orbit&amp;order=-amount&amp;page=2"
    assert render("{% query page=None q='' %}") == "?order=-amount"


def test_sortable_turns_round_and_forgets_the_page():
    written = render("{% sortable 'amount' 'Value' %}")
    assert 'aria-sort="descending"' in written
    assert 'href="?q=orbit&amp;order=amount"' in written
    assert "aria-sort" not in render("{% sortable 'customer' 'Customer' %}")


def test_brand_style_writes_numbers_only():
    request = SimpleNamespace(csp_nonce="n0nce")
    shell = {"brand_hue": 300, "brand_chroma": 9, "vendors": [{"id": 7, "hue": -60, "chroma": None}]}
    written = render("{% brand_style %}", request=request, shell=shell)
    assert written == (
        '<style nonce="n0nce">:root{--brand-hue:300;--brand-chroma:0.2}'
        '[data-brand="7"]{--brand-hue:300;--brand-chroma:0.095}</style>'
    )


def test_brand_style_with_text_for_a_hue_fails():
    shell = {"brand_hue": "1;}body{display:none", "brand_chroma": 0.1, "vendors": []}
    with pytest.raises(ValueError, match="could not convert"):
        render("{% brand_style %}", request=SimpleNamespace(csp_nonce="n"), shell=shell)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("undo:/deals/7/restore/", "/deals/7/restore/"),
        ("undo://evil.example/", ""),
        ("undo:javascript:x", ""),
        ("", ""),
    ],
)
def test_undo_url_stays_on_this_site(tags, expected):
    assert render("{{ message|undo_url }}", message=SimpleNamespace(extra_tags=tags)) == expected


class Sample(forms.Form):
    name = forms.CharField(label="Customer", help_text="As on its letterhead.")
    note = forms.CharField(label="Note", required=False)
    part = forms.ChoiceField(label="Part", choices=[("a", "Sell")], widget=forms.RadioSelect)


def test_field_ties_help_and_error_to_the_control():
    written = render("{% field form.name %}", form=Sample({"name": ""}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in written
    assert 'id="id_name_helptext"' in written
    assert 'id="id_name_error"' in written
    assert 'aria-invalid="true"' in written
    assert '<label for="id_name">' in written


def test_field_says_what_is_optional_and_takes_attributes():
    written = render('{% field form.note autocomplete="off" hx_get="/check/" %}', form=Sample())
    assert "Optional" in written
    assert 'hx-get="/check/"' in written
    assert "Optional" not in render("{% field form.name %}", form=Sample())


def test_error_summary_links_to_the_fields():
    form = Sample({"name": "", "part": "x"})
    written = render('{% include "forms/summary.html" with formset=None %}', form=form)
    assert "2 answers need another look" in written
    assert 'href="#id_name"' in written
    assert "wrong" not in render('{% include "forms/summary.html" with formset=None %}', form=Sample())


def test_span_is_never_rounded_up():
    assert formats.span_text(2 * formats.HOUR - 1) == "1 h"
    assert formats.span_text(4 * formats.DAY - 1) == "3 days"


def test_every_icon_that_is_used_is_in_the_sprite():
    drawn = set(re.findall(r'symbol id="([\w-]+)"', (ROOT / "portal/static/portal/icons.svg").read_text()))
    used = set()
    for file in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'{% icon "([\w-]+)"', file.read_text()))
        used |= set(re.findall(r'{% badge [^%]* "([\w-]+)" %}', file.read_text()))
    assert used
    assert used <= drawn


def test_no_template_has_inline_style_or_script():
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text()
        assert not re.search(r'\sstyle="', text), file
        assert not re.search(r"\son[a-z]+=", text), file
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), file
        if "mail" not in file.parts:
            assert "<style" not in text, file
        assert text.count("\n") < 150, file
