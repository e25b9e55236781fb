"""The demo's logos, drawn by code so that no picture lies in the repository: the same bytes at every run."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from portal.colours import oklch_to_srgb

SIDE, FINE = 96, 4
"""Pixels on each side, and how many points each pixel is asked at, across and down."""
Shape = Callable[[float, float], bool]


def _png(shape: Shape, hue: float, chroma: float) -> bytes:
    """Return a PNG in which the shape (over 0 to 1, from the top) is filled with the brand's colour."""
    red, green, blue = (round(channel * 255) for channel in oklch_to_srgb(0.42, chroma, hue))
    points = [(number + 0.5) / (SIDE * FINE) for number in range(SIDE * FINE)]
    rows = bytearray()
    for top in range(SIDE):
        rows.append(0)
        ys = points[top * FINE : (top + 1) * FINE]
        for left in range(SIDE):
            covered = sum(shape(x, y) for y in ys for x in points[left * FINE : (left + 1) * FINE])
            rows += bytes((red, green, blue, round(255 * covered / FINE**2)))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def _north(x: float, y: float) -> bool:
    """Whether a point lies in Northwind's sign: a compass needle that points up."""
    upper = 0.04 <= y <= 0.5 and abs(x - 0.5) <= (y - 0.04) * 0.62
    lower = 0.58 <= y <= 0.96 and 0.05 <= abs(x - 0.5) <= (0.96 - y) * 0.78
    return upper or lower


def _cloud(x: float, y: float) -> bool:
    """Whether a point lies in Halden's sign: a cloud over a line."""
    bumps = ((0.3, 0.5, 0.2), (0.54, 0.36, 0.25), (0.75, 0.52, 0.18))
    over = any((x - at) ** 2 + (y - up) ** 2 <= radius**2 for at, up, radius in bumps)
    return (over and y <= 0.62) or (0.72 <= y <= 0.8 and 0.12 <= x <= 0.92)


def northwind() -> bytes:
    """Return Northwind's logo."""
    return _png(_north, 222, 0.095)


def halden() -> bytes:
    """Return Halden's logo."""
    return _png(_cloud, 300, 0.11)


def _path(x: float, y: float) -> bool:
    """Whether a point lies in Brightpath's sign: a road that narrows towards a sun."""
    road = 0.46 <= y <= 0.96 and 0.03 <= abs(x - 0.5) <= 0.06 + (y - 0.46) * 0.7
    return road or (x - 0.5) ** 2 + (y - 0.24) ** 2 <= 0.17**2


def brightpath() -> bytes:
    """Return Brightpath's logo."""
    return _png(_path, 60, 0.1)


DRAWN: dict[str, Callable[[], bytes]] = {"northwind": northwind, "halden": halden}
"""By the vendor's slug."""
