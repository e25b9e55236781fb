"""Brightpath's own deals, and Mara's drafts: what people of the demo see first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.demo.brightpath_turns import (
    Turns,
    approved,
    approved_yesterday,
    castellan,
    declined,
    early,
    ending,
    lapsed,
    lost,
    negotiated,
    orbit,
    taken_up,
    wait,
    won,
)
from portal.demo.history import Customer

MARA = "sales@brightpath.example"
TOBIAS = "tobias.kern@brightpath.example"
MIRIAM = "miriam.pohlmann@brightpath.example"
SOFIE = "sofie@aalto.example"


@dataclass(frozen=True, slots=True)
class Entry:
    """A deal of Brightpath's.

    turns: what becomes of it. hours: submitted so many working hours ago; days: or so many days ago. closes: expected
    to close in so many days.
    """

    vendor: str
    customer: Customer
    owner: str
    title: str
    contact: str
    quantities: tuple[tuple[str, int], ...]
    turns: Callable[[Turns], None]
    days: int = 0
    hours: float = 0
    closes: int = 60
    notes: str = ""
    part: str = "sell"


ENTRIES = (
    Entry(
        "northwind",
        Customer("Castellan Foods GmbH", "DE", "castellan-foods.example", "Kassel"),
        MARA,
        "12 palletising cells",
        "Ines Rothmann",
        (("PC-40", 12), ("COM-D", 8), ("CARE-P", 7)),
        castellan,
        days=46,
        closes=16,
        notes="We installed the conveyors there in spring. The plant manager visited our reference in Ulm and asked "
        "for cells on all four lines.",
    ),
    Entry(
        "northwind",
        Customer("Orbit Logistics GmbH & Co. KG", "DE", "orbit-logistics.example", "Bremen"),
        MARA,
        "Transport between halls",
        "Henrik Ehlers",
        (("TB-500", 5), ("FD-S", 2)),
        orbit,
        hours=31,
        closes=53,
        notes="Several sites are planned.",
    ),
    Entry(
        "northwind",
        Customer("Maren & Sohn Räucherei GmbH", "DE", "maren-sohn.example", "Lübeck"),
        MARA,
        "Tray handling",
        "Greta Maren",
        (("PA-6", 2), ("CARE-B", 2)),
        wait,
        hours=3,
        closes=90,
    ),
    Entry(
        "northwind",
        Customer("Tessaly Foods B.V.", "NL", "tessaly.example", "Zwolle"),
        TOBIAS,
        "Second packing line",
        "Sanne Hoekstra",
        (("PC-80", 3), ("CS-1", 6)),
        taken_up,
        hours=20,
        closes=127,
    ),
    Entry(
        "northwind",
        Customer("Fennwick Systems ApS", "DK", "fennwick.example", "Odense"),
        MARA,
        "Goods-in without forklifts",
        "Freja Kjeldsen",
        (("PA-12", 3), ("CS-1", 8), ("COM-D", 4)),
        approved_yesterday,
        hours=38,
        closes=24,
    ),
    Entry(
        "northwind",
        Customer("Hafenkontor Nord GmbH", "DE", "hafenkontor.example", "Hamburg"),
        MARA,
        "Transport to the quay",
        "Jonas Wiesner",
        (("TB-1500", 4), ("FD-P", 1)),
        ending,
        days=112,
        closes=61,
    ),
    Entry(
        "northwind",
        Customer("Brandner Backwaren AG", "CH", "brandner-backwaren.example", "Olten"),
        TOBIAS,
        "Depalletising of crates",
        "Clara Brandner",
        (("PC-40", 3), ("CARE-B", 3)),
        ending,
        days=116,
        closes=98,
    ),
    Entry(
        "northwind",
        Customer("Lichtenau Pharma AG", "DE", "lichtenau-pharma.example", "Leipzig"),
        MARA,
        "Clean room packing",
        "Miriam Sattler",
        (("PA-12", 6), ("CS-1", 12), ("CARE-P", 6)),
        negotiated,
        days=58,
        closes=135,
    ),
    Entry(
        "northwind",
        Customer("Kühlhaus Weser GmbH", "DE", "kuehlhaus-weser.example", "Bremen"),
        MIRIAM,
        "Cold store, minus 22 degrees",
        "Uwe Thies",
        (("PC-80", 2), ("DE-4", 12)),
        early,
        days=33,
        closes=32,
    ),
    Entry(
        "northwind",
        Customer("Alster Papier GmbH", "DE", "", "Hamburg"),
        MARA,
        "Reels onto pallets",
        "Ida Körner",
        (("PC-40", 4),),
        declined,
        days=7,
        closes=69,
    ),
    Entry(
        "northwind",
        Customer("Rauhfels Getränke GmbH", "DE", "rauhfels.example", "Ulm"),
        TOBIAS,
        "End of line, two shifts",
        "Stefan Pohlmann",
        (("PC-40", 5), ("CS-1", 4)),
        lapsed,
        days=141,
        closes=-12,
    ),
    Entry(
        "northwind",
        Customer("Ostermoor Molkerei eG", "DE", "ostermoor.example", "Oldenburg"),
        MARA,
        "Six cells, one control room",
        "Greta Jahnke",
        (("PC-40", 6), ("FD-S", 1), ("CARE-P", 6)),
        won(97, 24, "Order signed on site. First cell in March."),
        days=105,
        closes=-20,
    ),
    Entry(
        "northwind",
        Customer("Silberbruch Werkzeuge GmbH", "DE", "silberbruch.example", "Dortmund"),
        SOFIE,
        "Sorting of crates",
        "Felix Albers",
        (("PA-6", 4), ("CS-1", 4)),
        won(100, 61, "Won against two others: the reference in Ulm decided."),
        days=150,
        closes=-55,
    ),
    Entry(
        "northwind",
        Customer("Tannreuth Möbel KG", "DE", "tannreuth.example", "Erfurt"),
        TOBIAS,
        "New warehouse, first stage",
        "Nele Voss",
        (("PC-80", 2),),
        lost,
        days=90,
        closes=-15,
    ),
    Entry(
        "halden",
        Customer("Hanse Klinikverbund gGmbH", "DE", "hanse-kliniken.example", "Hamburg"),
        MARA,
        "Leaving the old data centre",
        "Katrin Lüders",
        (("HC-M", 8), ("HV-I", 20), ("SUP-P", 1)),
        negotiated,
        days=40,
        closes=114,
    ),
    Entry(
        "halden",
        Customer("Nordlicht Energie AG", "DE", "nordlicht-energie.example", "Flensburg"),
        MARA,
        "Second site for emergencies",
        "Paul Hagedorn",
        (("HC-S", 12), ("HS-1", 2)),
        wait,
        hours=17,
        closes=151,
    ),
    Entry(
        "halden",
        Customer("Elbtal Versicherung AG", "DE", "elbtal.example", "Dresden"),
        TOBIAS,
        "Backup that can't be deleted",
        "Lena Brandner",
        (("HV-I", 30), ("HK-1", 6)),
        ending,
        days=83,
        closes=48,
    ),
    Entry(
        "halden",
        Customer("Marschland Medien GmbH", "DE", "marschland.example", "Bremen"),
        SOFIE,
        "File shares of 14 branches",
        "Moritz Ehlers",
        (("HC-S", 6),),
        approved,
        days=12,
        closes=85,
        part="refer",
    ),
    Entry(
        "halden",
        Customer("Wolfskamp Bau AG", "DE", "wolfskamp.example", "Kassel"),
        MARA,
        "Replacement of tape",
        "Tobias Seidel",
        (("HV-10", 24), ("MOVE-5", 1)),
        won(94, 33, "They start with backup; the servers follow next year."),
        days=77,
        closes=-30,
    ),
)


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
