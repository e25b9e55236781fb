"""Brightpath's own deals: what its people see first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from portal.demo.chronicle import Chronicle, working_hours_ago
from portal.demo.history import Customer, begin, decider, plan_past_of
from portal.demo.queue import daytime
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from partners.models import Seat
    from portal.demo.stories import Story
    from portal.demo.world import World

MARA, TOBIAS, MIRIAM, SOFIE = "sales@brightpath.example", "tobias.kern@brightpath.example", "miriam.pohlmann@brightpath.example", "sofie@aalto.example"
SATURDAY = 5


def days_ago(world: World, days: int, hour: int = 10, minute: int = 0) -> datetime:
    """Return an hour (UTC) so many days ago, on the Friday before where that is a weekend, never in the future."""
    at = (world.now - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    while at.weekday() >= SATURDAY:
        at -= timedelta(days=1)
    return min(at, world.now - timedelta(minutes=25))


@dataclass(frozen=True, slots=True)
class Entry:
    """A deal of Brightpath's. hours: submitted so many working hours ago; days: or so many days ago."""

    vendor: str
    customer: Customer
    owner: str
    quantities: tuple[tuple[str, int], ...]
    then: Callable[[Telling], None]
    days: int = 0
    hours: float = 0
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a `then` works with."""

    world: World
    story: Story
    start: datetime

    @property
    def approver(self) -> Seat:
        """Who decides at the vendor."""
        return self.story.member.side.seats[Role.APPROVER]

    @property
    def manager(self) -> Seat:
        """The vendor's partner manager."""
        return self.story.member.side.seats[Role.MANAGER]

    def day(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """Return a time so many days ago, but after all that happened."""
        return max(days_ago(self.world, days, hour, minute), self.story.happenings[-1].at + timedelta(minutes=9))


def _germany(name: str, domain: str, city: str) -> Customer:
    return Customer(name, "DE", domain, city)


def _castellan(t: Telling) -> None:
    t.story.take(t.start + timedelta(hours=2), t.approver)
    t.story.approve(t.start + timedelta(hours=5), t.approver, "Well prepared, thank you. Please send us the drawing of the hall before the site visit.")
    t.story.comment(t.day(38, 9), t.story.owner, "The drawing is attached to the offer. The floor carries two tonnes per square metre.")
    t.story.comment(t.day(37, 14), t.approver, "That is enough. Our engineer Alice can join on site if you tell us the day.")
    t.story.change(t.day(20), stage="proposal", next_step="Site survey Kassel", next_step_on=(t.world.now + timedelta(days=2)).date())
    t.story.note(t.day(16, 13), t.manager, "Castellan's group builds two more plants next year. Worth a joint visit.")
    t.story.comment(t.day(2, 15), t.approver, "Does Thursday still stand? I would bring the safety expert along.")


def _orbit(t: Telling) -> None:
    question = "Tell us which sites Orbit Logistics will equip, and in which order. One of them may be in another partner's territory."
    t.story.take(t.start + timedelta(hours=3), t.approver)
    t.story.ask(max(working_hours_ago(t.world.now, 9, "Europe/Berlin"), t.start + timedelta(hours=4)), t.approver, ["title", "notes"], question)


def _waiting(_telling: Telling) -> None:
    return


def _in_review(t: Telling) -> None:
    t.story.take(t.start + timedelta(hours=1), t.approver)


def _approved_yesterday(t: Telling) -> None:
    at = max(working_hours_ago(t.world.now, 22, "Europe/Berlin"), t.start + timedelta(hours=2))
    t.story.approve(at, t.approver, "Approved. Quote the reference on the order, and tell us when the site visit is.")


def _ends_soon(t: Telling) -> None:
    t.story.approve(t.start + timedelta(hours=9), t.approver)
    t.story.change(t.start + timedelta(days=30), stage="proposal", next_step="Answer the questions on safety", next_step_on=(t.world.now + timedelta(days=1)).date())
    t.story.comment(t.day(25), t.story.owner, "They wait for their board. The offer is valid until the end of the year.")


def _negotiates(t: Telling) -> None:
    t.story.approve(t.start + timedelta(hours=6), t.approver)
    t.story.change(t.start + timedelta(days=12), stage="proposal")
    t.story.change(t.day(6, 11), stage="negotiation", next_step="Agree on delivery dates", next_step_on=(t.world.now + timedelta(days=5)).date())
    t.story.comment(t.day(5, 9), t.story.owner, "Purchasing asks for delivery in eight weeks. Is that possible?")
    t.story.comment(t.day(4, 12), t.approver, "Eight weeks works if the order is here by the 15th.")


def _early(t: Telling) -> None:
    t.story.approve(t.start + timedelta(hours=26), t.approver)
    t.story.change(t.day(8), stage="needs", next_step="Test with the customer's own crates", next_step_on=(t.world.now + timedelta(days=9)).date())


def _approved_only(t: Telling) -> None:
    t.story.approve(t.start + timedelta(hours=20), t.approver)


def _declined(t: Telling) -> None:
    text = "Another registration is protected for these products. You can still win the deal, it just isn't protected; register again when the other has ended."
    t.story.decline(t.start + timedelta(hours=23), t.approver, "protected", text)


def _lapsed(t: Telling) -> None:
    t.story.approve(t.start + timedelta(hours=30), t.approver)


def _won(share: int, days: int, remark: str) -> Callable[[Telling], None]:
    def tell(t: Telling) -> None:
        t.story.approve(t.start + timedelta(hours=8), t.approver)
        t.story.change(t.start + timedelta(days=14), stage="negotiation")
        t.story.win(t.day(days, 13), Decimal(round(t.story.deal.value * share / 1000) * 10), remark)

    return tell


def _lost(t: Telling) -> None:
    t.story.approve(t.start + timedelta(hours=12), t.approver)
    t.story.lose(t.day(17, 15), "price", "The other offer was 14 percent lower.")


ENTRIES = (
    Entry("northwind", _germany("Castellan Foods GmbH", "castellan-foods.example", "Kassel"), MARA, (("PC-40", 12), ("COM-D", 8), ("CARE-P", 7)), _castellan, days=46, more={"title": "12 palletising cells", "contact_name": "Ines Rothmann", "contact_email": "ines.rothmann@castellan-foods.example", "notes": "We installed the conveyors there in spring. The plant manager visited our reference in Ulm and asked for cells on all four lines."}),
    Entry("northwind", _germany("Orbit Logistics GmbH & Co. KG", "orbit-logistics.example", "Bremen"), MARA, (("TB-500", 5), ("FD-S", 2)), _orbit, hours=31, more={"title": "Transport between halls", "contact_name": "Henrik Ehlers", "contact_email": "ehlers@orbit-logistics.example", "notes": "Several sites are planned."}),
    Entry("northwind", _germany("Maren & Sohn Räucherei GmbH", "maren-sohn.example", "Lübeck"), MARA, (("PA-6", 2), ("CARE-B", 2)), _waiting, hours=3, more={"title": "Tray handling", "contact_name": "Greta Maren", "contact_email": "greta@maren-sohn.example"}),
    Entry("northwind", Customer("Tessaly Foods B.V.", "NL", "tessaly.example", "Zwolle"), TOBIAS, (("PC-80", 3), ("CS-1", 6)), _in_review, hours=20, more={"title": "Second packing line", "contact_name": "Sanne Hoekstra", "contact_email": "s.hoekstra@tessaly.example"}),
    Entry("northwind", Customer("Fennwick Systems ApS", "DK", "fennwick.example", "Odense"), MARA, (("PA-12", 3), ("CS-1", 8), ("COM-D", 4)), _approved_yesterday, hours=38, more={"title": "Goods-in without forklifts", "contact_name": "Freja Kjeldsen", "contact_email": "fk@fennwick.example"}),
    Entry("northwind", _germany("Hafenkontor Nord GmbH", "hafenkontor.example", "Hamburg"), MARA, (("TB-1500", 4), ("FD-P", 1)), _ends_soon, days=112, more={"title": "Transport to the quay", "contact_name": "Jonas Wiesner", "contact_email": "wiesner@hafenkontor.example"}),
    Entry("northwind", Customer("Brandner Backwaren AG", "CH", "brandner-backwaren.example", "Olten"), TOBIAS, (("PC-40", 3), ("CARE-B", 3)), _ends_soon, days=116, more={"title": "Depalletising of crates", "contact_name": "Clara Brandner"}),
    Entry("northwind", _germany("Lichtenau Pharma AG", "lichtenau-pharma.example", "Leipzig"), MARA, (("PA-12", 6), ("CS-1", 12), ("CARE-P", 6)), _negotiates, days=58, more={"title": "Clean room packing", "contact_name": "Miriam Sattler", "contact_email": "sattler@lichtenau-pharma.example"}),
    Entry("northwind", _germany("Kühlhaus Weser GmbH", "kuehlhaus-weser.example", "Bremen"), MIRIAM, (("PC-80", 2), ("DE-4", 12)), _early, days=33, more={"title": "Cold store, minus 22 degrees", "contact_name": "Uwe Thies"}),
    Entry("northwind", _germany("Alster Papier GmbH", "", "Hamburg"), MARA, (("PC-40", 4),), _declined, days=7, more={"title": "Reels onto pallets", "contact_name": "Ida Körner"}),
    Entry("northwind", _germany("Rauhfels Getränke GmbH", "rauhfels.example", "Ulm"), TOBIAS, (("PC-40", 5), ("CS-1", 4)), _lapsed, days=141, more={"title": "End of line, two shifts", "contact_name": "Stefan Pohlmann"}),
    Entry("northwind", _germany("Ostermoor Molkerei eG", "ostermoor.example", "Oldenburg"), MARA, (("PC-40", 6), ("FD-S", 1), ("CARE-P", 6)), _won(97, 24, "Order signed on site. First cell in March."), days=105, more={"title": "Six cells, one control room", "contact_name": "Greta Jahnke"}),
    Entry("northwind", _germany("Silberbruch Werkzeuge GmbH", "silberbruch.example", "Dortmund"), SOFIE, (("PA-6", 4), ("CS-1", 4)), _won(100, 61, "Won against two others: the reference in Ulm decided."), days=150, more={"title": "Sorting of crates", "contact_name": "Felix Albers"}),
    Entry("northwind", _germany("Tannreuth Möbel KG", "tannreuth.example", "Erfurt"), TOBIAS, (("PC-80", 2),), _lost, days=90, more={"title": "New warehouse, first stage", "contact_name": "Nele Voss"}),
    Entry("halden", _germany("Hanse Klinikverbund gGmbH", "hanse-kliniken.example", "Hamburg"), MARA, (("HC-M", 8), ("HV-I", 20), ("SUP-P", 1)), _negotiates, days=40, more={"title": "Leaving the old data centre", "contact_name": "Katrin Lüders", "contact_email": "lueders@hanse-kliniken.example"}),
    Entry("halden", _germany("Nordlicht Energie AG", "nordlicht-energie.example", "Flensburg"), MARA, (("HC-S", 12), ("HS-1", 2)), _waiting, hours=17, more={"title": "Second site for emergencies", "contact_name": "Paul Hagedorn"}),
    Entry("halden", _germany("Elbtal Versicherung AG", "elbtal.example", "Dresden"), TOBIAS, (("HV-I", 30), ("HK-1", 6)), _ends_soon, days=83, more={"title": "Backup that can't be deleted", "contact_name": "Lena Brandner"}),
    Entry("halden", _germany("Marschland Medien GmbH", "marschland.example", "Bremen"), SOFIE, (("HC-S", 6),), _approved_only, days=12, more={"title": "File shares of 14 branches", "part": "refer", "contact_name": "Moritz Ehlers"}),
    Entry("halden", _germany("Wolfskamp Bau AG", "wolfskamp.example", "Kassel"), MARA, (("HV-10", 24), ("MOVE-5", 1)), _won(94, 33, "They start with backup; the servers follow next year."), days=77, more={"title": "Replacement of tape", "contact_name": "Tobias Seidel"}),
)  # fmt: skip


def plan_brightpath(chronicle: Chronicle) -> None:
    """Plan Brightpath's deals, and the rivals of two of them."""
    for entry in ENTRIES:
        _plan(chronicle, entry)
    plan_past_of(chronicle, chronicle.world.member("brightpath", "northwind"), 36, timedelta(days=160))
    plan_past_of(chronicle, chronicle.world.member("brightpath", "halden"), 17, timedelta(days=130))
    _plan_rivals(chronicle)


def _plan(chronicle: Chronicle, entry: Entry) -> None:
    world, member = chronicle.world, chronicle.world.member("brightpath", entry.vendor)
    minute = len(entry.customer.name) * 7 % 60
    at = daytime(world, member, entry.hours) if entry.hours else days_ago(world, entry.days, 7 + minute % 8, minute)
    fields = {"part": "sell", "quantities": entry.quantities, **entry.more}
    if entry.then is not _won and entry.days < 150:  # noqa: PLR2004
        fields.setdefault("close_date", (world.now + timedelta(days=20 + 7 * len(entry.customer.name) % 80)).date())

    def tell() -> None:
        owner = world.seat(entry.owner, "brightpath")
        story = begin(chronicle, member, owner, at, entry.customer, **fields)
        entry.then(Telling(world, story, at))

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


DRAFTS = (
    (
        3,
        {
            "customer_name": "Birkenau Fruchtsäfte GmbH",
            "customer_country": "DE",
            "customer_domain": "birkenau-saefte.example",
            "title": "Bottles onto mixed pallets",
            "value": "74.000",
            "currency": "EUR",
            "notes": "First call on Monday. Contact still to be asked for.",
        },
    ),
    (26, {"customer_name": "Windhorst Solar", "customer_country": "DE", "title": "Module handling"}),
)
"""Mara's drafts: hours since the last change, and what she typed."""
