"""What a mail says: letters, the templates that build them, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

from prm.kernel.lazily import lazily

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a digest: a heading, and lines of (title, path)."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says.

    said: what another person wrote, set off from the rest. sections: a digest's lines. button: a label and a path.
    why: why the person gets it. brand: what is known of the vendor: name, hue, chroma, reply_to, logo.
    """

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    said: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    button: tuple[str, str] | None = None
    why: str = ""
    brand: Mapping[str, Any] = field(default_factory=dict)


Build = Callable[[Mapping[str, Any]], Letter]
Words = Callable[[Mapping[str, Any]], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """A kind of mail. `letter` builds it from an event's facts.

    sample: the facts that the preview shows. placeholders: the facts that a vendor's own words may use, by name, with
    what they are. words: how facts are put for the reader where they aren't words yet: dates, amounts, choices.
    label: what vendors call it, where no notice goes with it.
    """

    name: str
    build: Build
    sample: Mapping[str, Any]
    placeholders: Mapping[str, str | Promise] = field(default_factory=dict)
    words: Words = dict
    label: str | Promise = ""

    def letter(self, facts: Mapping[str, Any]) -> Letter:
        """Return the letter in the product's own words, in the active language and time zone."""
        return self.build(self.worded(facts))

    def worded(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts, put for the reader."""
        return {**facts, **self.words(facts)}


TEMPLATES: dict[str, MailTemplate] = {}


def mail_template(
    name: str,
    *,
    sample: Mapping[str, Any],
    placeholders: Mapping[str, str | Promise] | None = None,
    words: Words = dict,
    label: str | Promise = "",
) -> Callable[[Build], Build]:
    """Register a function that builds a letter from facts, with a sample for its preview.

    With `placeholders` vendors may word it themselves; their list of mails calls it by its notice, or by `label`.
    """

    def register(build: Build) -> Build:
        TEMPLATES[name] = MailTemplate(
            name=name, build=build, sample=sample, placeholders=placeholders or {}, words=words, label=label
        )
        return build

    return register


@dataclass(frozen=True, slots=True)
class Footer:
    """How to change or stop what one gets: addresses within this site. Empty where a mail can't be stopped."""

    preferences: str = ""
    stop: str = ""


def render(letter: Letter, footer: Footer | None = None) -> tuple[str, str]:
    """Return the letter as plain text and as HTML with its styles inlined."""
    foot = footer or Footer()
    context = {
        "subject": letter.subject,
        "heading": letter.heading,
        "paragraphs": letter.paragraphs,
        "said": letter.said,
        "facts": letter.facts,
        "sections": [(part.title, [(title, address(path)) for title, path in part.lines]) for part in letter.sections],
        "button_label": letter.button[0] if letter.button else "",
        "button_url": address(letter.button[1]) if letter.button else "",
        "reason": letter.why,
        "preferences_url": address(foot.preferences),
        "stop_url": address(foot.stop),
        "brand_name": letter.brand.get("name", ""),
        "brand_hue": letter.brand.get("hue"),
        "brand_chroma": letter.brand.get("chroma"),
        "brand_logo": letter.brand.get("logo", ""),
    }
    text = render_to_string("mail/base.txt", context).strip() + "\n"
    html = _inliner().inline(render_to_string("mail/base.html", context))
    return text, html


def address(path: str) -> str:
    """Return a path of this site as people outside reach it; nothing for nothing."""
    return f"{settings.SITE_URL}{path}" if path else ""


css_inline = lazily("css_inline")
_inliners: list[Any] = []


def _inliner() -> Any:
    if not _inliners:
        _inliners.append(css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False))
    return _inliners[0]


def one_line(subject: str) -> str:
    """Return a subject that fits into one header line: a line break in a customer's name must not make another."""
    return " ".join(subject.split())[:250]
