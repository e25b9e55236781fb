"""The one service that writes the console's rows."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.http import Http404

from accounts.models import Product, ProductFamily
from accounts.permissions import EDIT_CATALOGUE
from activity.changes import snapshot, told_changes
from activity.models import Event
from activity.services import remove_row, write_row
from prm.kernel.errors import Forbidden, RuleViolation, Stale
from tests.cast import make_cast


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(kind=kind).order_by("id"))


def family(cast, **fields):
    return ProductFamily(**{"name": "Arms", "code": "arms", **fields})


def write(cast, row, persona="northwind_manager", fields=("name", "code"), **options):
    return write_row(actor=cast.actor(persona), row=row, permission=EDIT_CATALOGUE, fields=fields, **options)


def test_a_new_row_gets_the_actors_vendor_and_an_event(cast):
    saved = write(cast, family(cast, vendor=cast.halden.vendor))
    assert saved.vendor_id == cast.northwind.vendor.pk
    [event] = events("console.added")
    assert (event.vendor_id, event.before, event.after) == (saved.vendor_id, {}, {"name": "Arms", "code": "arms"})
    assert event.sentence == "added product family “Arms”"


def test_a_change_tells_before_and_after_of_what_changed_only(cast):
    row = ProductFamily.objects.get(pk=cast.northwind.robots.pk)
    row.name = "Robot cells"
    write(cast, row)
    [event] = events("console.changed")
    assert (event.before, event.after) == ({"name": "Robots"}, {"name": "Robot cells"})
    assert [(change.label, change.before, change.after) for change in told_changes(event)] == [
        ("Name", "Robots", "Robot cells")
    ]


def test_only_the_named_fields_are_written(cast):
    row = ProductFamily.objects.get(pk=cast.northwind.robots.pk)
    row.name, row.code = "Robot cells", "cells"
    write(cast, row, fields=["name"])
    row.refresh_from_db()
    assert (row.name, row.code) == ("Robot cells", "robots")


def test_a_change_of_nothing_records_nothing(cast):
    write(cast, ProductFamily.objects.get(pk=cast.northwind.robots.pk))
    assert events("console.changed") == []


def test_a_related_row_is_told_by_the_name_of_the_day(cast):
    row = Product.objects.get(pk=cast.northwind.robot.pk)
    row.family = cast.northwind.sensors
    write(cast, row, fields=["family"])
    ProductFamily.objects.filter(pk=cast.northwind.sensors.pk).update(name="Eyes")
    [event] = events("console.changed")
    assert event.after == {"family": cast.northwind.sensors.pk}
    assert [(change.before, change.after) for change in told_changes(event)] == [("Robots", "Sensors")]


def refused(cast, error, row, **options):
    before = list(ProductFamily.objects.order_by("pk").values())
    with pytest.raises(error) as caught:
        write(cast, row, **options)
    assert list(ProductFamily.objects.order_by("pk").values()) == before
    assert not Event.objects.filter(kind__startswith="console.").exists()
    return caught.value


def test_without_the_right_nothing_is_written(cast):
    refused(cast, Forbidden, family(cast), persona="northwind_approver")
    refused(cast, Forbidden, family(cast), persona="brightpath_administrator")


def test_another_vendors_row_is_not_found(cast):
    row = ProductFamily.objects.get(pk=cast.halden.robots.pk)
    row.name = "Mine now"
    refused(cast, Http404, row)


def test_a_row_cannot_be_given_what_another_one_has(cast):
    error = refused(cast, RuleViolation, family(cast, code="robots"))
    assert (error.code, error.status) == ("taken", 422)


def test_a_stale_page_is_told_what_changed_since(cast):
    row = ProductFamily.objects.get(pk=cast.northwind.robots.pk)
    seen = snapshot(row, ["name", "code"])
    ProductFamily.objects.filter(pk=row.pk).update(name="Cells")
    row.name = "Robot arms"
    error = refused(cast, Stale, row, seen=seen)
    assert [(change.label, change.before, change.after) for change in error.changes] == [("Name", "Robots", "Cells")]


def test_a_page_that_did_not_show_what_changed_is_not_stale(cast):
    row = ProductFamily.objects.get(pk=cast.northwind.robots.pk)
    seen = snapshot(row, ["name"])
    ProductFamily.objects.filter(pk=row.pk).update(code="cells")
    row.name = "Robot arms"
    write(cast, row, fields=["name"], seen=seen)
    row.refresh_from_db()
    assert (row.name, row.code) == ("Robot arms", "cells")


def test_removing_tells_what_was_removed(cast):
    price = cast.northwind.robot.prices.get()
    remove_row(actor=cast.actor("northwind_manager"), row=price, permission=EDIT_CATALOGUE)
    [event] = events("console.removed")
    assert event.before["amount"] == "13500.00"
    assert not cast.northwind.robot.prices.exists()


def test_removing_another_vendors_row_or_without_the_right_leaves_it(cast):
    price = cast.halden.robot.prices.get()
    with pytest.raises(Http404):
        remove_row(actor=cast.actor("northwind_manager"), row=price, permission=EDIT_CATALOGUE)
    with pytest.raises(Forbidden):
        remove_row(actor=cast.actor("halden_approver"), row=price, permission=EDIT_CATALOGUE)
    assert cast.halden.robot.prices.exists()
    assert events("console.removed") == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_page_at_once_one_is_told():
    cast = make_cast()
    actor, barrier, answers = cast.actor("northwind_manager"), threading.Barrier(2), []
    seen = snapshot(cast.northwind.robots, ["name", "code"])

    def save(name: str) -> None:
        row = ProductFamily.objects.get(pk=cast.northwind.robots.pk)
        row.name = name
        barrier.wait()
        try:
            write_row(actor=actor, row=row, permission=EDIT_CATALOGUE, fields=["name"], seen=seen)
            answers.append("saved")
        except Stale:
            answers.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["saved", "stale"]
    assert len(events("console.changed")) == 1
