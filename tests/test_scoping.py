"""Interfaces start from what the actor sees: `Model.objects.visible_to(actor)`, never a bare `Model.objects`."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)
NAMES = {"api.py", "admin.py", "forms.py", "filters.py", "console.py"}
STARTS = {"visible_to", "none"}
# No request reaches these: the demo, setting up by command, reference pages.
NOT_INTERFACES = ("portal/demo/", "portal/management/", "portal/reference/", "portal/setup.py")
# Reads that are scoped another way, each with its reason.
ALLOWED = {
    ("activity/api.py", "model.objects"): "asks only whether the manager is one of ours",
    ("portal/public/pages.py", "Delivery.objects.dead"): "health: a count of machinery, over all tenants on purpose",
    (
        "partners/admin.py",
        "Person.objects.filter",
    ): "a vendor's own people, by the actor's vendor: a person has no tenant",
}


def is_interface(path):
    """Tell whether a module answers requests."""
    name = str(path)
    if name.startswith(NOT_INTERFACES):
        return False
    return name.startswith(("portal/", "prm/api")) or path.name in NAMES or "api" in path.parts[1:-1]


def interfaces():
    for app in (*settings.OUR_APPS, "prm"):
        yield from (
            path.relative_to(ROOT)
            for path in sorted((ROOT / app).rglob("*.py"))
            if is_interface(path.relative_to(ROOT))
        )


def unscoped(source):
    """Yield each use of a manager that doesn't begin with `visible_to`, as its code."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            parent = parents[node]
            if not (isinstance(parent, ast.Attribute) and parent.attr in STARTS):
                yield ast.unparse(parent if isinstance(parent, ast.Attribute) else node)


def test_interfaces_start_from_what_the_actor_sees():
    found = {(str(path), code) for path in interfaces() for code in unscoped((ROOT / path).read_text(encoding="utf-8"))}
    assert found - set(ALLOWED) == set()


def test_exceptions_are_still_needed():
    found = {(str(path), code) for path in interfaces() for code in unscoped((ROOT / path).read_text(encoding="utf-8"))}
    assert set(ALLOWED) - found == set()


@pytest.mark.parametrize(
    ("source", "bad"),
    [
        ("Deal.objects.visible_to(actor).filter(pk=1)", []),
        ("Deal.objects.filter(pk=1)", ["Deal.objects.filter"]),
        ("self.model._default_manager.all()", ["self.model._default_manager.all"]),
        ("queryset = Deal.objects", ["Deal.objects"]),
    ],
)
def test_the_search_finds_what_it_should(source, bad):
    assert list(unscoped(source)) == bad


def test_the_search_looks_at_pages_api_and_console():
    seen = {str(path) for path in interfaces()}
    assert {"portal/partner/deals.py", "portal/desk/queue.py", "partners/admin.py", "activity/console.py"} <= seen
    assert any(name.startswith("dealreg/api") for name in seen)
    assert not any(name.startswith("portal/demo") for name in seen)
