"""Data to measure on: two vendors, 400 partners, and as many deals as asked for, made in SQL.

A tenth of the partners makes most of the deals, three quarters of them are the first vendor's, customers come back,
two deals in a hundred are undecided, every deal has lines, events and (one in five) comments. Accounts carry the match
keys that the product computes. `grow(n)` only ever adds, so that the same database is measured small and large.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

from django.db import connection, transaction

from accounts.candidate_keys import match_keys
from accounts.identities import Identity
from accounts.naming import normalise_name
from dealreg.models import Policy
from partners.models import Partner
from people.models import Person
from tests.cast import Side, make_person, make_side

PARTNERS = 400
DEALS_PER_ACCOUNT = 1.6
FIRST = (
    "Nord",
    "Alt",
    "Bern",
    "Kal",
    "Mar",
    "Sten",
    "Vol",
    "Tri",
    "Hal",
    "Ost",
    "Lin",
    "Ren",
    "Fal",
    "Gris",
    "Dor",
    "Wes",
)
MIDDLE = ("a", "er", "in", "o", "en", "ar", "ul", "is", "on", "el", "um", "ag", "ov", "it", "ad", "ir")
LAST = (
    "dal",
    "mann",
    "berg",
    "tech",
    "ford",
    "holm",
    "vik",
    "stein",
    "nova",
    "court",
    "lund",
    "haus",
    "gate",
    "ridge",
    "mond",
    "field",
)
TRADES = (
    "Foods",
    "Logistics",
    "Maschinenbau",
    "Energy",
    "Textil",
    "Pharma",
    "Software",
    "Metall",
    "Services",
    "Verlag",
)
FORMS = ("GmbH", "AG", "Ltd", "Inc.", "GmbH & Co. KG", "S.A.", "SE", "LLC")
CITIES = ("Kassel", "Lyon", "Leeds", "Graz", "Basel", "Gent", "Turin", "Malmö", "Porto", "Brno")
COUNTRIES = ("DE", "FR", "GB", "AT", "CH", "BE", "IT", "SE", "PT", "CZ")


@dataclass(frozen=True)
class World:
    """Who is there to be measured as."""

    sides: tuple[Side, Side]
    seller: Person
    approver: Person


def name_of(number: int) -> str:
    """Return an account's name; every number has its own."""
    place = number * 2_654_435_761 % 2**32
    word = FIRST[place & 15] + MIDDLE[place >> 4 & 15] + LAST[place >> 8 & 15]
    second = FIRST[place >> 12 & 15].lower() + LAST[place >> 16 & 15]
    return f"{word} {second.title()} {TRADES[place % 10]} {number} {FORMS[place >> 20 & 7]}"


def identity(number: int) -> Identity:
    """Return an account as the matcher takes it."""
    place = number * 2_654_435_761 % 2**32
    domain = name_of(number).rsplit(" ", 1)[0].lower().replace(" ", "-").replace(".", "").replace("&", "") + ".example"
    return Identity(name=name_of(number), country=COUNTRIES[place % 10], domain=domain, city=CITIES[place >> 7 & 7])


def make_world() -> World:
    """Make vendors, catalogues, partners with a seller each, and an approver."""
    with transaction.atomic():
        sides = (make_side("Northwind Robotics", "northwind", "NW"), make_side("Halden Cloud", "halden", "HC"))
        Policy.objects.update(hourly_registrations=1_000_000)
        approver = make_person("approver@northwind.example", "Tess Approver")
        _run(PEOPLE, partners=PARTNERS)
        _run(
            "INSERT INTO partners_seat (role, reach, is_active, created_at, person_id, vendor_id)"
            " VALUES ('approver', 'all', true, now(), %(person)s, %(vendor)s)",
            person=approver.pk,
            vendor=sides[0].vendor.pk,
        )
        for share, side in ((1, sides[0]), (2, sides[1])):
            _run(ENROLLMENTS, share=share, vendor=side.vendor.pk, program=side.program.pk)
        for side in sides:
            _run(CATALOGUE, vendor=side.vendor.pk, family=side.robots.pk)
    partner = Partner.objects.get(slug="partner-20")  # the twentieth largest: 1.1 % of the first vendor's deals
    return World(sides, Person.objects.get(seats__partner=partner), approver)


def grow(world: World, deals: int) -> float:
    """Add accounts, deals and what belongs to them until there are `deals`. Returns the seconds it took."""
    begun = time.perf_counter()
    for side, share in zip(world.sides, (0.75, 0.25), strict=True):
        grow_side(side, int(deals * share))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'USAGE')")
        if cursor.fetchone()[0]:  # the embedded services' owner may not; then it is written out during the first rounds
            cursor.execute("CHECKPOINT")
    return time.perf_counter() - begun


def grow_side(side: Side, deals: int) -> None:
    """Add one vendor's."""
    vendor = side.vendor.pk
    with transaction.atomic():
        known = _number("SELECT count(*) FROM accounts_account WHERE vendor_id = %(vendor)s", vendor=vendor)
        add_accounts(vendor, known, int(deals / DEALS_PER_ACCOUNT))
        before = _number("SELECT count(*) FROM dealreg_deal WHERE vendor_id = %(vendor)s", vendor=vendor)
        newest = _number("SELECT coalesce(max(id), 0) FROM dealreg_deal")
        _run("SELECT setseed(0.42)")
        _run(DEALS, vendor=vendor, code=side.vendor.code, before=before, deals=deals, family=side.robots.pk)
        for statement in (LINES, PROTECTIONS, CONFLICTS, EVENTS, COMMENTS, NOTIFICATIONS):
            _run(statement, vendor=vendor, newest=newest)


def add_accounts(vendor: int, known: int, wanted: int) -> None:
    """Copy accounts with their match keys into the tables."""
    first = _number("SELECT nextval(pg_get_serial_sequence('accounts_account', 'id'))")
    accounts, keys = io.StringIO(), io.StringIO()
    for place, number in enumerate(range(known, wanted)):
        customer = identity(number)
        row = (first + place, customer.name, normalise_name(customer.name), customer.country, customer.domain)
        row += (customer.city, "", "", "registration", "{}", "2026-01-01", vendor)
        accounts.write("\t".join(str(value) for value in row) + "\n")
        keys.writelines(f"{key}\t{first + place}\t{vendor}\n" for key in sorted(match_keys(customer)))
    columns = "id, name, normalised_name, country, domain, city, external_id, owner_name, origin, further, created_at, vendor_id"
    with connection.cursor() as cursor:
        for table, fields, text in (
            ("accounts_account", columns, accounts),
            ("accounts_matchkey", "key, account_id, vendor_id", keys),
        ):
            text.seek(0)
            cursor.copy_expert(f"COPY {table} ({fields}) FROM STDIN", text)
        cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_account', 'id'), max(id)) FROM accounts_account")


def _run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _number(statement: str, **values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])


PEOPLE = """
WITH firms AS (
  INSERT INTO partners_partner (name, legal_name, slug, type, country, city, website, created_at, updated_at, revision)
  SELECT 'Partner ' || n, 'Partner ' || n || ' GmbH', 'partner-' || n, 'reseller', 'DE', 'Kassel', '', now(), now(), 0
  FROM generate_series(1, %(partners)s) AS n RETURNING id, slug
), sellers AS (
  INSERT INTO people_person
    (password, email, name, job_title, phone, language, time_zone, shortcuts, is_operator, is_active, date_joined)
  SELECT '!', 'seller@' || slug || '.example', 'Seller of ' || slug, '', '', 'en', 'Europe/Berlin', true, false, true, now()
  FROM firms RETURNING id, email
)
INSERT INTO partners_seat (role, reach, is_active, created_at, person_id, partner_id)
SELECT 'sales', 'all', true, now(), sellers.id, firms.id
FROM sellers JOIN firms ON sellers.email = 'seller@' || firms.slug || '.example'
"""

ENROLLMENTS = """
INSERT INTO partners_enrollment (status, enrolled_at, partner_id, program_id, vendor_id)
SELECT 'active', now(), id, %(program)s, %(vendor)s FROM partners_partner WHERE id %% %(share)s = 0
"""

CATALOGUE = """
WITH sold AS (
  INSERT INTO accounts_product (name, sku, is_active, vendor_id, family_id)
  SELECT 'Product ' || n, 'P-' || n, true, %(vendor)s, %(family)s FROM generate_series(1, 20) AS n RETURNING id
)
INSERT INTO accounts_price (currency, amount, valid_from, vendor_id, product_id)
SELECT 'EUR', 100 + id, '2024-01-01', %(vendor)s, id FROM sold
"""

# A deal's partner is drawn so that the k-th largest has about 1/sqrt(k) of the largest one's deals.
DEALS = """
WITH firms AS (
  SELECT e.id, e.partner_id, s.person_id, row_number() OVER (ORDER BY e.partner_id) - 1 AS place, count(*) OVER () AS n
  FROM partners_enrollment e JOIN partners_seat s ON s.partner_id = e.partner_id WHERE e.vendor_id = %(vendor)s
), customers AS (
  SELECT id, name, domain, country, city, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS n
  FROM accounts_account WHERE vendor_id = %(vendor)s
), decider AS (
  SELECT min(id) AS id FROM people_person
), drawn AS (
  SELECT number, random() AS firm, random() AS customer, random() AS fate, random() AS size, random() AS closing,
    now() - interval '1 hour' - random() * interval '1000 days' AS moment
  FROM generate_series(%(before)s + 1, %(deals)s) AS number
), placed AS (
  SELECT number, size, closing, moment,
    floor(power(firm, 2) * (SELECT max(n) FROM firms))::int AS firm,
    floor(customer * (SELECT max(n) FROM customers))::int AS customer,
    CASE WHEN fate < 0.012 THEN 'submitted' WHEN fate < 0.018 THEN 'in_review' WHEN fate < 0.02 THEN 'information_requested'
         WHEN fate < 0.45 THEN 'approved' WHEN fate < 0.6 THEN 'declined' WHEN fate < 0.7 THEN 'withdrawn'
         ELSE 'expired' END AS fate
  FROM drawn
), told AS (
  SELECT *, CASE WHEN fate IN ('submitted', 'in_review', 'information_requested')
                 THEN now() - interval '1 hour' - size * interval '5 days' ELSE moment END AS submitted
  FROM placed
)
INSERT INTO dealreg_deal (reference, submission, account_link, families, customer_name, customer_domain, customer_country,
  customer_city, contact_name, contact_email, title, value, currency, close_date, stage, part, notes, next_step, status,
  outcome, submitted_at, due_at, clock_left, asked_fields, asked_text, decided_at, decline_reason, decision_text,
  policy_reference, discount, protection_days, protected_from, protected_until, closed_on, closed_value, lost_reason,
  outcome_text, revision, created_at, updated_at, account_id, decided_by_id, enrollment_id, owner_id, partner_id, vendor_id)
SELECT %(code)s || '-' || substr(lpad(number::text, 8, '0'), 1, 4) || '-' || substr(lpad(number::text, 8, '0'), 5), gen_random_uuid(),
  CASE WHEN number %% 6 = 0 THEN 'exact' ELSE 'new' END, ARRAY[%(family)s]::bigint[], c.name,
  c.domain, c.country, c.city, 'Ines Rothmann', 'ines@' || c.domain, 'Project ' || number, round((1000 + size * 200000)::numeric, 2),
  'EUR', (submitted + interval '90 days')::date, 'proposal', 'sell', 'They saw the demonstration and want a quote.', '',
  fate, CASE WHEN closing < 0.25 AND fate IN ('approved', 'expired') THEN 'won'
             WHEN closing < 0.5 AND fate IN ('approved', 'expired') THEN 'lost' ELSE 'open' END,
  submitted, submitted + interval '2 days', CASE WHEN fate = 'information_requested' THEN 20 END, '{}',
  CASE WHEN fate = 'information_requested' THEN 'Which plant?' ELSE '' END,
  CASE WHEN fate IN ('approved', 'declined', 'expired') THEN submitted + interval '1 day' END,
  CASE WHEN fate = 'declined' THEN 'too_small' ELSE '' END, CASE WHEN fate = 'declined' THEN 'Below the minimum.' ELSE '' END,
  '2026-3', 10, 90,
  CASE WHEN fate IN ('approved', 'expired') THEN submitted + interval '1 day' END,
  CASE WHEN fate IN ('approved', 'expired') THEN submitted + interval '91 days' END,
  CASE WHEN closing < 0.5 AND fate IN ('approved', 'expired') THEN (submitted + interval '60 days')::date END,
  CASE WHEN closing < 0.25 AND fate IN ('approved', 'expired') THEN 50000 END,
  CASE WHEN closing >= 0.25 AND closing < 0.5 AND fate IN ('approved', 'expired') THEN 'price' ELSE '' END,
  '', 1, submitted, submitted, c.id,
  CASE WHEN fate IN ('approved', 'declined', 'expired') THEN decider.id END, f.id, f.person_id, f.partner_id, %(vendor)s
FROM told JOIN firms f ON f.place = told.firm JOIN customers c ON c.place = told.customer CROSS JOIN decider
"""

LINES = """
INSERT INTO dealreg_dealline (quantity, unit_price, deal_id, family_id, product_id, vendor_id)
SELECT 1 + d.id %% 9, 120, d.id, p.family_id, p.id, d.vendor_id
FROM dealreg_deal d JOIN LATERAL (
  SELECT id, family_id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS n FROM accounts_product
  WHERE vendor_id = d.vendor_id AND name LIKE 'Product %%'
) p ON p.place IN (1 + d.id %% p.n, 1 + (d.id + 7) %% p.n)
WHERE d.vendor_id = %(vendor)s AND d.id > %(newest)s
"""

PROTECTIONS = """
INSERT INTO dealreg_protection (state, starts_at, ends_at, account_id, deal_id, enrollment_id, family_id, partner_id, vendor_id)
SELECT CASE WHEN d.status = 'approved' AND d.outcome = 'open' AND row_number() OVER (PARTITION BY d.account_id, d.status, d.outcome ORDER BY d.id) = 1
         AND NOT EXISTS (SELECT FROM dealreg_protection p WHERE p.account_id = d.account_id AND p.state = 'live')
       THEN 'live' ELSE 'expired' END,
  d.protected_from, d.protected_until, d.account_id, d.id, d.enrollment_id, d.families[1], d.partner_id, d.vendor_id
FROM dealreg_deal d WHERE d.vendor_id = %(vendor)s AND d.id > %(newest)s AND d.status IN ('approved', 'expired')
"""

CONFLICTS = """
INSERT INTO dealreg_conflict (score, band, why, reasons, account_id, vendor_id, deal_id)
SELECT 100, 'same', 'Both use the same domain.', '[]', account_id, vendor_id, id
FROM dealreg_deal WHERE vendor_id = %(vendor)s AND id > %(newest)s AND account_link = 'exact'
"""

EVENTS = """
INSERT INTO activity_event (kind, vendor_id, partner_id, enrollment_id, audience, subject_type, subject_id, seat_id, role,
  via, before, after, data, occurred_at, person_id)
SELECT what.kind, d.vendor_id, d.partner_id, d.enrollment_id, 'shared', 'dealreg.deal', d.id, NULL, 'sales', 'session',
  '{}', jsonb_build_object('status', d.status),
  jsonb_build_object('reference', d.reference, 'customer', d.customer_name, 'message', '', 'review', false,
    'value', d.value::text, 'currency', d.currency, 'reason', 'Too small', 'text', 'x', 'fields', '[]'::jsonb),
  d.submitted_at + what.later, d.owner_id
FROM dealreg_deal d CROSS JOIN (VALUES ('deal.submitted', interval '0'), ('decided', interval '1 day'), ('deal.commented', interval '2 days'))
  AS raw(name, later)
CROSS JOIN LATERAL (SELECT raw.later, CASE raw.name WHEN 'decided' THEN
  CASE d.status WHEN 'approved' THEN 'deal.approved' WHEN 'declined' THEN 'deal.declined' WHEN 'expired' THEN 'deal.approved'
    WHEN 'withdrawn' THEN 'deal.withdrawn' END ELSE raw.name END AS kind) AS what
WHERE d.vendor_id = %(vendor)s AND d.id > %(newest)s AND what.kind IS NOT NULL AND (raw.name <> 'deal.commented' OR d.id %% 5 = 0)
ORDER BY d.submitted_at
"""

COMMENTS = """
INSERT INTO dealreg_comment (audience, text, created_at, enrollment_id, partner_id, person_id, vendor_id, deal_id)
SELECT 'shared', 'They asked for a second visit.', submitted_at + interval '2 days', enrollment_id, partner_id, owner_id, vendor_id, id
FROM dealreg_deal WHERE vendor_id = %(vendor)s AND id > %(newest)s AND id %% 5 = 0
"""

NOTIFICATIONS = """
INSERT INTO activity_notification (seat_id, kind, facts, path, created_at, read_at, event_id, person_id)
SELECT s.id, 'deal_approved', '{"reference": "x", "customer": "y"}', '/portal/deals/', e.occurred_at,
  CASE WHEN e.id %% 20 <> 0 THEN e.occurred_at END, e.id, s.person_id
FROM activity_event e JOIN dealreg_deal d ON d.id = e.subject_id JOIN partners_seat s ON s.partner_id = e.partner_id
WHERE e.vendor_id = %(vendor)s AND e.kind = 'deal.approved' AND d.id > %(newest)s
"""
