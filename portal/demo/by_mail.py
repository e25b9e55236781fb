"""A mail that Brightpath's sales forwarded this morning, and the draft that it became."""

from __future__ import annotations

import uuid
from datetime import timedelta
from email.message import EmailMessage

from dealreg.inbound.mime import read_content
from dealreg.inbound.reading import Known, Listed, Place, understood
from dealreg.models import DealDraft, InboundMail, MailAddress
from portal.demo.brightpath_deals import MARA
from portal.demo.world import World

CODE = "q7m2x4b6n5c3k2ha"
SUBJECT = "Fwd: Second hall in Regensburg"
TEXT = """Hi, please register this one:
Customer: Donauland Frischdienst GmbH
Value: 86.000 EUR
Close date: {quarter}
6 x PickArm 6

---------- Forwarded message ---------
From: Theresa Aigner <t.aigner@donauland-frischdienst.example>
Subject: Second hall in Regensburg

Dear Mara, as discussed at the fair: we want to automate picking in the new hall.
Country: Germany
Town: Regensburg
"""


def write_by_mail(world: World) -> None:
    """Write address, mail and draft, read by the same rules as a real one."""
    seat, member = world.seat(MARA, "brightpath"), world.member("brightpath", "northwind")
    side = member.side
    at = world.now - timedelta(hours=3)
    close = (world.now + timedelta(days=100)).date()
    message = EmailMessage()
    message.set_content(TEXT.format(quarter=f"Q{(close.month + 2) // 3} {close.year}"))
    known = Known(
        places=[Place(member.enrollment.pk, side.vendor.name, side.program.name)],
        products=[Listed(member.enrollment.pk, row.pk, row.name, row.sku) for _plan, row in side.products],
        own_names=[member.enrollment.partner.name, side.vendor.name],
        own_domains={"brightpath.example"},
    )
    found = understood(read_content(message.as_bytes()).text, SUBJECT, known)
    tenant = {"seat": seat, "person": seat.person, "partner": member.enrollment.partner}
    draft = DealDraft.objects.create(submission=uuid.UUID(int=606), content=found, created_at=at, **tenant)
    DealDraft.objects.filter(pk=draft.pk).update(updated_at=at)
    MailAddress.objects.create(code=CODE, made_at=at - timedelta(days=20), **tenant)
    InboundMail.objects.create(
        draft=draft,
        digest="0" * 64,
        subject=SUBJECT,
        understood={name: value for name, value in found.items() if name != "notes"},
        received_at=at,
        **tenant,
    )
