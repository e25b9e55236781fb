"""Pictures that people upload as logos: judged by their content, then put together anew from the picture's own parts.

What isn't picture is left behind: names of programs, places and people in metadata, thumbnails, animation, and whatever
was hung on behind the end. So a file that is a picture and something else at once leaves as a picture only. No decoder
is needed for that, and none runs on the server; PNG's pixels are unpacked to see that they are there and no more.

Sources: PNG (W3C, third edition), JPEG (ITU-T T.81), WebP (RFC 9649).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import RuleViolation

MOST_BYTES = 50_000
LEAST_SIDE, MOST_SIDE = 16, 1024
PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
FRAMES = {0xC0, 0xC1, 0xC2}
"""JPEG's frame headers that browsers draw: baseline, extended, progressive."""
WEBP_KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH")
ALPHA_FLAG = 0x10


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept; width and height in pixels."""

    content: bytes
    extension: str
    width: int
    height: int


class _Broken(Exception):
    """The bytes don't hold together as the kind of picture that they begin as."""


def rebuilt(content: bytes) -> Picture:
    """Return a picture put together anew from an upload.

    Raises:
        RuleViolation: too large, not PNG, JPEG or WebP, broken, animated, or too small or large in pixels.
    """
    if len(content) > MOST_BYTES:
        raise _refusal("logo_too_large", _("That is too large: at most 50 kB, because every page loads it."))
    if content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<svg", b"<?xml", b"<!DOCTYPE svg")):
        raise _refusal("logo_svg", _("SVG isn't taken: it can carry scripts. Export it as PNG, 128 pixels high."))
    try:
        picture = _judged(content)
    except (_Broken, struct.error, IndexError, zlib.error):
        raise _refusal("logo_broken", _("This file is damaged. Export the logo again.")) from None
    if not (LEAST_SIDE <= picture.width <= MOST_SIDE and LEAST_SIDE <= picture.height <= MOST_SIDE):
        raise _refusal("logo_pixels", _("Between 16 and 1,024 pixels on each side."))
    return picture


def _refusal(code: str, message: object) -> RuleViolation:
    return RuleViolation(code, message, "logo")  # type: ignore[arg-type]


def _judged(content: bytes) -> Picture:
    if content.startswith(PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    raise _refusal("logo_kind", _("PNG, JPEG or WebP. This file is none of them, whatever its name says."))


# -- PNG


def _png(content: bytes) -> Picture:
    chunks = [(kind, data) for kind, data in _png_chunks(content) if kind in PNG_KEPT]
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise _Broken
    width, height, depth, colours, *_methods = struct.unpack(">IIBBBBB", chunks[0][1])
    if colours not in PNG_CHANNELS or max(width, height) > MOST_SIDE:
        _check_side(width, height)
        raise _Broken
    _check_pixels(
        b"".join(data for kind, data in chunks if kind == b"IDAT"), width, height, depth * PNG_CHANNELS[colours]
    )
    return Picture(PNG + b"".join(_png_chunk(kind, data) for kind, data in chunks), "png", width, height)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield a PNG's chunks up to its end; what hangs on behind it is not looked at."""
    at, kind = len(PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", content, at + 8 + length)
        if len(data) != length or zlib.crc32(kind + data) != check:
            raise _Broken
        if kind == b"acTL":
            raise _refusal("logo_moves", _("Moving pictures aren't taken."))
        yield kind, data
        at += 12 + length


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _check_pixels(packed: bytes, width: int, height: int, bits: int) -> None:
    """Unpack the pixels, with a bound, to see that they are all there and nothing else."""
    # Interlaced pictures have up to seven times the row headers.
    most = height * (1 + (width * bits + 7) // 8) + 8 * (height + 8) + 64
    unpacking = zlib.decompressobj()
    pixels = unpacking.decompress(packed, most)
    if not unpacking.eof or unpacking.unconsumed_tail or len(pixels) < height:
        raise _Broken


def _check_side(width: int, height: int) -> None:
    if max(width, height) > MOST_SIDE:
        raise _refusal("logo_pixels", _("Between 16 and 1,024 pixels on each side."))


# -- JPEG


def _jpeg(content: bytes) -> Picture:
    kept, size = [b"\xff\xd8"], (0, 0)
    for marker, segment in _jpeg_segments(content):
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            size = (width, height)
        # Of the application's own segments only Adobe's is kept: it says how colours are coded.
        if (0xE0 <= marker <= 0xEF and not (marker == 0xEE and segment[4:9] == b"Adobe")) or marker == 0xFE:
            continue
        kept.append(segment)
    if size == (0, 0):
        raise _Broken
    return Picture(b"".join(kept), "jpg", *size)


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield a JPEG's segments with their markers up to its end, scans with the data that follows them."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise _Broken
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            yield marker, content[at : at + 2]
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise _Broken
        end = _scan_end(content, end) if marker == 0xDA else end
        yield marker, content[at:end]
        at = end


def _scan_end(content: bytes, at: int) -> int:
    """Return where a scan's data end: at a marker that neither escapes a byte nor restarts the count."""
    while True:
        at = content.index(b"\xff", at) if b"\xff" in content[at:] else len(content)
        following = content[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


# -- WebP


def _webp(content: bytes) -> Picture:
    chunks = dict(_webp_chunks(content))
    if b"ANIM" in chunks or b"ANMF" in chunks:
        raise _refusal("logo_moves", _("Moving pictures aren't taken."))
    if b"VP8X" in chunks:
        flags, rest = chunks[b"VP8X"][0], chunks[b"VP8X"][1:10]
        chunks[b"VP8X"] = bytes([flags & ALPHA_FLAG]) + rest
    width, height = _webp_size(chunks)
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(chunks[kind])) + chunks[kind] + b"\x00" * (len(chunks[kind]) % 2)
        for kind in (b"VP8X", b"ALPH", b"VP8 ", b"VP8L")
        if kind in chunks
    )
    return Picture(b"RIFF" + struct.pack("<I", len(body)) + body, "webp", width, height)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", content, 4)
    at, end = 12, 8 + size
    if end > len(content):
        raise _Broken
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, at)
        if at + 8 + length > end:
            raise _Broken
        if kind in WEBP_KEPT or kind in {b"ANIM", b"ANMF"}:
            yield kind, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _webp_size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    if b"VP8L" in chunks:
        signature, packed = struct.unpack_from("<BI", chunks[b"VP8L"])
        if signature != 0x2F:
            raise _Broken
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if b"VP8 " not in chunks or chunks[b"VP8 "][3:6] != b"\x9d\x01\x2a":
        raise _Broken
    width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
    return width & 0x3FFF, height & 0x3FFF
