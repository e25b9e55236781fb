"""The demo's companies that apply: who they are, and what became of their applications."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify

from onboarding.enums import ApplicationState, DeclineReason, Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company that applies, how many days ago, and what became of it."""

    name: str
    contact: str
    days: float
    state: ApplicationState = ApplicationState.SUBMITTED
    country: str = "DE"
    city: str = ""
    kind: str = "services"
    headcount: str = "11-50"
    industries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    customers: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: str = ""
    answered: str = ""
    note: str = ""
    decided: float = 0
    reason: str = ""
    text: str = ""
    why: str = ""
    doubts: tuple[dict[str, str], ...] = ()
    ended_as: str = ""

    @property
    def domain(self) -> str:
        """The domain of its address."""
        return f"{slugify(self.name)}.example"


STATE = ApplicationState
COMPANIES: dict[str, tuple[Company, ...]] = {
    "northwind": (
        Company(
            name="Lindgren Automation",
            contact="Astrid Lindgren",
            days=0.3,
            country="SE",
            city="Malmö",
            industries=("food", "logistics", "manufacturing"),
            services=("integration", "implementation", "support"),
            regions=("nordics",),
            customers="Polar Bryggeri\nSkåne Mejeri",
            answers={"robots-installed": 34, "competitors": ["Others"]},
        ),
        Company(
            name="Castagna Robotica",
            contact="Giulia Castagna",
            days=1.6,
            country="IT",
            city="Brescia",
            industries=("food", "automotive"),
            services=("integration", "consulting", "training"),
            regions=("italy", "dach"),
            answers={"robots-installed": 12, "competitors": ["Krater Robotics"]},
            note="Met them at the fair in Parma: serious people, own workshop.",
        ),
        Company(
            name="Pfeil Fördertechnik",
            contact="Karin Pfeil",
            days=9,
            city="Ulm",
            kind="reseller",
            headcount="51-250",
            industries=("logistics",),
            services=("resale", "implementation"),
            regions=("dach",),
            answers={"robots-installed": 3},
        ),
        Company(
            name="Brno Palety",
            contact="Petr Novák",
            days=5,
            state=STATE.ASKED,
            country="CZ",
            city="Brno",
            industries=("manufacturing", "wholesale"),
            services=("integration",),
            regions=("central-europe",),
            answers={"robots-installed": 8},
            asked="In which countries do your own engineers install, and in which do you work with others?",
        ),
        Company(
            name="Ravel Systèmes",
            contact="Hugo Ravel",
            days=6,
            country="FR",
            city="Lyon",
            headcount="51-250",
            industries=("food", "chemicals"),
            services=("integration", "support", "managed"),
            regions=("france", "benelux"),
            answers={"robots-installed": 51, "competitors": ["Omnipick"]},
            asked="You sell Omnipick today. Would you sell both, or move over?",
            answered="We move over: our contract with them ends in March, and our customers ask for your grippers.",
        ),
        Company(
            name="Quickbox Traders",
            contact="Sam Doyle",
            days=1.1,
            country="IE",
            kind="referral",
            headcount="1-10",
            industries=("retail",),
            answers={"robots-installed": 0},
            doubts=({"code": "website", "website": "qb-shop.example", "domain": "quickbox-traders.example"},),
        ),
        Company(
            name="Adria Inženjering",
            contact="Ivana Horvat",
            days=20,
            state=STATE.WAITLISTED,
            country="HR",
            city="Rijeka",
            industries=("food",),
            services=("consulting", "integration"),
            regions=("south-east-europe",),
            answers={"robots-installed": 5},
            text="We open South-Eastern Europe in spring and will come back to you then.",
        ),
        Company(
            name="Blockwise Media",
            contact="Tess Novak",
            days=31,
            state=STATE.DECLINED,
            country="NL",
            kind="influencer",
            headcount="1-10",
            industries=("information",),
            answers={"robots-installed": 0},
            decided=2,
            reason=DeclineReason.NO_FIT,
            text="We look for companies that install robots. To write about us, talk to our press office.",
        ),
        Company(
            name="Krater Robotics",
            contact="Jo Smith",
            days=12,
            state=STATE.DECLINED,
            kind="technology",
            headcount="251-1000",
            decided=0,
            reason=DeclineReason.COMPETITOR,
            text="Northwind Robotics takes no applications from your company’s domain.",
            why="krater-robotics.example is on the program’s list of blocked domains.",
        ),
        Company(
            name="Sundby Logistik",
            contact="Mette Sundby",
            days=40,
            state=STATE.WITHDRAWN,
            country="DK",
            industries=("logistics",),
            answers={"robots-installed": 2},
        ),
        Company(name="Halvard Vision", contact="Ole Halvard", days=2, state=STATE.DRAFT, country="NO"),
        Company(name="Tessera Pack", contact="Nina Berg", days=0.1, state=STATE.UNCONFIRMED, country="AT"),
        Company(
            name="Kestrel Deutschland",
            contact="Uwe Kern",
            days=8,
            state=STATE.WITHDRAWN,
            ended_as=Ended.DUPLICATE,
        ),
    ),
    "halden": (
        Company(
            name="Fjordline IT",
            contact="Sigrid Moe",
            days=0.8,
            country="NO",
            city="Bergen",
            kind="msp",
            headcount="51-250",
            industries=("public", "health"),
            services=("managed", "hosting", "security"),
            regions=("nordics",),
            answers={"certified": "yes"},
        ),
        Company(
            name="Nimbus Werkstatt",
            contact="Jana Roth",
            days=4,
            state=STATE.ASKED,
            city="Leipzig",
            kind="services",
            industries=("information",),
            services=("migration", "consulting"),
            regions=("dach",),
            answers={"certified": "no"},
            asked="When do you plan to be certified?",
        ),
        Company(
            name="Cloudberry Oy",
            contact="Timo Lahti",
            days=26,
            state=STATE.DECLINED,
            country="FI",
            kind="reseller",
            headcount="1-10",
            services=("resale",),
            answers={"certified": "no"},
            decided=3,
            reason=DeclineReason.CAPACITY,
            text="We take on no more resellers in Finland this year.",
        ),
    ),
}
