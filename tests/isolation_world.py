"""Everything that could leak, each piece with a marker that names it: `zq_label_qz`.

Who may read a label stands in `tests/isolation_matrix.py`. A label that never appears anywhere would prove nothing;
a test sees to it that each is shown to somebody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Account, CrmConnection, Opportunity
from activity.mailing import send_due
from activity.mailing.stopping import token_for
from activity.models import Delivery, Event, Mail, Notification, Suppression
from activity.relay import drain
from activity.services.addresses import address_token
from dealreg import services
from dealreg.models import Comment, Conflict, Deal, DealDraft, DealFile, LeadRules, Policy, PriceRequest
from imports.models import Import
from jobs.models import Job, JobFile
from jobs.rights import RIGHTS, rights_of
from partners.enums import EnrollmentStatus
from partners.models import (
    AccessToken,
    Enrollment,
    IdentityProvider,
    Invitation,
    JoinRequest,
    Partner,
    PartnerMerge,
    PartnerViewing,
    Seat,
    TypeChange,
)
from partners.services import change_profile, make_token, start_viewing
from portal.models import Cutover, SavedView
from portal.services import save_view
from prm.kernel.actors import Role
from prm.kernel.opaque import veil
from standing.models import Scheme, Standing, Tier, TierOverride, TierReview
from tests.cast import Cast
from tests.isolation_accounts import fill_accounts
from tests.isolation_agreements import fill_agreements
from tests.isolation_applications import fill_applications
from tests.isolation_engagement import fill_engagement
from tests.isolation_extensions import fill_extensions
from tests.isolation_facts import addressed_facts, make_facts
from tests.isolation_journeys import fill_journeys
from tests.isolation_leads import fill_leads
from tests.isolation_matrix import SIGHT
from tests.isolation_recruiting import fill_recruiting
from tests.isolation_standing import fill_standing
from tests.isolation_teams import fill_teams
from tests.isolation_webhooks import fill_webhooks

OWN_FIELDS = [
    {"slug": "site", "label": "Site", "kind": "text"},
    {"slug": "risk", "label": "Risk", "kind": "text", "audience": "vendor"},
    {"slug": "floor", "label": "Floor", "kind": "text", "audience": "approver"},
]
MARKER = re.compile(r"zq_([a-z0-9_]+?)_qz|\b(Brightpath|Kappel|Isle(?!.of)|Northwind|Halden)\b")
DRAFTS = {
    "brightpath_sales": UUID("00000000-0000-4000-8000-000000000001"),
    "kappel_sales": UUID("00000000-0000-4000-8000-000000000002"),
}


def mark(label: str) -> str:
    """Return the marker of a label."""
    return f"zq_{label}_qz"


def labels_in(text: str) -> set[str]:
    """Return the labels whose markers a text holds; an organisation's name is a label too."""
    return {(label or name).lower() for label, name in MARKER.findall(text)}


TRACEBACK = f"""Traceback (most recent call last):
  File "/srv/dealreg/handlers.py", line 3, in tell
    raise ValueError(customer)
ValueError: {mark("dead_letter")}
"""


@dataclass
class World:
    """The rows by label, and what stands in their addresses."""

    cast: Cast
    viewing: PartnerViewing
    deals: dict[str, Deal] = field(default_factory=dict)
    files: dict[str, DealFile] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)


# Label, who registers, in which enrollment. The first letter is the vendor's, the second the partner's.
DEALS = (
    ("nb", "brightpath_sales", "brightpath_northwind"),
    ("nk", "kappel_sales", "kappel_northwind"),
    ("nt", "brightpath_sales", "brightpath_northwind"),
    ("ni", "isle_sales", "isle_northwind"),
    ("hb", "brightpath_sales", "brightpath_halden"),
    ("hi", "isle_sales", "isle_halden"),
)


def make_world(cast: Cast) -> World:
    """Fill every table for both vendors and all partners."""
    manager = cast.actor("northwind_manager")
    world = World(cast, start_viewing(actor=manager, partner=cast.brightpath, role=Role.ADMINISTRATOR))
    _mark_organisations(cast)
    _register(world)
    _talk(world)
    _write_drafts(world)
    _work_long(world)
    for persona in ("northwind_manager", "halden_manager", "brightpath_sales", "kappel_sales"):
        make_token(actor=cast.actor(persona), name=mark(f"token_{persona}"), scopes=["deals:read"], days=30)
        page = "desk:deal-list" if persona.endswith("manager") else "portal:deal-list"
        save_view(actor=cast.actor(persona), page=page, name=mark(f"view_{persona}"), query="open=1")
    _invite(cast)
    _ask_to_join(world)
    make_facts(cast)
    drain()
    send_due()
    _mark_messages(cast)
    fill_standing(world, mark)
    fill_accounts(world, mark)
    fill_agreements(world, mark)
    fill_recruiting(world, mark)
    fill_leads(world, mark)
    fill_extensions(world, mark)
    fill_engagement(world, mark)
    fill_applications(world, mark)
    fill_journeys(world, mark)
    fill_webhooks(world, mark)
    fill_teams(world)
    _address(world)
    return world


def _mark_organisations(cast: Cast) -> None:
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        for row, name in ((side.program, "summary"), (side.robot, "name"), (side.robots, "name")):
            setattr(row, name, f"{getattr(row, name)} {mark(f'{letter}_catalogue')}")
            row.save()
        side.policy.clauses = {"2.1": mark(f"{letter}_catalogue")}
        side.policy.definition = {"fields": OWN_FIELDS}
        side.policy.save()
        run = Import.objects.create(
            kind="accounts",
            vendor=side.vendor,
            file_name=mark(f"{letter}_import"),
            errors=[mark(f"{letter}_import")],
            state="done",
            ended_at=timezone.now(),
        )
        manager = cast.people[f"{side.vendor.slug}_manager"]
        cutover = Cutover.objects.create(vendor=side.vendor, started_by=manager)
        cutover.lists.create(vendor=side.vendor, kind="partners", run=run)
    for partner in (cast.brightpath, cast.kappel, cast.isle):
        Partner.objects.filter(pk=partner.pk).update(
            legal_name=mark(partner.slug), website=f"{mark(partner.slug)}.example", city=mark(partner.slug)
        )
        said = {"description": mark(partner.slug), "domains": [f"{partner.slug}.example"]}
        change_profile(actor=cast.actor(f"{partner.slug}_administrator"), partner=partner, changes=said, revision=0)
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        twin = Partner.objects.create(name=mark(f"{letter}_merge"), slug=f"twin-{letter}", country="DE")
        Enrollment.objects.create(vendor=side.vendor, program=side.program, partner=twin)
        manager = cast.people[f"{side.vendor.slug}_manager"]
        PartnerMerge.objects.create(vendor=side.vendor, kept=cast.brightpath, absorbed=twin, proposed_by=manager)
        TypeChange.objects.create(
            vendor=side.vendor,
            partner=cast.brightpath,
            before=cast.brightpath.type,
            after="services",
            reason=mark(f"{letter}_type"),
            proposed_by=manager,
        )
    Tier.objects.update(name=mark("n_tier"))


def _register(world: World) -> None:
    retired = Enrollment.objects.filter(pk=world.cast.enrollments["isle_northwind"].pk)
    retired.update(status=EnrollmentStatus.ACTIVE)
    names = (
        "Castellan Foods GmbH",
        "CASTELLAN-FOODS",
        "Castellan Food Ltd",
        "Castellan Foods",
        "Castellan Foods GmbH",
        "Castellan Foods",
    )
    for (label, persona, enrollment), name in zip(DEALS, names, strict=True):
        text = mark(f"deal_{label}")
        deal = world.cast.register(
            persona,
            enrollment,
            customer_name=f"{name}",
            customer_domain="" if label != "nb" else "castellan-foods.example",
            customer_city=text,
            contact_name=text,
            title=text,
            notes=text,
            answers={"site": text},
        )
        world.deals[label] = deal
    retired.update(status=EnrollmentStatus.RETIRED)
    Deal.objects.filter(pk=world.deals["nt"].pk).update(owner=world.cast.people["brightpath_technical"])
    for account in Account.objects.all():
        letter = account.vendor.slug[0]
        text = mark(f"{letter}_account")
        account.owner_name, account.external_id, account.city, account.further = text, text, text, {"note": text}
        account.name = f"{account.name} {text}"
        account.save()
    for conflict in Conflict.objects.select_related("vendor"):
        text = mark(f"{conflict.vendor.slug[0]}_conflict")
        conflict.why, conflict.reasons = text, [{"field": "name", "similarity": 1, "weight": 1, "sentence": text}]
        conflict.save()
    assert (
        Conflict.objects.filter(deal=world.deals["nb"]).count()
        + Conflict.objects.filter(deal=world.deals["nk"]).count()
    )


def _talk(world: World) -> None:
    for label, deal in world.deals.items():
        vendor = "northwind" if label[0] == "n" else "halden"
        tenant = {name: getattr(deal, name) for name in ("vendor_id", "partner_id", "enrollment_id")}
        approver = world.cast.actor(f"{vendor}_approver")
        services.add_comment(actor=approver, deal=deal, text=mark(f"note_{label}"), audience="vendor")
        services.add_comment(actor=approver, deal=deal, text=mark(f"deal_{label}"))
        kept = {"risk": mark(f"note_{label}"), "floor": mark(f"approver_{label}")}
        services.fill_in_answers(actor=approver, deal=deal, answers=kept)
        if label in SIGHT["special_price"]:
            tenant |= {"asked_by_id": deal.owner_id, "currency": deal.currency}
            text, line = mark(f"deal_{label}"), {"product": 1, "quantity": 1, "listed": "9.00", "asked": "8.00"}
            lines = [{**line, "name": text}]
            asked = PriceRequest.objects.create(deal=deal, lines=lines, justification=text, competitor=text, **tenant)
            world.rows.setdefault("special_price", {})[label] = {"key": asked.key}
        tenant = {name: getattr(deal, name) for name in ("vendor_id", "partner_id", "enrollment_id")}
        file = DealFile(deal=deal, name=f"{mark(f'deal_{label}')}.txt", size=20, media_type="text/plain", **tenant)
        file.content.save("x", ContentFile(mark(f"deal_{label}").encode()))
        world.files[label] = file
    approver = world.cast.actor("northwind_approver")
    ask = services.ask_for_information
    ask(actor=approver, deal=world.deals["nk"], fields=["title"], message=mark("deal_nk"))
    services.approve_deal(
        actor=approver, deal=world.deals["nt"], message=mark("deal_nt"), overtake_reason=mark("overtook_nt")
    )
    assert Comment.objects.filter(audience="vendor").count() == len(world.deals)


def _write_drafts(world: World) -> None:
    for persona, submission in DRAFTS.items():
        text = mark(f"draft_{persona}")
        actor = world.cast.actor(persona)
        draft = services.save_draft(actor=actor, submission=submission, content={"customer_name": text, "notes": text})
        upload = SimpleUploadedFile(f"{text}.txt", text.encode())
        world.files[f"draft_{persona}"] = services.add_file(actor=actor, draft=draft, upload=upload)


def _invite(cast: Cast) -> None:
    """People invited to both sides, a first administrator by each vendor, and a company sign-in of each."""
    places = {
        "brightpath": {"partner": cast.brightpath, "role": Role.SALES},
        "kappel": {"partner": cast.kappel, "role": Role.SALES},
        "northwind": {"vendor": cast.northwind.vendor, "role": Role.APPROVER},
        "halden": {"vendor": cast.halden.vendor, "role": Role.APPROVER},
    }
    firsts = {
        "northwind": {"partner": cast.kappel, "issuer": cast.northwind.vendor},
        "halden": {"partner": cast.isle, "issuer": cast.halden.vendor},
    }
    rows = [(f"invited_{name}", place) for name, place in places.items()]
    rows += [(f"first_{name}", {**place, "role": Role.ADMINISTRATOR}) for name, place in firsts.items()]
    for label, fields in rows:
        Invitation.objects.create(
            email=f"{mark(label)}@elsewhere.example",
            digest=label,
            invited_by=cast.people["operator"],
            expires_at=timezone.now() + timedelta(days=14),
            **fields,
        )
    for side in (cast.northwind, cast.halden):
        slug = side.vendor.slug
        IdentityProvider.objects.create(
            vendor=side.vendor,
            name="Okta",
            slug=slug,
            protocol="oidc",
            domains=[f"{slug}.example"],
            issuer=f"https://{mark(f'provider_{slug}')}.example",
        )
        CrmConnection.objects.create(
            vendor=side.vendor,
            system="salesforce",
            address="https://acme.my.salesforce.com",
            client_id=mark(f"crm_{slug}"),
            secret=mark(f"sealed_{slug}"),
            seat=cast.seats[f"{slug}_manager"],
        )


def _ask_to_join(world: World) -> None:
    """Somebody who asks to join each of two partners."""
    for partner in (world.cast.brightpath, world.cast.kappel):
        text, now = mark(f"joins_{partner.slug}"), timezone.now()
        row = JoinRequest.objects.create(
            partner=partner,
            email=f"{text}@elsewhere.example",
            name=text,
            note=text,
            digest=text,
            expires_at=now + timedelta(days=14),
            confirmed_at=now,
        )
        world.rows.setdefault("join_request", {})[partner.slug] = {"key": row.key}


def _work_long(world: World) -> None:
    """Give some people a job that failed, with a file, a refused row, an error; one of a kind that managers share."""
    for label in SIGHT["job"]:
        persona = "northwind_manager" if label == "northwind_import" else label
        text, seat = mark(f"job_{label}"), world.cast.seats[persona]
        job = Job.objects.create(
            vendor_id=seat.vendor_id,
            partner_id=seat.partner_id,
            person=seat.person,
            seat_id=seat.pk,
            kind="accounts.import" if label == "northwind_import" else "export",
            title=text,
            arguments={"import": 0, "header": [text], RIGHTS: rights_of(world.cast.actor(persona))},
            state="failed",
            error=text,
            ended_at=timezone.now(),
            refused=1,
        )
        job.refusals.create(line=2, name=text, reason=text, cells=[text])
        file = JobFile(job=job, name=f"{text}.csv", size=20, media_type="text/csv")
        file.content.save("x", ContentFile(text.encode()))
        world.rows.setdefault("job", {})[label] = {"key": job.key}
        world.rows.setdefault("job_file", {})[label] = {"key": job.key, "file": file.key}


def _mark_messages(cast: Cast) -> None:
    """Give each person whom the events told somebody one notification and one mail with its own marker."""
    for persona in ("brightpath_sales", "kappel_sales", "isle_sales", "northwind_approver", "halden_approver"):
        text, person = mark(f"told_{persona}"), cast.people[persona]
        facts = dict.fromkeys(("customer", "reference", "partner", "who"), text)
        # Of a deal that the person may open: the words of others are not shown.
        seen = Deal.objects.visible_to(cast.actor(persona)).order_by("pk").first()
        event = Event.objects.about(seen).filter(kind="deal.submitted").get()
        key = {"event": event, "person": person, "kind": "deal.submitted"}
        Notification.objects.update_or_create(
            **key, defaults={"seat_id": cast.seats[persona].pk, "path": "/", "facts": facts}
        )
        Mail.objects.create(
            person=person, template=f"for_{persona}", to=person.email, subject=text, text=text, html=f"<p>{text}</p>"
        )
    _lose_messages(cast)


def _lose_messages(cast: Cast) -> None:
    """Let a mail, a delivery and an address of each vendor fail."""
    for side, persona in ((cast.northwind, "brightpath_administrator"), (cast.halden, "isle_sales")):
        first = Delivery.objects.filter(event__vendor_id=side.vendor.pk).order_by("pk").first()
        Delivery.objects.filter(pk=first.pk).update(state="dead", done_at=None, error=TRACEBACK)
        person, text = cast.people[persona], mark(f"{side.vendor.slug[0]}_lost")
        Mail.objects.create(
            person=person, event=first.event, vendor_id=side.vendor.pk, template="lost", to=person.email,
            subject=text, text=text, state="dead", error=f"552 5.2.2 {text}",
        )  # fmt: skip
    for persona in ("brightpath_sales", "northwind_manager"):
        person = cast.people[persona]
        Mail.objects.create(person=person, template="test", to=person.email, subject="Test", text="Test")
    Suppression.objects.create(address=f"{mark('bounced')}@gone.example", reason="bounced", detail=mark("bounced"))


def _address(world: World) -> None:
    """Say what stands for each object in addresses: label to the address's arguments."""
    cast, rows = world.cast, world.rows
    rows["deal"] = {label: {"reference": deal.reference} for label, deal in world.deals.items()}
    rows["draft"] = {persona: {"submission": submission} for persona, submission in DRAFTS.items()}
    rows["draft_file"] = {
        persona: {"submission": submission, "key": world.files[f"draft_{persona}"].key}
        for persona, submission in DRAFTS.items()
    }
    rows["file"] = {label: {"key": file.key} for label, file in world.files.items()}
    rows["deal_file"] = {
        label: {"reference": deal.reference, "key": world.files[label].key} for label, deal in world.deals.items()
    }
    rows["partner"] = {slug: {"slug": slug} for slug in ("brightpath", "kappel", "isle")}
    rows["seat"] = {
        persona: {"pk": seat.pk} for persona, seat in cast.seats.items() if "sales" in persona or "manager" in persona
    }
    merges = PartnerMerge.objects.select_related("vendor")
    rows["merge"] = {merge.vendor.slug[0]: {"key": merge.key} for merge in merges}
    rows["vendor_merge"] = rows["merge"]
    changes = TypeChange.objects.select_related("vendor")
    rows["type_change"] = {change.vendor.slug[0]: {"key": change.key} for change in changes}
    rows["vendor_type_change"] = rows["type_change"]
    rows["template"] = {"any": {"template": "deal_approved"}}
    _address_mails(world)
    rows["saved_view"] = {
        persona: {"pk": SavedView.objects.get(seat=seat).pk}
        for persona, seat in cast.seats.items()
        if SavedView.objects.filter(seat=seat).exists()
    }
    rows["staff"] = rows["seat"]
    for name in ("brightpath", "kappel", "northwind", "halden"):
        kind = "invitation" if name in {"brightpath", "kappel"} else "staff_invitation"
        rows.setdefault(kind, {})[name] = {"pk": Invitation.objects.get(digest=f"invited_{name}").pk}
    for name in ("northwind", "halden"):
        rows.setdefault("first_invitation", {})[name] = {"pk": Invitation.objects.get(digest=f"first_{name}").pk}
        rows.setdefault("provider", {})[name] = {"slug": name}
    rows["token"] = {
        persona: {"pk": AccessToken.objects.get(seat=seat).pk}
        for persona, seat in cast.seats.items()
        if AccessToken.objects.filter(seat=seat).exists()
    }
    told = ("brightpath_sales", "kappel_sales", "isle_sales", "northwind_approver", "halden_approver")
    rows["mail"] = {persona: {"pk": Mail.objects.get(template=f"for_{persona}").pk} for persona in told}
    rows["notification"] = {
        persona: {"pk": Notification.objects.filter(person=cast.people[persona]).latest("pk").pk} for persona in told
    }
    rows["event"] = {
        label: {"pk": veil(Event.objects.about(deal).filter(kind="deal.submitted")[0].pk, "event")}
        for label, deal in world.deals.items()
    }
    rows["note_event"] = {
        label: {"pk": veil(Event.objects.about(deal).filter(kind="deal.noted")[0].pk, "event")}
        for label, deal in world.deals.items()
    }
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        rows.setdefault("account", {})[letter] = {"pk": Account.objects.filter(vendor=side.vendor).first().pk}
        rows.setdefault("import", {})[letter] = {"key": Import.objects.get(vendor=side.vendor).key}
        rows.setdefault("product", {})[letter] = {"pk": side.robot.pk}
        rows.setdefault("program", {})[letter] = {"pk": side.program.pk}
    rows["enrollment"] = {f"{name.split('_')[1][0]}{name[0]}": {"pk": row.pk} for name, row in cast.enrollments.items()}
    moved = {"n": cast.enrollments["kappel_northwind"], "h": cast.enrollments["isle_halden"]}
    rows["enrollment_move"] = {letter: {"pk": row.pk, "step": "suspend"} for letter, row in moved.items()}
    _address_console(world)
    for name, found in addressed_facts(cast).items():
        rows.setdefault(name, {}).update(found)


def _address_mails(world: World) -> None:
    """What went wrong with mails, and links in them."""
    cast, rows = world.cast, world.rows
    vendors = {"n": cast.northwind.vendor, "h": cast.halden.vendor}
    dead = Delivery.objects.dead().order_by("pk")
    rows["delivery"] = {"dead": {"pk": dead[0].pk}}
    rows["lost_delivery"] = {
        letter: {"pk": dead.get(event__vendor_id=vendor.pk).pk} for letter, vendor in vendors.items()
    }
    rows["lost_mail"] = {
        letter: {"pk": Mail.objects.get(template="lost", vendor_id=vendor.pk).pk} for letter, vendor in vendors.items()
    }
    rows["test_mail"] = {
        persona: {"pk": Mail.objects.get(template="test", person=cast.people[persona]).pk}
        for persona in ("brightpath_sales", "northwind_manager")
    }
    rows["suppression"] = {"any": {"pk": Suppression.objects.get().pk}}
    rows["import_kind"] = {"any": {"kind": "accounts"}}
    rows["cutover_step"] = {"any": {"kind": "partners"}}
    rows["api_list"] = {"any": {"name": "opportunities"}}
    rows["crm"] = {"any": {"system": "salesforce"}}
    rows["mail_text"] = {"any": {"template": "deal_approved", "language": "en"}}
    rows["text_preview"] = {"any": {"template": "deal_approved", "language": "en", "key": "none"}}
    person = cast.people["brightpath_sales"]
    rows["mail_link"] = {"any": {"token": token_for(person.pk, "deal.commented")}}
    rows["address_link"] = {"any": {"token": address_token(person)}}


def _address_console(world: World) -> None:
    """Every model of the console, one row of each vendor."""
    cast = world.cast
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        deal = world.deals[f"{letter}b"]
        found = {
            "partners_program": side.program,
            "partners_partner": cast.kappel if letter == "n" else cast.isle,
            "partners_enrollment": cast.enrollments["kappel_northwind" if letter == "n" else "isle_halden"],
            "partners_seat": cast.seats[f"{side.vendor.slug}_finance"],
            "accounts_account": deal.account,
            "accounts_opportunity": Opportunity.objects.create(
                vendor=side.vendor, account=deal.account, external_id="1", name=mark(f"direct_{side.vendor.slug}")
            ),
            "accounts_productfamily": side.robots,
            "accounts_product": side.robot,
            "dealreg_policy": _next_policy(side),
            "dealreg_leadrules": LeadRules.objects.get(vendor=side.vendor),
            "dealreg_deal": deal,
            "standing_tier": Tier.objects.filter(vendor=side.vendor).first() or _tier(side),
            "standing_standing": Standing.objects.filter(vendor=side.vendor).first() or _standing(cast, side),
        }
        for name, row in found.items():
            world.rows.setdefault(f"console_{name}", {})[letter] = {"object_id": row.pk}
        for kind, model in (("tier_review", TierReview), ("tier_override", TierOverride)):
            row = model.objects.filter(vendor=side.vendor).order_by("pk").first()
            world.rows.setdefault(kind, {})[letter] = {"pk": row.pk}
        by_hand = cast.enrollments["kappel_northwind" if letter == "n" else "isle_halden"]
        world.rows.setdefault("standing_by_hand", {})[letter] = {"pk": by_hand.pk}
        draft = _draft(side)
        for kind, further in (
            ("scheme_draft", {}),
            ("scheme_section", {"section": "tiers"}),
            ("scheme_part", {"place": "tiers.0"}),
            ("scheme_need", {"place": "tiers.0.needs"}),
            ("scheme_undo", {"revision": 0}),
        ):
            world.rows.setdefault(kind, {})[letter] = {"pk": draft.pk, **further}
    assert Seat.objects.exists()
    assert DealDraft.objects.count() == len(DRAFTS)


def _tier(side: Any) -> Tier:
    return Tier.objects.create(vendor=side.vendor, program=side.program, slug="h-tier", name=mark("h_tier"), rank=1)


def _draft(side: Any) -> Scheme:
    """Return a draft of a tier scheme."""
    text = mark(f"{side.vendor.slug[0]}_scheme")
    needs = {"all": [{"figure": {"measure": "points"}, "at_least": 5}]}
    definition = {"tiers": [{"slug": "first", "name": text, "needs": needs}]}
    return Scheme.objects.create(vendor=side.vendor, program=side.program, number=9, name=text, definition=definition)


def _next_policy(side: Any) -> Policy:
    """Return rules that hold from next month on: those in force can't be changed any more."""
    return Policy.objects.create(
        vendor=side.vendor,
        program=side.program,
        reference="next",
        valid_from=timezone.localdate() + timedelta(days=30),
        clauses={"2.1": mark(f"{side.vendor.slug[0]}_catalogue")},
    )


def _standing(cast: Cast, side: Any) -> Standing:
    enrollment = cast.enrollments["isle_halden"]
    return Standing.objects.create(
        enrollment=enrollment, vendor=side.vendor, partner=cast.isle, tier=Tier.objects.get(vendor=side.vendor)
    )


def later(days: int) -> str:
    """Return a day as a form takes it."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()
