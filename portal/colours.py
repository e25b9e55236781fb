"""Colours outside the browser: the brand's palette as sRGB, for mails, PDFs and the contrast test.

Pages derive every colour in CSS from ``--brand-hue`` and ``--brand-chroma`` (``static/portal/css/tokens.css``). Mail
programs and PDF writers know no OKLCH, so they get the same colours from here as hex.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

DEFAULT_HUE = 222.0
DEFAULT_CHROMA = 0.095


class Rgb(NamedTuple):
    """A colour in sRGB, each channel from 0 to 1."""

    red: float
    green: float
    blue: float


def _gamma(linear: float) -> float:
    linear = min(max(linear, 0.0), 1.0)
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def oklch_to_srgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Convert OKLCH (lightness 0 to 1, hue in degrees) to sRGB; what lies outside is clipped, as browsers do.

    Source: Björn Ottosson, "A perceptual color space for image processing", 2020.
    """
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Rgb(
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def luminance(colour: Rgb) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    return 0.2126 * _linear(colour.red) + 0.7152 * _linear(colour.green) + 0.0722 * _linear(colour.blue)


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def to_hex(colour: Rgb) -> str:
    """Write a colour as ``#rrggbb``."""
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in colour)


def brand_hex(hue: float = DEFAULT_HUE, chroma: float = DEFAULT_CHROMA) -> str:
    """Return the brand's fill as hex: the colour of buttons and bars in the light theme (token ``--brand-fill``)."""
    return to_hex(oklch_to_srgb(0.42, chroma, hue))


# -- the tokens that browsers read, and whether text in them can be read

STYLESHEET = Path(__file__).parent / "static/portal/css/tokens.css"
PAPER_HUE = "75"
OKLCH = r"oklch\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
PAPERS = ("canvas", "surface", "raised", "sunk")
PAIRS: tuple[tuple[str, str, float], ...] = (
    *(("brand", ground, 4.5) for ground in (*PAPERS, "brand-wash")),
    *(("on-brand", ground, 4.5) for ground in ("brand-fill", "brand-fill-2", "c1")),
    *((text, "brand-wash", 4.5) for text in ("ink", "ink-2", "good", "warn", "bad")),
    *((shape, ground, 3.0) for shape in ("focus", "brand-fill", "c1", "c2") for ground in PAPERS[:3]),
)
"""What a vendor's hue changes: front, ground, and the contrast that WCAG 2.2 AA asks for (1.4.3, 1.4.11)."""


@lru_cache(maxsize=1)
def tokens() -> dict[str, tuple[str, str]]:
    """Return the colours of the stylesheet as written, for light and dark."""
    found = re.findall(rf"--([\w-]+): light-dark\(({OKLCH}), ({OKLCH})\)", STYLESHEET.read_text(encoding="utf-8"))
    return {name: (light, dark) for name, light, dark in found}


def token(name: str, theme: int, hue: float, chroma: float) -> Rgb:
    """Work out a token for a brand: 0 is light, 1 dark.

    Raises:
        ValueError: the stylesheet writes it in a way that isn't understood here.
    """
    plain = (
        tokens()[name][theme]
        .replace("var(--brand-chroma)", str(chroma))
        .replace("var(--brand-hue)", str(hue))
        .replace("var(--paper-hue)", PAPER_HUE)
    )
    parts = re.fullmatch(r"oklch\(([\d.]+)% (?:calc\(([\d.]+) \* ([\d.]+)\)|([\d.]+)) ([\d.]+)(?: / [\d.]+)?\)", plain)
    if parts is None:
        raise ValueError(f"--{name}: {plain}")
    lightness, factor, times, plain_chroma, angle = parts.groups()
    strength = float(factor) * float(times) if factor else float(plain_chroma)
    return oklch_to_srgb(float(lightness) / 100, strength, float(angle))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a brand can be read: the lowest contrast of text, in light and dark, and whether all of it suffices."""

    lowest: float
    enough: bool

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if self.enough:
            return _("Readable everywhere: text has at least %(ratio).1f : 1 in light and dark; 4.5 are needed.") % {
                "ratio": self.lowest
            }
        return _("Hard to read in places: %(ratio).1f : 1, and 4.5 are needed.") % {"ratio": self.lowest}


@lru_cache(maxsize=512)
def verdict(hue: float, chroma: float) -> Verdict:
    """Return how well a brand can be read, over every pair that its hue changes."""
    ratios = [
        (contrast(token(front, theme, hue, chroma), token(ground, theme, hue, chroma)), needed)
        for theme in (0, 1)
        for front, ground, needed in PAIRS
    ]
    text = [ratio for ratio, needed in ratios if needed > 4]
    return Verdict(min(text), all(ratio >= needed for ratio, needed in ratios))
