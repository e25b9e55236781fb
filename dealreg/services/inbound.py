"""A forwarded mail becomes a draft of whoever's address it was sent to, or nothing at all."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Product
from dealreg import events
from dealreg.inbound.addresses import code_in, is_on, new_code
from dealreg.inbound.mime import Content, Envelope, UnreadableMailError, read_content, read_envelope
from dealreg.inbound.reading import Known, Listed, Place, understood
from dealreg.models import InboundMail, MailAddress
from dealreg.permissions import REGISTER_DEALS
from dealreg.services.drafts import save_draft
from dealreg.services.files import add_file
from dealreg.terms import terms_for
from partners.models import Partner, Seat
from partners.seats import Holder, holder_now
from people.limits import Limit, take
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dealreg.models import DealDraft
    from dealreg.rules import Terms
    from prm.kernel.actors import Actor

MAILS = Limit("forwarded mail", burst=20, per_hour=30)
NEEDED = ("enrollment", "customer_name", "customer_country", "value", "close_date", "contact_email")
MOST_PRODUCTS = 2_000


def _may_use(actor: Actor) -> bool:
    return actor.is_partner and actor.may(REGISTER_DEALS) and actor.seat_id is not None and is_on()


@transaction.atomic
def make_address(*, actor: Actor) -> MailAddress:
    """Make the actor's address for forwarded mails; what comes to the one before is passed over from then on.

    Records `mail_address.made`.

    Raises:
        Forbidden: the role doesn't register deals, or this installation takes no mails in.
    """
    if not _may_use(actor):
        raise Forbidden("not_allowed", _("Your role doesn't register deals. Ask your administrator."))
    Seat.objects.select_for_update(of=("self",)).get(pk=actor.seat_id)  # one at a time
    MailAddress.objects.visible_to(actor).filter(revoked_at=None).update(revoked_at=timezone.now())
    made: MailAddress = MailAddress.objects.create(
        seat_id=actor.seat_id, person_id=actor.person_id, partner_id=actor.partner_id, code=new_code()
    )
    record(events.ADDRESS_MADE, actor=actor, subject=made)
    return made


def receive_mail(raw: bytes, recipient: str = "") -> InboundMail | None:
    """Make a draft of a forwarded mail; None where it is nobody's, and then nothing is kept.

    The address must be signed, in use, and of somebody who registers deals; the mail must be from that person's own
    address, be no automatic answer, and come for the first time. Records `mail.received`, which answers it.

    Args:
        raw: the whole mail. recipient: the address that it was delivered to, where the mail server said so.
    """
    try:
        envelope = read_envelope(raw)
    except UnreadableMailError:
        return None
    code = code_in([recipient]) or code_in(envelope.recipients) if is_on() else ""
    address = MailAddress.objects.filter(code=code, revoked_at=None).first() if code else None
    holder = holder_now(address.person_id, address.seat_id) if address else None
    if holder is None or envelope.is_automatic or envelope.sender != holder.person.email.lower():
        return None
    if not _may_use(holder.actor) or not take(MAILS, holder.actor.seat_id):
        return None
    try:
        content = read_content(raw)
    except UnreadableMailError:
        content = Content()
    with translation.override(holder.person.language):
        return _keep(holder, envelope, content)


def _keep(holder: Holder, envelope: Envelope, content: Content) -> InboundMail | None:
    """Keep draft, files and what was understood, all or nothing; None for a mail that came before."""
    actor = holder.actor
    try:
        with transaction.atomic():
            mail: InboundMail = InboundMail.objects.create(
                seat_id=actor.seat_id,
                person_id=actor.person_id,
                partner_id=actor.partner_id,
                digest=envelope.digest,
                subject=envelope.subject.replace("\x00", ""),
            )
            _understand(actor, holder.person.email, mail, content)
            record(events.MAIL_RECEIVED, actor=actor, subject=mail)
    except IntegrityError:
        return None
    except RuleViolation:
        return None  # a hundred drafts: there is no place for one more
    return mail


def _understand(actor: Actor, own: str, mail: InboundMail, content: Content) -> None:
    terms = terms_for(actor)
    found = understood(content.text, mail.subject, _known(actor, own, terms)) if terms else {}
    mail.draft = save_draft(actor=actor, submission=uuid.uuid4(), content=found)
    mail.refused = _attach(actor, mail.draft, content)
    mail.understood = {name: value for name, value in found.items() if name != "notes"}
    mail.missing = [name for name in NEEDED if name not in found]
    if any(name.startswith("lines-") for name in found) and "value" in mail.missing:
        mail.missing.remove("value")  # the sum of the list prices
    mail.save(update_fields=["draft", "refused", "understood", "missing"])


def _known(actor: Actor, own: str, terms: list[Terms]) -> Known:
    by_vendor = {held.vendor_id: held.enrollment_id for held in reversed(terms)}
    rows = Product.objects.visible_to(actor).filter(vendor__in=by_vendor, is_active=True)
    products = rows.order_by("pk").values_list("vendor_id", "pk", "name", "sku")[:MOST_PRODUCTS]
    partner = Partner.objects.visible_to(actor).get()
    domains = {registrable_domain(own), registrable_domain(partner.website)} - {""}
    return Known(
        places=[Place(held.enrollment_id, held.vendor_name, held.program_name) for held in terms],
        products=[Listed(by_vendor[vendor], pk, name, sku) for vendor, pk, name, sku in products],
        own_names=[partner.name, partner.legal_name, *(held.vendor_name for held in terms)],
        own_domains=domains,
    )


def _attach(actor: Actor, draft: DealDraft, content: Content) -> list[str]:
    """Keep a mail's files by the house's rules for uploads; returns why some weren't kept."""
    refused = []
    for file in content.files:
        upload = SimpleUploadedFile(file.name or "file", file.content)
        try:
            add_file(actor=actor, upload=upload, draft=draft)
        except RuleViolation as violation:
            refused.append(str(violation.message)[:300])
    if content.more:
        refused.append(_("%(count)d more files: at most 10 in one mail.") % {"count": content.more})
    return refused


def mail_facts(mail: InboundMail) -> Mapping[str, Any]:
    """Return what the answer to a mail says, in plain values."""
    found = mail.understood
    return {
        "subject": mail.subject or "–",
        "customer": found.get("customer_name") or mail.subject or "–",
        "understood": {name: value for name, value in found.items() if not name.startswith("lines-")},
        "products": int(found.get("lines-TOTAL_FORMS", 0)),
        "missing": list(mail.missing),
        "refused": list(mail.refused),
        "files": mail.draft.files.count() if mail.draft else 0,
    }
