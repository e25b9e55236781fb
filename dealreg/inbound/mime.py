"""A raw mail taken apart, within bounds: whom it is from, its text, its files. Standard library only.

What would make the parser slow is refused before it is parsed: a mail over 10 MB, headers over 64 kB, over 20
multipart borders, 200 parts or 200,000 lines.
"""

from __future__ import annotations

import email
import hashlib
import re
from dataclasses import dataclass, field
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import Message

MOST_BYTES = 10_000_000
MOST_HEADER_BYTES = 64_000
MOST_BORDERS, MOST_PARTS, MOST_DEPTH, MOST_LINES = 20, 200, 20, 200_000
MOST_HEADER = 600
MOST_TEXT = 100_000
MOST_HTML = 1_000_000
MOST_FILES = 10
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
BLOCKS = frozenset(
    ["address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "hr", "li", "ol"]  # noqa: RUF005
    + ["p", "pre", "table", "td", "th", "tr", "ul"]
)
HIDDEN = frozenset(["head", "script", "style", "title"])


class UnreadableMailError(Exception):
    """Too large, too deep, or no mail at all."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say. digest: of the Message-ID, or of the whole mail where it has none."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    digest: str
    is_automatic: bool


@dataclass(slots=True)
class Content:
    """What a mail holds. more: how many files were left out because there were too many."""

    text: str = ""
    files: list[Attached] = field(default_factory=list)
    more: int = 0


def read_envelope(raw: bytes) -> Envelope:
    """Return what the headers say.

    Raises:
        UnreadableMailError: over a bound.
    """
    if len(raw) > MOST_BYTES:
        raise UnreadableMailError("size")
    end = _END_OF_HEADERS.search(raw, 0, MOST_HEADER_BYTES + 4)
    if end is None and len(raw) > MOST_HEADER_BYTES:
        raise UnreadableMailError("headers")
    head = BytesHeaderParser().parsebytes(raw[: end.end() if end else len(raw)])
    number = _header(head, "message-id").strip()
    return Envelope(
        sender=_sender(_header(head, "from")),
        recipients=tuple(str(head.get(name, "")) for name in RECIPIENTS),
        subject=" ".join(decoded(_header(head, "subject")).split())[:200],
        digest=hashlib.sha256(number.encode("utf-8", "replace") or raw).hexdigest(),
        is_automatic=_header(head, "auto-submitted").strip().lower() not in {"", "no"},
    )


def read_content(raw: bytes) -> Content:
    """Return a mail's text and files.

    Raises:
        UnreadableMailError: over a bound, or too deep.
    """
    lowered = raw.lower()
    if raw.count(b"\n") > MOST_LINES:
        raise UnreadableMailError("lines")
    if lowered.count(b"boundary=") > MOST_BORDERS or lowered.count(b"\ncontent-type:") > MOST_PARTS:
        raise UnreadableMailError("parts")
    found = Content()
    try:
        message = email.message_from_bytes(raw)
        _take(message, found, 0)
    except (RecursionError, LookupError, ValueError) as error:
        raise UnreadableMailError("broken") from error
    found.text = found.text.replace("\x00", "").strip()[:MOST_TEXT]
    return found


def _take(part: Message, found: Content, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise UnreadableMailError("depth")
    if part.get_content_type() == "multipart/alternative":
        _take_best(part, found, depth)
    elif part.is_multipart():
        if part.get_content_type() == "message/rfc822" and depth:
            inner: Any = part.get_payload(0)
            found.text += "\n" + "".join(f"{name}: {decoded(_header(inner, name))}\n" for name in ("From", "Subject"))
        parts: Any = part.get_payload()
        for inner in parts:
            _take(inner, found, depth + 1)
    elif part.get_filename() or part.get_content_disposition() == "attachment":
        _take_file(part, found)
    elif part.get_content_type() == "text/plain":
        found.text += "\n" + _text(part)
    elif part.get_content_type() == "text/html":
        found.text += "\n" + plain_text(_text(part)[:MOST_HTML])


def _take_best(part: Message, found: Content, depth: int) -> None:
    """Take the plain one of several forms of the same; the last where none is plain, or the plain one is empty."""
    forms = [each for each in part.get_payload() if not isinstance(each, str)]
    plain = [each for each in forms if each.get_content_type() == "text/plain" and _text(each).strip()]
    for each in plain[:1] or forms[-1:]:
        _take(each, found, depth + 1)


def _take_file(part: Message, found: Content) -> None:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return
    if len(found.files) >= MOST_FILES:
        found.more += 1
        return
    found.files.append(Attached(decoded(str(part.get_filename() or "")[:MOST_HEADER])[-150:], content))


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return _as_text(content, part.get_content_charset() or "utf-8")


def _as_text(content: bytes, charset: str) -> str:
    """Return text in a charset that may be unknown or wrong: UTF-8 where it is that, else Western European."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _header(part: Message, name: str) -> str:
    return str(part.get(name, ""))[:MOST_HEADER]


def _sender(text: str) -> str:
    try:
        return parseaddr(text)[1].lower()[:254]
    except RecursionError:  # comments within comments
        return ""


def decoded(text: str) -> str:
    """Return a header's words, decoded as far as it says how."""
    try:
        pairs = decode_header(text)
    except (ValueError, LookupError):
        return text
    return "".join(
        _as_text(words, charset or "ascii") if isinstance(words, bytes) else words for words, charset in pairs
    )


def people_in(text: str) -> list[tuple[str, str]]:
    """Return names and addresses in a header's words."""
    try:
        found = getaddresses([text[:MOST_HEADER]])
    except RecursionError:
        return []
    return [(name.strip(" '\""), address.lower()) for name, address in found if "@" in address]


def plain_text(page: str) -> str:
    """Return the words of an HTML mail, a line for each block.

    A plain walk from tag to tag: the standard library's parser takes a time that grows with the square of what a
    hostile mail holds.
    """
    found: list[str] = []
    hidden = ""
    first, *pieces = page.split("<")
    for tag, _border, words in [("", "", first), *(piece.partition(">") for piece in pieces)]:
        name = tag.strip(" /\t\r\n")[:20].split(maxsplit=1)[0].lower() if tag.strip(" /\t\r\n") else ""
        if hidden:
            hidden = "" if name == hidden and tag.lstrip().startswith("/") else hidden
            continue
        if name in HIDDEN and not tag.rstrip().endswith("/"):
            hidden = name
            continue
        found.append("\n" if name in BLOCKS else "")
        found.append(" ".join(unescape(words).split()) + " " if words.strip() else " ")
    lines = (" ".join(line.split()) for line in "".join(found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
