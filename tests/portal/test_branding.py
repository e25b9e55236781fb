"""Logo and colour: what is taken and what isn't, what is kept of it, who may, where it is served and shown."""

from __future__ import annotations

import struct
import zlib
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activity.models import Event
from partners.emails import brand_of
from partners.models import Vendor
from partners.pictures import PNG, rebuilt
from partners.services import Branding, change_branding, reset_branding
from portal.demo.logos import halden, northwind
from prm.kernel.errors import Forbidden, RuleViolation

URL = "/admin/branding/"
# A grey JPEG of 16 by 16 pixels: tables, one baseline frame, one scan of zeros.
QUANT = b"\xff\xdb\x00\x43\x00" + bytes([1]) * 64
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00"
CODES = b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00" + b"\xff\xc4\x00\x14\x10\x01" + bytes(15) + b"\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00\xff\x00\x00" + b"\xff\xd9"
EXIF = b"\xff\xe1\x00\x10Exif\x00\x00secret!!"
JPEG = b"\xff\xd8" + EXIF + QUANT + FRAME + CODES + SCAN


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 32, height: int = 32, pixels: bytes | None = None, further: bytes = b"") -> bytes:
    raw = (b"\x00" + b"\x80" * width) * height if pixels is None else pixels
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return PNG + chunk(b"IHDR", head) + further + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


VP8L = (b"VP8L", b"\x2f" + struct.pack("<I", (31) | (31 << 14)) + b"\x00" * 6)
VP8X = (b"VP8X", bytes([0x3C]) + b"\x00" * 3 + b"\x1f\x00\x00\x1f\x00\x00")


def test_png_keeps_its_picture_and_loses_the_rest():
    secret = chunk(b"tEXt", b"Author\x00Mara") + chunk(b"eXIf", b"where it was taken")
    picture = rebuilt(png(further=secret) + b"<?php hung on behind")
    assert (picture.extension, picture.width, picture.height) == ("png", 32, 32)
    assert b"Mara" not in picture.content
    assert b"where" not in picture.content
    assert b"php" not in picture.content
    assert rebuilt(picture.content) == picture


def test_jpeg_keeps_its_picture_and_loses_the_rest():
    picture = rebuilt(JPEG + b"PK\x03\x04 an archive")
    assert (picture.extension, picture.width, picture.height) == ("jpg", 16, 16)
    assert b"secret" not in picture.content
    assert picture.content.endswith(b"\xff\xd9")
    assert rebuilt(picture.content) == picture


def test_webp_keeps_its_picture_and_loses_the_rest():
    picture = rebuilt(webp(VP8X, VP8L, (b"EXIF", b"secret"), (b"XMP ", b"<x/>")))
    assert (picture.extension, picture.width, picture.height) == ("webp", 32, 32)
    assert b"secret" not in picture.content
    assert picture.content[20] == 0x10, "only the flag for transparency is left"
    assert rebuilt(picture.content) == picture


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "logo_kind"),
        (b"GIF89a" + bytes(40), "logo_kind"),
        (b"MZ" + bytes(40), "logo_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo_svg"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", "logo_svg"),
        (b"%PDF-1.7", "logo_kind"),
        (PNG, "logo_broken"),
        (png()[:-20], "logo_broken"),
        (png().replace(b"IDAT", b"IDAX"), "logo_broken"),
        (png(15, 40), "logo_pixels"),
        (png(1025, 20), "logo_pixels"),
        (png(60000, 60000, b"\x00"), "logo_pixels"),
        (png(pixels=b"\x00" * 5_000_000), "logo_broken"),
        (png(pixels=b""), "logo_broken"),
        (png(further=chunk(b"acTL", bytes(8))), "logo_moves"),
        (JPEG[:60], "logo_broken"),
        (JPEG.replace(b"\xff\xc0", b"\xff\xc3"), "logo_broken"),
        (webp(VP8X, (b"ANIM", bytes(6)), VP8L), "logo_moves"),
        (webp(VP8X), "logo_broken"),
        (webp(VP8L)[:24], "logo_broken"),
        (PNG + bytes(60_000), "logo_too_large"),
    ],
)
def test_what_is_no_logo_is_refused(content, code):
    with pytest.raises(RuleViolation) as refused:
        rebuilt(content)
    assert refused.value.code == code
    assert refused.value.field == "logo"


@pytest.mark.parametrize("drawn", [northwind, halden])
def test_demo_logos_are_the_same_bytes_every_time(drawn):
    assert drawn() == drawn()
    assert rebuilt(drawn()).content == drawn()


def test_manager_changes_logo_and_colour(cast, browse):
    client = browse("northwind_manager")
    upload = SimpleUploadedFile("logo.svg.png", png(), content_type="text/html")
    assert client.post(URL, {"hue": "30", "chroma": "120", "logo": upload}).status_code == 302
    vendor = Vendor.objects.get(pk=cast.northwind.vendor.pk)
    assert (vendor.brand_hue, vendor.brand_chroma) == (30, Decimal("0.120"))
    event = Event.objects.get(kind="vendor.branded")
    assert (event.before["hue"], event.after["hue"], event.after["logo"]) == (222, 30, vendor.logo.name)
    assert Vendor.objects.get(pk=cast.halden.vendor.pk).brand_hue == 222
    page = client.get(URL).content.decode()
    assert vendor.logo_url in page
    assert f'src="{vendor.logo_url}"' in browse("northwind_approver").get(reverse("desk:queue")).content.decode()
    assert vendor.logo_url in browse("brightpath_sales").get(reverse("portal:home")).content.decode()
    assert vendor.logo_url not in browse("halden_manager").get(reverse("desk:queue")).content.decode()
    assert brand_of(vendor)["logo"].endswith(vendor.logo_url)


def test_logo_is_served_as_a_picture_and_nothing_else(cast, client):
    vendor = change_branding(
        actor=cast.actor("northwind_manager"), branding=Branding(hue=1, chroma=Decimal(0), logo=png())
    )
    answer = client.get(vendor.logo_url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "public" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.post(vendor.logo_url).status_code == 405


def test_no_other_file_can_be_named(cast, client):
    kept = default_storage.save("logos/letter.pdf", SimpleUploadedFile("letter.pdf", b"%PDF secret"))
    deal_file = default_storage.save("deals/secret.png", SimpleUploadedFile("secret.png", png()))
    unknown = "00000000-0000-4000-8000-000000000000"
    for path in (
        kept,
        deal_file,
        f"logos/{unknown}.png",
        f"logos/{unknown}.html",
        f"logos/..%2f{deal_file}",
        "logos/../deals/secret.png",
    ):
        assert client.get(f"/{path}").status_code == 404, path


@pytest.mark.parametrize(
    "form", [{"hue": "360", "chroma": "10"}, {"hue": "5", "chroma": "161"}, {"hue": "x", "chroma": "1"}]
)
def test_numbers_out_of_range_change_nothing(cast, browse, form):
    assert browse("northwind_manager").post(URL, form).status_code == 422
    assert Vendor.objects.get(pk=cast.northwind.vendor.pk).brand_hue == 222
    assert not Event.objects.filter(kind="vendor.branded").exists()


def test_refused_picture_keeps_the_page_and_changes_nothing(cast, browse):
    upload = SimpleUploadedFile("logo.svg", b"<svg onload='alert(1)'/>", content_type="image/svg+xml")
    answer = browse("northwind_manager").post(URL, {"hue": "30", "chroma": "120", "logo": upload})
    assert answer.status_code == 422
    assert "it can carry scripts" in answer.content.decode()
    assert Vendor.objects.get(pk=cast.northwind.vendor.pk).brand_hue == 222
    assert not Event.objects.filter(kind="vendor.branded").exists()


@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_finance", "brightpath_administrator", "operator"])
def test_others_are_refused_and_nothing_changes(cast, browse, persona):
    client = browse(persona)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"hue": "30", "chroma": "120"}).status_code == 403
    assert client.post(f"{URL}reset/").status_code == 403
    assert set(Vendor.objects.values_list("brand_hue", flat=True)) == {222}
    assert not Event.objects.filter(kind="vendor.branded").exists()


def test_service_refuses_by_itself(cast):
    with pytest.raises(Forbidden):
        reset_branding(actor=cast.actor("northwind_approver"))


def test_reset_takes_logo_and_colour_away(cast, browse):
    actor = cast.actor("northwind_manager")
    before = change_branding(actor=actor, branding=Branding(hue=30, chroma=Decimal("0.1"), logo=png())).logo_url
    assert browse("northwind_manager").post(f"{URL}reset/").status_code == 302
    vendor = Vendor.objects.get(pk=cast.northwind.vendor.pk)
    assert (vendor.brand_hue, vendor.brand_chroma, vendor.logo_url) == (222, Decimal("0.095"), "")
    assert browse("northwind_manager").get(before).status_code == 200, "mails that went out still show it"


def test_verdict_follows_the_sliders(cast, browse):
    text = browse("northwind_manager").get(f"{URL}verdict/", {"hue": "110", "chroma": "160"}).content.decode()
    assert "Readable everywhere" in text
    assert "<html" not in text
