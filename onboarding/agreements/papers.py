"""An agreement on paper: the document as it is put to be signed, and the sealed one with its evidence.

What people wrote reaches the typesetter as data, never as markup.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from onboarding.agreements.fields import country_name
from onboarding.agreements.rules import HEIGHT, WIDTH, document_of
from onboarding.agreements.texts import Block, blocks_of

if TYPE_CHECKING:
    from activity.models import Event
    from onboarding.models import Agreement, AgreementTemplate, Signature
    from partners.models import Vendor

TEMPLATE = Path(__file__).parent / "paper.typ"
PREVIEW_SECONDS = 20


def document_pdf(agreement: Agreement) -> bytes:
    """Return the document as it is put to be signed, as PDF. For workers: it loads the typesetter."""
    with _as_read(agreement.template.language, agreement.vendor.time_zone):
        return _typeset(_facts(agreement, ()))


def sealed_pdf(agreement: Agreement, signatures: Sequence[Signature], events: Iterable[Event]) -> bytes:
    """Return the sealed document: text, signatures, and a page of evidence; the text as signed is attached to it."""
    with _as_read(agreement.template.language, agreement.vendor.time_zone):
        facts = _facts(agreement, signatures)
        facts["attached"] = document_of(agreement.reference, agreement.title, agreement.text)
        facts["evidence"] = _evidence(agreement, signatures, events)
        return _typeset(facts)


def preview_pdf(template: AgreementTemplate, text: str, partner: str) -> bytes:
    """Return a draft's preview as PDF. The typesetter runs in a process of its own: no web worker keeps its 40 MB."""
    with translation.override(template.language):
        facts = _paper(template.vendor, template, _("Draft"), text)
        facts["parties"] = _parties(template.vendor.name, partner, [])
    made = subprocess.run(
        [sys.executable, "-m", "onboarding.agreements.typesetting"],
        input=json.dumps(facts).encode(),
        capture_output=True,
        timeout=PREVIEW_SECONDS,
        check=True,
        cwd=settings.ROOT,
    )
    return made.stdout


@contextmanager
def _as_read(language: str, zone: str) -> Iterator[None]:
    """Let words and times be those of the document."""
    with translation.override(language), timezone.override(zone):
        yield


def _typeset(facts: dict[str, Any]) -> bytes:
    # Loaded by name: the typesetter is 40 MB that no web worker needs.
    typst = importlib.import_module("typst")
    made: bytes = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"facts": json.dumps(facts)})
    return made


def _facts(agreement: Agreement, signatures: Sequence[Signature]) -> dict[str, Any]:
    facts = _paper(agreement.vendor, agreement.template, agreement.reference, agreement.text)
    partner = agreement.partner
    place = ", ".join(filter(None, [partner.city, country_name(partner)]))
    facts["parties"] = _parties(agreement.vendor.name, partner.legal_name or partner.name, [place] if place else [])
    facts["signatures"] = [_signed(agreement, signature) for signature in signatures]
    return facts


def _paper(vendor: Vendor, template: AgreementTemplate, reference: str, text: str) -> dict[str, Any]:
    return {
        "language": template.language,
        "hue": vendor.brand_hue,
        "vendor": vendor.name,
        "program": template.program.name,
        "title": template.name,
        "reference": reference,
        "blocks": [_block(block) for block in blocks_of(text)],
        "signatures": [],
        "evidence": None,
        "attached": None,
        "words": {
            "page": _("Page"),
            "evidence": _("Evidence of signature"),
            "intro": _("Kept by Open PRM when the document was signed, and sealed with it."),
            "history": _("What happened"),
            "check": _(
                "Whether a file is this very document, unchanged, can be checked at %(address)s. "
                "The text as signed is attached to this PDF as document.txt; its SHA-256 is the document hash above."
            )
            % {"address": f"{settings.SITE_URL}/check/"},
        },
    }


def _parties(vendor: str, partner: str, lines: list[str]) -> list[dict[str, Any]]:
    return [
        {"role": _("Vendor"), "name": vendor, "lines": []},
        {"role": _("Partner"), "name": partner, "lines": lines},
    ]


def _block(block: Block) -> dict[str, Any]:
    runs = [{"text": run.text, "bold": run.bold} for run in block.runs]
    return {"kind": str(block.kind), "number": block.number, "runs": runs, "rows": block.rows}


def _signed(agreement: Agreement, signature: Signature) -> dict[str, str]:
    return {
        "party": _party(agreement, signature),
        "name": signature.name,
        "position": signature.position,
        "at": _moment(signature.signed_at),
        "drawing": svg_of(signature.drawing) if signature.drawing else "",
    }


def _party(agreement: Agreement, signature: Signature) -> str:
    return agreement.vendor.name if signature.is_vendor else agreement.partner.legal_name or agreement.partner.name


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S} {local.tzname()}"


def svg_of(drawing: Iterable[Iterable[Sequence[int]]]) -> str:
    """Return a drawn signature as SVG; only numbers go into it."""
    paths = ("M" + "L".join(f"{int(x)} {int(y)}" for x, y in stroke) for stroke in drawing)
    lines = "".join(f"<path d={quoteattr(path)}/>" for path in paths)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke="#14233c" '
        f'stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round">{lines}</svg>'
    )


def _evidence(agreement: Agreement, signatures: Sequence[Signature], events: Iterable[Event]) -> dict[str, Any]:
    number = agreement.version.number
    return {
        "document": [
            [_("Document"), f"{agreement.title}, {_('version')} {number}", False],
            [_("Number"), agreement.reference, False],
            [_("Document hash"), f"SHA-256 {agreement.document_hash}", True],
            [_("Check"), f"{settings.SITE_URL}/check/", False],
        ],
        "signatures": [_signature_rows(agreement, signature) for signature in signatures],
        "events": [[_utc(event.occurred_at), _told(event)] for event in events],
    }


def _signature_rows(agreement: Agreement, signature: Signature) -> dict[str, Any]:
    way = _("drawn") if signature.drawing else _("typed")
    rows = [
        (_("Name"), f"{signature.name} ({way})"),
        (_("Position"), signature.position),
        (_("Signed in as"), f"{signature.person.name}, {signature.email}"),
        (_("Time"), f"{_moment(signature.signed_at)} ({_utc(signature.signed_at)})"),
        (_("IP address"), str(signature.address or _("not known"))),
        (_("Browser"), signature.browser or _("not known")),
        (_("Authority"), signature.authority),
        (_("Consent"), signature.consent),
        (_("Hash shown"), f"SHA-256 {signature.document_hash[:16]}…"),
    ]
    title = _("Signed for %(party)s") % {"party": _party(agreement, signature)}
    return {"title": title, "rows": [list(row) for row in rows]}


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _told(event: Event) -> str:
    return f"{event.person.name} {event.sentence}" if event.person else event.sentence
