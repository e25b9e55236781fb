"""Rules of the house that a machine can hold: scoped queries, one mover of states, flat imports, cheap pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activity.models import Mail, Notification
from activity.relay import drain
from dealreg.workflow import MACHINES
from imports.models import Import
from jobs.models import Job
from partners.models import Enrollment, IdentityProvider, Invitation, Seat
from partners.services import make_token
from prm.kernel.scoping import Scope, Unscoped
from tests.cast import make_partner, make_person
from tests.dealreg.leads import plain_offer

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("prm", *settings.OUR_APPS)
INTERFACES = ("admin.py", "api.py", "forms.py", "filters.py", "views.py", "console.py", "decision_forms.py")
COMMAND_LINE = ("portal/demo/", "portal/management/", "portal/setup.py")

UNSCOPED_ALLOWED = {
    "portal/public/pages.py: Delivery.objects.dead()": "the health page counts, and shows no row",
}
"""Queries in interfaces that don't start with `visible_to`, and why."""

MOVERS = {
    "prm/kernel/workflow.py": "the engine",
    "dealreg/services/registration.py": "a deal's first status, before it is saved",
    "dealreg/services/protection.py": "a protection's state follows its deal's, in the same transaction",
    "jobs/queue.py": "a job's state",
    "standing/waiting.py": "the state of a row of the work list, set-based",
    "imports/services/uploading.py": "an import's state",
    "imports/services/running.py": "an import's state",
    "imports/services/progress.py": "an import's state",
    "imports/jobs.py": "an import's state",
    "portal/cutover/jobs.py": "the states of a cut-over's imports",
    "activity/mailing/sending.py": "a mail's state",
    "activity/services/retrying.py": "a mail's state",
    "activity/tracking.py": "a mail's state",
    "activity/querysets.py": "a mail's state",
    "activity/relay.py": "a delivery's state",
    "prm/embedded/stack.py": "the supervisor's own file, called state",
    "portal/demo/applications.py": "the demo's history, told by the same rules",
    "portal/demo/mail_choices.py": "the demo's mails that came back",
    "portal/demo/opening.py": "the demo's history, told by the same rules",
    "portal/demo/stories.py": "the demo's history, told by the same rules",
    "portal/demo/contested.py": "the demo's appeals, told by the same rules",
    "dealreg/services/win_chance.py": "what a new version of a model is good for, before it is saved",
    "dealreg/services/consolidation.py": "protections of accounts that become one, and back, with their deals",
    "portal/console/journeys/data.py": "a preview's steps, which are never saved",
    "portal/demo/journeys.py": "the demo's journeys, told by the same rules",
    "portal/demo/trials.py": "the demo's trials, which ran before it was loaded",
}
"""Who writes `status`, `outcome` or `state`, and what."""

INNER_IMPORTS_ALLOWED = {"prm/celery.py": "settings are read when a worker starts"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module of ours, migrations aside."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def interfaces() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module that answers people or machines."""
    for name, tree in sources():
        inside = name.startswith(("portal/", "dealreg/api/")) or name.rpartition("/")[2] in INTERFACES
        if inside and not name.startswith(COMMAND_LINE):
            yield name, tree


def chains(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield what stands before each `.objects`, and the names that follow it in the expression."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}):
            continue
        followers, above = [], parents.get(node)
        while isinstance(above, ast.Attribute | ast.Call):
            if isinstance(above, ast.Attribute):
                followers.append(above.attr)
            above = parents.get(above)
        yield ast.unparse(node.value), followers


def test_queries_in_interfaces_start_with_visible_to():
    found = {
        f"{name}: {model}.objects.{followers[0] if followers else ''}()"
        for name, tree in interfaces()
        for model, followers in chains(tree)
        # `none()` shows no row; `hasattr(model.objects, …)` asks for none.
        if followers[:1] not in (["visible_to"], ["none"]) and followers
    }
    assert found == set(UNSCOPED_ALLOWED)


def test_the_ban_on_unscoped_queries_would_find_one():
    tree = ast.parse("rows = Deal.objects.filter(pk=1).visible_to(actor)\nmine = Deal.objects.visible_to(actor)")
    assert sorted(chains(tree)) == [("Deal", ["filter", "visible_to"]), ("Deal", ["visible_to"])]


def test_every_model_says_who_sees_its_rows():
    for label in settings.OUR_APPS:
        for model in apps.get_app_config(label).get_models():
            scope = getattr(model, "scope", None)
            assert isinstance(scope, Scope | Unscoped), model
            assert not isinstance(scope, Unscoped) or scope.reason, model


def writes(tree: ast.Module) -> Iterator[str]:
    """Yield the names of state fields that a module assigns, or gives to `update`."""
    fields = {machine.field for machine in MACHINES} | {"state"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.attr for each in targets if isinstance(each, ast.Attribute) and each.attr in fields)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            yield from (keyword.arg for keyword in node.keywords if keyword.arg in fields)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            name = node.args[1]
            if isinstance(name, ast.Constant) and name.value in fields:
                yield name.value


def test_states_are_moved_in_few_modules_only():
    found = {name for name, tree in sources() if any(writes(tree))}
    assert found <= set(MOVERS), "move it with prm.kernel.workflow.move"
    machines = {"status", "outcome"}
    movers = {name for name, tree in sources() if machines & set(writes(tree)) and not name.startswith("portal/demo/")}
    assert movers <= {"dealreg/services/registration.py"}, "the engine alone moves a machine's field"


def test_imports_stand_at_the_top():
    found = {
        name
        for name, tree in sources()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not name.endswith("/apps.py")
    }
    assert found == set(INNER_IMPORTS_ALLOWED)


# -- Cheap pages

MOST_QUERIES = 12
LISTS = {
    "portal:home": "brightpath_sales",
    "portal:deal-list": "brightpath_sales",
    "portal:lead-list": "brightpath_sales",
    "desk:lead-list": "northwind_approver",
    "api:lead-list": "northwind_approver",
    "api:lead-offer-list": "brightpath_sales",
    "portal:team": "brightpath_administrator",
    "portal:standing-list": "brightpath_sales",
    "api:standing-list": "northwind_approver",
    "api:points-list": "northwind_approver",
    "console:staff": "northwind_manager",
    "console:providers": "northwind_manager",
    "desk:queue": "northwind_approver",
    "desk:deal-list": "northwind_approver",
    "desk:partner-list": "northwind_approver",
    "notifications": "northwind_approver",
    "jobs": "brightpath_sales",
    "console:imports": "northwind_manager",
    "outbox": "brightpath_sales",
    "settings-tokens": "brightpath_sales",
    "api:deal-list": "northwind_approver",
    "api:event-list": "northwind_approver",
    "api:account-list": "northwind_approver",
    "api:partner-list": "northwind_approver",
    "api:enrollment-list": "northwind_approver",
    "api:product-list": "northwind_approver",
    "api:program-list": "northwind_approver",
    "admin:dealreg_deal_changelist": "northwind_manager",
    "admin:accounts_account_changelist": "northwind_manager",
    "admin:partners_partner_changelist": "northwind_manager",
    "admin:partners_enrollment_changelist": "northwind_manager",
    "admin:partners_seat_changelist": "northwind_manager",
    "console:home": "northwind_manager",
    "console:event-list": "northwind_manager",
    "admin:dealreg_policy_changelist": "northwind_manager",
    "admin:accounts_product_changelist": "northwind_manager",
    "admin:standing_standing_changelist": "northwind_manager",
}
DETAILS = {
    "portal:deal-register": "brightpath_sales",
    "settings": "brightpath_sales",
    "mail-previews": "brightpath_sales",
    "console:home": "northwind_manager",
    "console:enrollment-assign": "northwind_manager",
    "portal:deal-detail": "brightpath_sales",
    "portal:deal-edit": "brightpath_sales",
    "portal:deal-answer": "brightpath_sales",
    "portal:deal-win": "brightpath_sales",
    "desk:deal-detail": "northwind_approver",
    "desk:deal-approve": "northwind_approver",
    "desk:deal-confirm": "northwind_approver",
    "desk:partner-detail": "northwind_approver",
    "admin:dealreg_deal_change": "northwind_manager",
}


def add_invitations(cast, number: int) -> None:
    """Invite one more to a team and to a staff, and add a company sign-in."""
    shared = {"invited_by": cast.people["operator"], "expires_at": timezone.now() + timedelta(days=14)}
    team, staff = {"partner": cast.brightpath, "role": "sales"}, {"vendor": cast.northwind.vendor, "role": "finance"}
    for name, place in (("team", team), ("staff", staff)):
        email = f"invited{number}@{name}.example"
        Invitation.objects.create(email=email, digest=f"{name}{number}", **shared, **place)
    IdentityProvider.objects.create(
        vendor=cast.northwind.vendor, name=f"P{number}", slug=f"p{number}", protocol="oidc", domains=["x.example"]
    )


def add_rows(cast, number: int, first: int = 0) -> None:
    """Add as many rows as that to every list."""
    for count in range(first, first + number):
        name = f"{'Abcdefghijklmnopqrstuvwxyz'[count % 26]}{count} Widgets"
        cast.register(customer_name=f"{name} GmbH", customer_domain=f"customer{count}.example")
        partner = make_partner(name, f"partner-{count}")
        Enrollment.objects.create(vendor=cast.northwind.vendor, program=cast.northwind.program, partner=partner)
        person = make_person(f"person{count}@brightpath.example", f"Person {count}")
        Seat.objects.create(person=person, partner=cast.brightpath, role="sales")
        Seat.objects.create(person=person, vendor=cast.northwind.vendor, role="finance")
        add_invitations(cast, count)
        plain_offer(cast, count)
        if count < 18:
            make_token(actor=cast.actor("brightpath_sales"), name=f"t{count}", scopes=["deals:read"], days=9)
        seller = cast.people["brightpath_sales"]
        Job.objects.create(
            person=seller,
            seat_id=cast.seats["brightpath_sales"].pk,
            partner_id=cast.brightpath.pk,
            kind="export",
            title=f"Export {count}",
        )
        Import.objects.create(
            kind="accounts",
            vendor=cast.northwind.vendor,
            person=cast.people["northwind_manager"],
            file_name=name,
            state="done",
        )
        Mail.objects.create(person=seller, template=f"t{count}", to=seller.email, subject="s", text="t")
    drain()


def queries_of(client, url: str) -> int:
    """Return how many queries the page takes when everything is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as taken:
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return len(taken)


def test_lists_cost_the_same_few_queries_with_one_row_and_with_thirty(cast, browse):
    add_rows(cast, 1)
    clients = {persona: browse(persona) for persona in set(LISTS.values())}
    one = {name: queries_of(clients[persona], reverse(name)) for name, persona in LISTS.items()}
    add_rows(cast, 29, first=1)
    assert Notification.objects.filter(person=cast.people["northwind_approver"]).count() == 30
    thirty = {name: queries_of(clients[persona], reverse(name)) for name, persona in LISTS.items()}
    # Beyond one page the rows are counted, in one query more.
    assert {name: count for name, count in thirty.items() if not one[name] <= count <= one[name] + 1} == {}, one
    assert {name: count for name, count in thirty.items() if count > MOST_QUERIES} == {}


@pytest.mark.parametrize("rivals", [0, 5])
def test_pages_cost_at_most_twelve_queries_however_much_stands_on_them(cast, browse, rivals):
    deal = cast.register()
    for _ in range(rivals):
        cast.register("kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    arguments = {
        "desk:partner-detail": ["brightpath"],
        "admin:dealreg_deal_change": [deal.pk],
        "portal:deal-register": [],
        "settings": [],
        "mail-previews": [],
        "console:home": [],
        "console:enrollment-assign": [],
    }
    drain()
    found = {
        name: queries_of(browse(persona), reverse(name, args=arguments.get(name, [deal.reference])))
        for name, persona in DETAILS.items()
    }
    assert {name: count for name, count in found.items() if count > MOST_QUERIES} == {}
