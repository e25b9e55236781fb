"""The style guide shows every part, alone too and in both directions; the reference names every part."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from portal import colours
from portal.public.styleguide.parts import PARTS
from portal.public.styleguide.views import ICONS

ROOT = Path(colours.__file__).parents[1]
COMPONENTS = ROOT / "templates/components"
INTERFACE = {
    "shell with vendor switcher, search and register": "shell",
    "page head": "head",
    "tabs": "tabs",
    "filter bar with chips and saved views": "filter",
    "table with sticky head, sort, selection and bulk bar": "table",
    "card": "card",
    "stat with trend and sparkline": "stat",
    "status badge": "badge",
    "clock": "clock",
    "why-line": "why",
    "timeline": "timeline",
    "stepper": "steps",
    "checklist": "checklist",
    "form section, field, help": "form",
    "error, error summary": "errors",
    "money, date, file and person fields": "money",
    "combobox": "combobox",
    "dialog, drawer": "dialog",
    "toast with undo": "toast",
    "banner": "banner",
    "empty state": "empty",
    "skeleton": "skeleton",
    "progress with count, time left, cancel": "progress",
    "avatar, logo": "people",
    "command palette": "command-palette",
    "pagination": "pagination",
    "charts": "charts",
}


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def component_names() -> set[str]:
    """Return the templates of parts, by their path below `components/`."""
    return {path.relative_to(COMPONENTS).as_posix() for path in COMPONENTS.rglob("*.html")}


def test_every_part_of_the_interface_has_its_place():
    assert set(INTERFACE.values()) <= set(PARTS)


def test_every_component_is_shown_or_told_in_the_style_guide():
    uses = [use for part in PARTS.values() for use in part.uses]
    told = {name for use in uses for name in re.findall(r"components/([\w/]+\.html)", use)}
    shown = told | {f"charts/{kind}.html" for kind in ("columns", "lines", "funnel", "heat", "stairs", "flows")}
    assert component_names() == shown


def test_every_component_is_in_the_reference():
    text = (ROOT / "docs/reference/components.md").read_text(encoding="utf-8")
    assert {name for name in component_names() if f"`{name}`" not in text} == set()


def test_every_tag_is_in_the_reference():
    text = (ROOT / "docs/reference/components.md").read_text(encoding="utf-8")
    source = (ROOT / "portal/templatetags/look.py").read_text(encoding="utf-8")
    names = re.findall(r"@register\.simple(?:_block)?_tag[^\n]*\ndef (\w+)", source)
    assert {name for name in names if f"{{% {name} " not in text} <= {"money_control", "error_links", "brand_style"}
    assert len(names) > 12


def test_every_icon_of_the_sprite_is_shown():
    sprite = (ROOT / "portal/static/portal/icons.svg").read_text(encoding="utf-8")
    assert sorted(re.findall(r'symbol id="([\w-]+)"', sprite)) == sorted(ICONS.split())


def test_style_guide_shows_every_part_once(client, db, demo):
    text = client.get(reverse("styleguide")).content.decode()
    for part in PARTS.values():
        assert text.count(f'id="{part.slug}"') == 1
        assert f'href="#{part.slug}"' in text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("slug", PARTS)
def test_part_stands_alone_in_a_frame(client, db, demo, slug):
    answer = client.get(f"{PARTS[slug].address}?theme=dark&dir=rtl&hue=30")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'data-theme="dark" dir="rtl"' in text
    assert "--brand-hue:30" in text
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def test_phone_width_frames_every_part(client, db, demo):
    text = client.get(reverse("styleguide"), {"width": "phone"}).content.decode()
    assert text.count("guide__frame--phone") == len(PARTS)


@pytest.mark.parametrize("query", ["?hue=x", "?hue=-1", "?hue=99999", "?chroma=9e9", "?theme=<b>", "?dir=up", "?hue=³"])
def test_odd_switches_are_ignored(client, db, demo, query):
    answer = client.get(reverse("styleguide") + query)
    assert answer.status_code == 200
    assert 'data-theme="' not in answer.content.decode()


def test_unknown_part_is_not_found(client, db, demo):
    assert client.get(reverse("styleguide-part", args=["nothing"])).status_code == 404


def test_outside_demo_mode_there_is_no_style_guide(client, db, settings):
    settings.DEMO = False
    for address in (reverse("styleguide"), reverse("styleguide-desk"), reverse("styleguide-part", args=["clock"])):
        assert client.get(address).status_code == 404
