"""The palette holds its contrast for every brand hue, in light and dark (WCAG 2.2, 1.4.3 and 1.4.11).

Reads the tokens that the browser reads, so that a change of a lightness in the stylesheet is tested.
"""

import re
from pathlib import Path

import pytest

from portal import colours

TOKENS = Path(colours.__file__).parent / "static/portal/css/tokens.css"
PAPERS = ("canvas", "surface", "raised", "sunk")
WASHES = ("brand-wash", "good-wash", "warn-wash", "bad-wash")
TEXT = [(text, ground, 4.5) for text in ("ink", "ink-2") for ground in (*PAPERS, *WASHES)]
BRAND = [("brand", ground, 4.5) for ground in (*PAPERS, "brand-wash")]
FILLS = [("on-brand", ground, 4.5) for ground in ("brand-fill", "brand-fill-2", "c1")]
MEANINGS = [
    (tone, ground, 4.5) for tone in ("good", "warn", "bad") for ground in (*PAPERS, f"{tone}-wash", "brand-wash")
]
SHAPES = [
    (shape, ground, 3.0)
    for shape in ("line-firm", "focus", "brand-fill", "c1", "c2")
    for ground in ("canvas", "surface", "raised")
]
OKLCH = r"oklch\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"


def themed_tokens() -> dict[str, tuple[str, str]]:
    """Read ``--name: light-dark(oklch(…), oklch(…))`` from the stylesheet."""
    found = re.findall(rf"--([\w-]+): light-dark\(({OKLCH}), ({OKLCH})\)", TOKENS.read_text())
    return {name: (light, dark) for name, light, dark in found}


def colour(value: str, hue: float, chroma: float) -> colours.Rgb:
    """Work out an oklch() with the brand's variables and calc(a * b)."""
    plain = (
        value.replace("var(--brand-chroma)", str(chroma))
        .replace("var(--brand-hue)", str(hue))
        .replace("var(--paper-hue)", "75")
    )
    parts = re.fullmatch(r"oklch\(([\d.]+)% (?:calc\(([\d.]+) \* ([\d.]+)\)|([\d.]+)) ([\d.]+)(?: / [\d.]+)?\)", plain)
    assert parts, f"{value} is written in a way that this test can't read"
    lightness, factor, times, plain_chroma, angle = parts.groups()
    strength = float(factor) * float(times) if factor else float(plain_chroma)
    return colours.oklch_to_srgb(float(lightness) / 100, strength, float(angle))


@pytest.mark.parametrize("theme", [0, 1], ids=("light", "dark"))
@pytest.mark.parametrize("chroma", [0, 0.05, 0.095, 0.14, 0.2])
def test_palette_for_any_brand_hue_keeps_contrast(chroma, theme):
    tokens = themed_tokens()
    for hue in range(0, 360, 5):
        for front, ground, needed in (*TEXT, *BRAND, *FILLS, *MEANINGS, *SHAPES):
            ratio = colours.contrast(
                colour(tokens[front][theme], hue, chroma), colour(tokens[ground][theme], hue, chroma)
            )
            assert ratio >= needed, f"{front} on {ground} at hue {hue}: {ratio:.2f}"


def test_contrast_of_black_on_white_is_21():
    assert colours.contrast(colours.Rgb(0, 0, 0), colours.Rgb(1, 1, 1)) == pytest.approx(21)


@pytest.mark.parametrize(
    ("lightness", "chroma", "hue", "expected"),
    [
        # CSS Color Module Level 4, sample conversions of the sRGB primaries.
        (0.62796, 0.25768, 29.234, "#ff0000"),
        (0.86644, 0.29483, 142.495, "#00ff00"),
        (0.45201, 0.31321, 264.052, "#0000ff"),
        (1.0, 0.0, 0.0, "#ffffff"),
    ],
)
def test_oklch_of_a_primary_converts_to_its_hex(lightness, chroma, hue, expected):
    assert colours.to_hex(colours.oklch_to_srgb(lightness, chroma, hue)) == expected


def test_white_on_a_mail_button_is_readable_for_any_hue():
    white = colours.Rgb(1, 1, 1)
    for hue in range(0, 360, 5):
        red, green, blue = bytes.fromhex(colours.brand_hex(hue, 0.2)[1:])
        assert colours.contrast(colours.Rgb(red / 255, green / 255, blue / 255), white) >= 4.5
