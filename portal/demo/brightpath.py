"""Brightpath's deals, put in their places in time, and the rivals of two of them."""

from __future__ import annotations

from datetime import timedelta

from portal.demo.brightpath_deals import ENTRIES, Entry
from portal.demo.brightpath_turns import Turns, days_ago
from portal.demo.chronicle import Chronicle
from portal.demo.history import Customer, begin, decider, plan_past_of
from portal.demo.names import mail_name
from portal.demo.queue import daytime


def plan_brightpath(chronicle: Chronicle) -> None:
    """Plan Brightpath's deals, and the rivals of two of them."""
    for entry in ENTRIES:
        _plan(chronicle, entry)
    plan_past_of(chronicle, chronicle.world.member("brightpath", "northwind"), 36, timedelta(days=160))
    plan_past_of(chronicle, chronicle.world.member("brightpath", "halden"), 8, timedelta(days=130))
    _plan_rivals(chronicle)


def _plan(chronicle: Chronicle, entry: Entry) -> None:
    world, member = chronicle.world, chronicle.world.member("brightpath", entry.vendor)
    minute = len(entry.customer.name) * 7 % 60
    at = daytime(world, member, entry.hours) if entry.hours else days_ago(world, entry.days, 7 + minute % 8, minute)
    fields = {
        "part": entry.part,
        "quantities": entry.quantities,
        "title": entry.title,
        "contact_name": entry.contact,
        "contact_email": f"{mail_name(entry.contact)}@{entry.customer.domain}" if entry.customer.domain else "",
        "close_date": (world.now + timedelta(days=entry.closes)).date(),
        **({"notes": entry.notes} if entry.notes else {}),
    }

    def tell() -> None:
        owner = world.seat(entry.owner, "brightpath")
        story = begin(chronicle, member, owner, at, entry.customer, **fields)
        entry.turns(Turns(world, story, at))

    chronicle.plan(at, tell)


def _plan_rivals(chronicle: Chronicle) -> None:
    world, kappel = chronicle.world, chronicle.world.member("kappel", "northwind")
    long_ago, lately = days_ago(world, 44, 8, 24), daytime(world, kappel, 26)

    def protected_first() -> None:
        customer = Customer("Alsterpapier GmbH", "DE", "alsterpapier.example", "Hamburg")
        story = begin(chronicle, kappel, kappel.sellers[0], long_ago, customer, part="sell", quantities=(("PC-40", 5),))
        story.approve(long_ago + timedelta(hours=6), decider(world, story))

    def behind_castellan() -> None:
        customer = Customer("CASTELLAN-FOODS", "DE", "", "Kassel")
        more = {"part": "sell", "quantities": (("PC-40", 10),), "contact_name": "Ines Rothmann"}
        begin(chronicle, kappel, kappel.sellers[-1], lately, customer, **more)

    chronicle.plan(long_ago, protected_first)
    chronicle.plan(lately, behind_castellan)
