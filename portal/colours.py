"""Colours outside the browser: the brand's palette as sRGB, for mails, PDFs and the contrast test.

Pages derive every colour in CSS from ``--brand-hue`` and ``--brand-chroma`` (``static/portal/css/tokens.css``). Mail
programs and PDF writers know no OKLCH, so they get the same colours from here as hex.
"""

from __future__ import annotations

import math
from typing import NamedTuple

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
