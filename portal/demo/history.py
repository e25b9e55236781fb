"""Two years of deals: more each quarter, fewer in August, won and lost as the partner's skill has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.enums import AccountOrigin
from accounts.identities import Identity
from dealreg.enums import Status
from portal.demo import talk
from portal.demo.chronicle import Chronicle, after, office_time, office_time_before
from portal.demo.names import company_name, domain_of, mail_name, person_name, town_of
from portal.demo.ruled import ruled
from portal.demo.world import HISTORY
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from random import Random

    from partners.models import Seat
    from portal.demo.stories import Story
    from portal.demo.world import Member, World

SEASON = {1: 0.8, 2: 0.95, 3: 1.3, 4: 0.9, 5: 1.0, 6: 1.35, 7: 0.75, 8: 0.5, 9: 1.2, 10: 1.05, 11: 1.15, 12: 0.85}
NEIGHBOURS = {
    "DE": "AT CH NL PL",
    "AT": "DE CZ",
    "CH": "DE FR",
    "NL": "BE DE",
    "BE": "NL FR",
    "FR": "BE ES",
    "ES": "PT FR",
    "IT": "CH FR",
    "GB": "IE",
    "IE": "GB",
    "SE": "NO FI DK",
    "NO": "SE DK",
    "DK": "SE DE",
    "FI": "SE",
    "PL": "CZ DE",
    "CZ": "PL AT",
    "US": "CA MX",
    "CA": "US",
    "SG": "AU IN",
    "AE": "IN",
    "BR": "PT",
    "AU": "SG",
}
WORTH_REGISTERING = 15_000
RECENT = timedelta(days=5)
DIGEST = timedelta(days=60)


@dataclass(slots=True)
class Customer:
    """Whom a registration is for."""

    name: str
    country: str
    domain: str
    city: str


def plan_history(chronicle: Chronicle, vendor: str, count: int) -> None:
    """Plan so many deals of all the vendor's partners but Brightpath, the last of them five days ago."""
    world = chronicle.world
    members = [m for m in world.members if m.side.vendor.slug == vendor and m.plan.weight]
    for at in _moments(world, count, HISTORY - timedelta(days=5), RECENT):
        able = [m for m in members if m.until > at and m.enrollment.enrolled_at < at]
        member = world.rng.choices(able, [m.plan.weight for m in able])[0]
        chronicle.plan(at, _teller(chronicle, member, at))


def plan_past_of(chronicle: Chronicle, member: Member, count: int, newest: timedelta) -> None:
    """Plan so many deals of one member that are over by now."""
    for at in _moments(chronicle.world, count, HISTORY - timedelta(days=5), newest):
        chronicle.plan(at, _teller(chronicle, member, at, over=True))


def _moments(world: World, count: int, oldest: timedelta, newest: timedelta) -> list[datetime]:
    today = world.now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=back) for back in range(oldest.days, newest.days - 1, -1)]
    weights = [
        0.0 if day.weekday() > 4 else SEASON[day.month] * (0.55 + 0.9 * place / len(days))
        for place, day in enumerate(days)
    ]
    chosen = world.rng.choices(days, weights, k=count)
    return sorted(day + timedelta(hours=world.rng.uniform(6.5, 16)) for day in chosen)


def _teller(chronicle: Chronicle, member: Member, at: datetime, *, over: bool = False) -> Any:
    def tell() -> None:
        rng = chronicle.world.rng
        owner = rng.choice(member.sellers)
        customer = choose_customer(chronicle, member, at)
        story = begin(chronicle, member, owner, at, customer)
        live(chronicle.world, story, over=over)

    return tell


# --- the customer


def choose_customer(chronicle: Chronicle, member: Member, at: datetime) -> Customer:
    """Return a new company, an existing customer, a customer of before, or a rival's under another spelling."""
    rng, draw = chronicle.world.rng, chronicle.world.rng.random()
    shelf = chronicle.of(member)
    if draw < 0.07:
        around = {member.plan.country, *NEIGHBOURS.get(member.plan.country, "").split()}
        held = [s for s in shelf.stories[-150:] if s.member is not member and s.contends_at(at)]
        held = [s for s in held if s.deal.customer_country in around]
        if held:
            deal = rng.choice(held).deal
            return Customer(respell(rng, deal.customer_name), str(deal.customer_country), "", deal.customer_city)
    elif draw < 0.15:
        own = [s for s in shelf.stories if s.member is member and s.free_from and s.free_from < at - timedelta(days=40)]
        own = [s for s in own if not shelf.contending(s.account, at)]
        if own:
            deal = rng.choice(own).deal
            return Customer(deal.customer_name, str(deal.customer_country), deal.customer_domain, deal.customer_city)
    elif draw < 0.24:
        near = [a for a in member.side.customers.get(member.plan.country, ()) if not shelf.contending(a, at)]
        if near:
            account = rng.choice(near)
            return Customer(
                account.name, member.plan.country, account.domain if rng.random() < 0.6 else "", account.city
            )
    return new_customer(rng, member)


def new_customer(rng: Random, member: Member) -> Customer:
    """Return a company that the vendor doesn't know, in the partner's country or beside it."""
    home = member.plan.country
    around = NEIGHBOURS.get(home, home).split()
    while True:
        country = home if rng.random() < 0.78 else rng.choice(around)
        name = company_name(rng, country)
        domain = domain_of(name) if rng.random() < 0.8 else ""
        customer = Customer(name, country, domain, town_of(rng, country) if rng.random() < 0.85 else "")
        if member.side.book.is_free(Identity(name=name, country=country, domain=domain)):
            return customer


def respell(rng: Random, name: str) -> str:
    """Return the name as somebody else might write it."""
    words = name.split()
    stem = words[:-1] if len(words) > 2 else words
    kind = rng.randrange(4)
    if kind == 0:
        return " ".join(stem).upper()
    if kind == 1:
        return "-".join(stem)
    if kind == 2:
        root = stem[0]
        middle = len(root) // 2
        return " ".join([root[:middle] + root[middle] + root[middle:], *stem[1:]])
    return f"{' '.join(stem)} Group"


# --- the registration


def begin(chronicle: Chronicle, member: Member, owner: Seat, at: datetime, customer: Customer, **more: Any) -> Story:
    """Submit a plausible registration for a customer; `more` replaces fields."""
    rng, slug = chronicle.world.rng, member.side.vendor.slug
    contact = person_name(rng, customer.country) if rng.random() < 0.88 else ""
    mail = f"{mail_name(contact)}@{customer.domain}" if contact and customer.domain else ""
    fields: dict[str, Any] = {
        "country": customer.country,
        "domain": customer.domain,
        "city": customer.city,
        "contact_name": contact,
        "contact_email": mail,
        "title": rng.choice(talk.TITLES[slug]),
        "notes": rng.choice(talk.NOTES),
        "close_date": (at + timedelta(days=rng.randint(35, 200))).date(),
        "stage": rng.choice(("qualified", "qualified", "needs", "proposal")),
        "part": rng.choices(("sell", "refer", "install"), (90, 5, 5))[0],
    }
    worth = {} if "quantities" in more else _worth(rng, member)
    return chronicle.open(member, owner, customer.name, at=at, **{**fields, **worth, **more})


def _worth(rng: Random, member: Member) -> dict[str, Any]:
    plans = [plan for plan, _ in member.side.products]
    first = rng.choice([plan for plan in plans if plan.family != "service"])
    count = rng.randint(*first.usual)
    while count * first.price < WORTH_REGISTERING and rng.random() < 0.95:
        count *= 2
    chosen = {first.sku: count}
    for extra in rng.sample(plans, rng.choice((0, 1, 1, 2))):
        chosen.setdefault(extra.sku, rng.randint(*extra.usual))
    if rng.random() < 0.1:
        return {"value": Decimal(rng.choice((25, 40, 60, 80, 120, 150, 240)) * 1000)}
    return {"quantities": tuple(chosen.items())}


# --- what becomes of it


def live(world: World, story: Story, *, over: bool = False) -> None:
    """Let a registration be decided and the deal be worked. `over`: the deal is closed by now."""
    rng, zone = world.rng, story.deal.vendor.time_zone
    seat = decider(world, story)
    if ruled(story, seat, rng):
        if story.deal.status == Status.APPROVED:
            _work(world, story, story.happenings[-1].at, over=over)
        return
    decided = after(story.deal.submitted_at, min(rng.lognormvariate(2.5, 0.75), 110), zone, rng)
    decided = min(decided, world.now - timedelta(minutes=rng.randint(20, 300)))
    if rng.random() < 0.1 and (decided - story.deal.submitted_at) > timedelta(hours=30):
        decided = _asked_and_answered(world, story, seat, decided)
    elif story.deal.status == Status.SUBMITTED and rng.random() < 0.5:
        taken = decided - (decided - story.deal.submitted_at) * 0.3
        story.take(office_time_before(taken, zone, _last(story)), seat)
    refusal = _refusal(rng, story)
    if refusal == "withdrawn":
        story.withdraw(decided, "Registered twice by mistake.")
        return
    if refusal:
        story.decline(decided, seat, refusal, rng.choice(talk.DECLINES[refusal]))
        _won_anyway(world, story, decided)
        return
    story.approve(decided, seat, rng.choice(talk.APPROVALS))
    _work(world, story, decided, over=over)


def decider(world: World, story: Story) -> Seat:
    """Return the approver who decides it."""
    slug = story.deal.vendor.slug
    seats = [s for (_mail, where), s in world.seats.items() if where == slug and s.role == Role.APPROVER]
    return world.rng.choices(seats, [7 if place == 0 else 3 for place in range(len(seats))])[0]


def _refusal(rng: Random, story: Story) -> str:
    if story.deal.part == "sell" and story.blocked:
        return "withdrawn" if rng.random() < 0.25 else "protected"
    if story.deal.account.origin == AccountOrigin.CUSTOMER and rng.random() < 0.4:
        return "existing_customer"
    draw = rng.random()
    if draw < 0.03:
        return "withdrawn"
    if draw < 0.11:
        return rng.choice(("too_small", "too_small", "territory", "not_enough", "not_authorised", "other"))
    return ""


def _asked_and_answered(world: World, story: Story, seat: Seat, decided: datetime) -> datetime:
    rng, start = world.rng, story.deal.submitted_at
    fields, question = rng.choice(talk.QUESTIONS)
    span = decided - start
    zone = story.deal.vendor.time_zone
    story.ask(office_time_before(start + span * 0.3, zone, _last(story)), seat, list(fields), question)
    answers: dict[str, Any] = {}
    if "contact_name" in fields:
        answers["contact_name"] = person_name(rng, str(story.deal.customer_country))
    answered = office_time_before(start + span * 0.7, zone, _last(story))
    story.answer(answered, rng.choice(talk.ANSWERS), **answers)
    return decided


def _won_anyway(world: World, story: Story, decided: datetime) -> None:
    rng = world.rng
    closed = decided + timedelta(days=rng.randint(30, 120))
    if rng.random() < 0.2 and closed < world.now:
        if rng.random() < 0.4:
            story.win(closed, story.deal.value)
        else:
            reason = rng.choice(talk.LOST)
            story.lose(closed, reason, talk.LOST_REMARKS[reason])


def _work(world: World, story: Story, decided: datetime, *, over: bool) -> None:
    rng, zone, deal = world.rng, story.deal.vendor.time_zone, story.deal
    length = timedelta(days=min(max(rng.lognormvariate(4.3, 0.6), 9), 300))
    closed = office_time(decided + length, zone, rng)
    if over:
        closed = min(closed, office_time(world.now - timedelta(days=rng.randint(8, 40)), zone, rng))
    talks_until = min(closed, world.now) - timedelta(hours=2)
    if world.now - decided < DIGEST or rng.random() < 0.08:
        talk_about(world, story, decided + timedelta(hours=3), talks_until)
    halfway = decided + (closed - decided) * 0.6
    if halfway < talks_until and (over or rng.random() < 0.7):
        _progress(rng, story, office_time_before(halfway, zone, _last(story)))
    if closed >= world.now - timedelta(hours=1):
        return
    closed = max(closed, _last(story) + timedelta(hours=1))
    if closed >= world.now:
        return
    if rng.random() < 0.03:
        story.withdraw(closed, "The customer has stopped the project.")
    elif rng.random() < 0.1 and not over:
        return  # nobody recorded how it ended
    elif rng.random() < 0.2 + 0.5 * story.member.plan.skill:
        story.win(closed, _closed_value(rng, deal.value))
    else:
        reason = rng.choice(talk.LOST)
        story.lose(closed, reason, talk.LOST_REMARKS[reason])


def _last(story: Story) -> datetime:
    return story.happenings[-1].at + timedelta(minutes=7)


def _closed_value(rng: Random, value: Decimal) -> Decimal:
    return Decimal(round(float(value) * rng.choice((1, 1, 0.95, 0.9, 0.85, 1.08)) / 10) * 10)


def _progress(rng: Random, story: Story, at: datetime) -> None:
    day: date = (at + timedelta(days=rng.randint(5, 25))).date()
    stage = "negotiation" if story.deal.stage == "proposal" else "proposal"
    story.change(at, stage=stage, next_step=rng.choice(talk.NEXT_STEPS), next_step_on=day)


def talk_about(world: World, story: Story, start: datetime, end: datetime) -> None:
    """Let both sides talk, and the vendor note something, between two moments."""
    rng = world.rng
    seat, zone = decider(world, story), story.deal.vendor.time_zone
    at = office_time_before(start, zone, _last(story))
    if at < end and rng.random() < 0.55:
        story.comment(at, story.owner, rng.choice(talk.COMMENTS))
        at = office_time_before(at + timedelta(hours=rng.uniform(1, 20)), zone, _last(story))
        if at < end:
            story.comment(at, seat, rng.choice(talk.REPLIES))
    at = office_time_before(at + timedelta(hours=2), zone, _last(story))
    if at < end and rng.random() < 0.3:
        story.note(at, seat, rng.choice(talk.VENDOR_NOTES))
