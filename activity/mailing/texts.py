"""A vendor's own words for mails: placeholders, replaced strictly and in one pass.

What is typed is text and never a template: no format strings, no template language. A placeholder is `{name}` with a
name that the kind of mail offers; an edited text that doesn't resolve is refused when it is saved, and one that doesn't
resolve later (because the product has changed) gives way to the product's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from activity.mailing.letters import Letter, MailTemplate
from activity.models import MailText

log = structlog.get_logger(__name__)

BLANK_LINE = re.compile(r"\r?\n\s*\r?\n")
BRACED = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The parts of a mail that a vendor may word: paragraphs are divided by blank lines."""

    subject: str
    heading: str
    paragraphs: str
    button: str

    @property
    def parts(self) -> tuple[str, ...]:
        """All of them."""
        return (self.subject, self.heading, self.paragraphs, self.button)


def own_wording(template: MailTemplate) -> Wording:
    """Return the product's own words in the active language, with placeholders where facts stand."""
    names = {name: f"{{{name}}}" for name in template.placeholders}
    letter = template.build({**template.worded(template.sample), **names})
    return Wording(
        subject=letter.subject,
        heading=letter.heading,
        paragraphs="\n\n".join(letter.paragraphs),
        button=letter.button[0] if letter.button else "",
    )


def unresolved(template: MailTemplate, parts: Iterable[str]) -> list[str]:
    """Return what stands in braces, or is a lone brace, and is none of the template's placeholders."""
    found: list[str] = []
    for part in parts:
        found += [name.group(0) for name in BRACED.finditer(part) if name.group(1) not in template.placeholders]
        found += [brace for brace in "{}" if brace in BRACED.sub("", part)]
    return list(dict.fromkeys(found))


def worded_letter(template: MailTemplate, facts: Mapping[str, Any], text: MailText | Wording | None) -> Letter:
    """Return the letter in the vendor's words where there are any, else in our own. Never fails for a text."""
    letter = template.letter(facts)
    if text is None:
        return letter
    wording = Wording(subject=text.subject, heading=text.heading, paragraphs=text.paragraphs, button=text.button)
    if unresolved(template, wording.parts) or not wording.subject.strip():
        log.warning("mail_text_ignored", template=template.name)
        return letter
    known = template.worded(facts)
    words = {name: str(known.get(name) or "") for name in template.placeholders}

    def filled(part: str) -> str:
        return BRACED.sub(lambda found: words.get(found.group(1), ""), part).strip()

    paragraphs = tuple(said for part in BLANK_LINE.split(wording.paragraphs) if (said := filled(part)))
    button = (filled(wording.button) or letter.button[0], letter.button[1]) if letter.button else None
    return replace(
        letter,
        subject=filled(wording.subject),
        heading=filled(wording.heading) or filled(wording.subject),
        paragraphs=paragraphs,
        button=button,
    )


def texts_for(vendor_id: int | None, template: str) -> dict[str, MailText]:
    """Return a vendor's words for a template by language. One query, none without a vendor."""
    if vendor_id is None:
        return {}
    return {text.language: text for text in MailText.objects.filter(vendor_id=vendor_id, template=template)}
