"""The palette holds its contrast for every brand hue, in light and dark (WCAG 2.2, 1.4.3 and 1.4.11).

Reads the tokens that the browser reads, so that a change of a lightness in the stylesheet is tested.
"""

import pytest

from portal import colours

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
PAIRS = (*TEXT, *BRAND, *FILLS, *MEANINGS, *SHAPES)
CHROMAS = (0, 0.02, 0.05, 0.08, 0.095, 0.11, 0.13, 0.15, 0.16, 0.2)
"""What a vendor can choose goes to 0.16; 0.2 is what the style element clamps to."""


@pytest.mark.parametrize("theme", [0, 1], ids=("light", "dark"))
@pytest.mark.parametrize("chroma", CHROMAS)
def test_palette_for_every_brand_hue_keeps_contrast(chroma, theme):
    names = {name for front, ground, _needed in PAIRS for name in (front, ground)}
    for hue in range(360):
        light = {name: colours.luminance(colours.token(name, theme, hue, chroma)) for name in names}
        for front, ground, needed in PAIRS:
            dark, bright = sorted((light[front], light[ground]))
            ratio = (bright + 0.05) / (dark + 0.05)
            assert ratio >= needed, f"{front} on {ground} at hue {hue}: {ratio:.2f}"


@pytest.mark.parametrize("chroma", [0, 0.095, 0.16])
def test_verdict_agrees_for_every_hue(chroma):
    for hue in range(0, 360, 7):
        verdict = colours.verdict(hue, chroma)
        assert verdict.enough
        assert verdict.lowest >= 4.5
        assert "Readable everywhere" in verdict.sentence


def test_verdict_would_say_so_where_text_is_hard_to_read(monkeypatch):
    pale = {**colours.tokens(), "brand": ("oklch(80% .1 30)", "oklch(80% .1 30)")}
    monkeypatch.setattr(colours, "tokens", lambda: pale)
    colours.verdict.cache_clear()
    verdict = colours.verdict(30, 0.1)
    colours.verdict.cache_clear()
    assert not verdict.enough
    assert "Hard to read" in verdict.sentence


def test_token_that_is_written_otherwise_is_an_error(monkeypatch):
    monkeypatch.setattr(colours, "tokens", lambda: {"odd": ("rgb(0 0 0)", "rgb(0 0 0)")})
    with pytest.raises(ValueError, match="--odd"):
        colours.token("odd", 0, 1, 0.1)


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
    for hue in range(360):
        red, green, blue = bytes.fromhex(colours.brand_hex(hue, 0.2)[1:])
        assert colours.contrast(colours.Rgb(red / 255, green / 255, blue / 255), white) >= 4.5
