"""Downloads: only what the actor sees, never as a page."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dealreg.models import DealFile
from dealreg.services import add_file, save_draft
from partners.models import Seat
from portal.public.files import safe_name

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 4


@pytest.fixture
def deal_file(cast):
    upload = SimpleUploadedFile("Angebot für Müller.pdf", CONTENT)
    return add_file(actor=cast.actor("brightpath_sales"), upload=upload, deal=cast.register())


def body(response):
    return b"".join(response.streaming_content)


def test_own_file_comes_as_inert_download(browse, deal_file):
    response = browse("brightpath_sales").get(deal_file.get_absolute_url())
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Angebot%20f%C3%BCr%20M%C3%BCller.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Length"] == str(len(CONTENT))


def test_file_costs_few_queries(browse, deal_file, django_assert_max_num_queries):
    client = browse("northwind_approver")
    with django_assert_max_num_queries(4):
        assert body(client.get(deal_file.get_absolute_url())) == CONTENT


@pytest.mark.parametrize(
    "persona", ["kappel_sales", "isle_administrator", "halden_approver", "operator", "nobody", "brightpath_technical"]
)
def test_file_out_of_sight_is_not_found(browse, deal_file, persona):
    assert browse(persona).get(deal_file.get_absolute_url()).status_code == 404


def test_file_of_a_draft_is_its_writers_alone(cast, browse):
    writer = cast.actor("brightpath_sales")
    draft = save_draft(actor=writer, submission=uuid4(), content={"customer_name": "Orbit"}, revision=0)
    file = add_file(actor=writer, upload=SimpleUploadedFile("a.pdf", CONTENT), draft=draft)
    assert body(browse("brightpath_sales").get(file.get_absolute_url())) == CONTENT
    for persona in ("brightpath_administrator", "kappel_sales", "northwind_approver"):
        assert browse(persona).get(file.get_absolute_url()).status_code == 404


def test_file_is_not_found_by_a_stranger_who_is_sent_to_sign_in(client, deal_file):
    response = client.get(deal_file.get_absolute_url())
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_file_of_a_seat_that_ended_is_not_found(cast, browse, deal_file):
    client = browse("brightpath_sales")
    Seat.objects.filter(pk=cast.seats["brightpath_sales"].pk).update(is_active=False)
    assert client.get(deal_file.get_absolute_url()).status_code == 404


def test_file_whose_content_is_gone_is_not_found(browse, deal_file):
    deal_file.content.storage.delete(deal_file.content.name)
    assert browse("brightpath_sales").get(deal_file.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=5-9", 5, 9),
        ("bytes=1000-", 1000, None),
        ("bytes=-7", -7, None),
        ("bytes=9-99999", 9, None),
    ],
)
def test_one_range_is_served(browse, deal_file, asked, first, last):
    response = browse("brightpath_sales").get(deal_file.get_absolute_url(), headers={"Range": asked})
    wanted = CONTENT[first:] if last is None else CONTENT[first : last + 1]
    assert response.status_code == 206
    assert body(response) == wanted
    start = range(len(CONTENT))[first]
    assert response["Content-Range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=0-1,5-6", "bytes=-", "items=0-1", "bytes=x-y", "bytes=٣-٤"])
def test_range_that_makes_no_sense_gets_the_whole_file(browse, deal_file, asked):
    response = browse("brightpath_sales").get(deal_file.get_absolute_url(), headers={"Range": asked})
    assert response.status_code == 200
    assert body(response) == CONTENT


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=-0"])
def test_range_beyond_the_end_is_refused(browse, deal_file, asked):
    response = browse("brightpath_sales").get(deal_file.get_absolute_url(), headers={"Range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("re\u202efdp.exe", "refdp.exe"),
        ('say "hi".pdf', "say _hi_.pdf"),
        ("...", "file"),
        ("契約書.pdf", "契約書.pdf"),
    ],
)
def test_file_name_is_made_safe(given, kept):
    assert safe_name(given) == kept


def test_name_with_line_break_is_served(browse, deal_file):
    DealFile.objects.filter(pk=deal_file.pk).update(name="a\r\nX-Evil: 1.pdf")
    response = browse("brightpath_sales").get(deal_file.get_absolute_url())
    assert body(response) == CONTENT
    assert "X-Evil" not in response.headers


def test_file_is_closed_when_nobody_reads_on(browse, deal_file):
    response = browse("brightpath_sales").head(deal_file.get_absolute_url())
    assert response["Content-Length"] == str(len(CONTENT))
    pieces = response._resource_closers[0].__self__
    assert not pieces.stored.closed
    response.close()
    assert pieces.stored.closed
