"""Saved views of lists: kept per seat and list, renamed, deleted with undo, one of them the start."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal import services
from portal.models import SavedView
from portal.viewing import plain_query
from prm.kernel.errors import RuleViolation

LIST = "portal:deal-list"


def save(cast, persona="brightpath_sales", page=LIST, name="Open in Germany", query="open=1"):
    return services.save_view(actor=cast.actor(persona), page=page, name=name, query=query)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("?status=approved&page=3&q=", "status=approved"),
        ("order=-value&open=1", "open=1&order=-value"),
        ("export=csv", ""),
        ("q=%00a", "q=%00a"),
        ("q=" + "x" * 600, ""),
        ("&".join(f"a{n}=1" for n in range(30)), ""),
    ],
)
def test_query_is_kept_without_what_changes_from_page_to_page(given, kept):
    assert plain_query(given).replace("\x00", "%00") in {kept, kept.replace("%00", "")}


def test_view_is_kept_and_shown_as_a_chip(cast, browse):
    client = browse("brightpath_sales")
    form = {"page": LIST, "name": " Open  in Germany ", "query": "open=1&page=2"}
    answer = client.post(reverse("views"), form)
    assert answer.url == reverse(LIST) + "?open=1"
    view = SavedView.objects.get()
    assert (view.name, view.query, view.seat) == ("Open in Germany", "open=1", cast.seats["brightpath_sales"])
    text = client.get(answer.url).content.decode()
    assert "Open in Germany" in text
    assert 'aria-current="true"><svg' in text
    for other in ("brightpath_administrator", "kappel_sales"):
        assert "Open in Germany" not in browse(other).get(reverse(LIST), {"open": "1"}).content.decode()


@pytest.mark.parametrize("page", ["desk:deal-list", "desk:partner-list"])
def test_desk_lists_keep_views_too(cast, browse, page):
    save(cast, "northwind_approver", page, "Mine", "q=cast")
    assert "Mine" in browse("northwind_approver").get(reverse(page), {"q": "x"}).content.decode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"name": "  "}, "name_missing"), ({"name": "x" * 41}, "name_too_long"), ({"query": "page=2"}, "nothing_filtered"),
     ({"name": "OPEN IN GERMANY"}, "name_taken")],
)  # fmt: skip
def test_refusals_change_nothing(cast, changes, code):
    save(cast)
    with pytest.raises(RuleViolation) as refused:
        save(cast, **changes)
    assert refused.value.code == code
    assert SavedView.objects.count() == 1


def test_twenty_views_are_enough(cast):
    for number in range(20):
        save(cast, name=f"View {number}")
    with pytest.raises(RuleViolation) as refused:
        save(cast)
    assert refused.value.code == "too_many_views"
    save(cast, "northwind_approver", "desk:deal-list")


@pytest.mark.parametrize("page", ["desk:deal-list", "portal:home", "", "nothing"])
def test_only_lists_of_ones_own_side_keep_views(cast, browse, page):
    assert (
        browse("brightpath_sales").post(reverse("views"), {"page": page, "name": "x", "query": "q=1"}).status_code
        == 404
    )
    assert not SavedView.objects.exists()


def test_deleted_view_comes_back_by_undo(cast, browse):
    view, client = save(cast), browse("brightpath_sales")
    client.post(reverse("view-change", args=[view.pk]), {"start": "yes"})
    answer = client.post(reverse("view-change", args=[view.pk]), {"delete": "yes"}, follow=True)
    undo = reverse("view-restore", args=[view.pk])
    assert f'action="{undo}"' in answer.content.decode()
    assert not SavedView.objects.kept().exists()
    assert "Open in Germany" not in client.get(reverse(LIST), {"open": "1"}).content.decode()
    client.post(undo)
    client.post(undo)
    assert SavedView.objects.kept().get().is_start


def test_undo_is_refused_where_the_name_was_taken_meanwhile(cast, browse):
    view, client = save(cast), browse("brightpath_sales")
    services.delete_view(actor=cast.actor("brightpath_sales"), view=view)
    save(cast)
    answer = client.post(reverse("view-restore", args=[view.pk]), follow=True)
    assert "You have a view of that name" in answer.content.decode()
    assert SavedView.objects.kept().count() == 1


def test_others_views_are_not_found(cast, browse):
    view = save(cast)
    for persona in ("brightpath_administrator", "kappel_sales", "northwind_manager"):
        client = browse(persona)
        for name, form in (("view-change", {"name": "Mine"}), ("view-change", {"delete": "yes"}), ("view-restore", {})):
            assert client.post(reverse(name, args=[view.pk]), form).status_code == 404
    assert SavedView.objects.get().name == "Open in Germany"
    assert SavedView.objects.get().deleted_at is None


def test_list_opens_with_the_start_view_only_from_elsewhere(cast, browse):
    view, client = save(cast), browse("brightpath_sales")
    client.post(reverse("view-change", args=[view.pk]), {"start": "yes"})
    assert client.get(reverse(LIST)).url == reverse(LIST) + "?open=1"
    assert client.get(reverse(LIST), {"status": "approved"}).status_code == 200
    here = {"Referer": f"http://testserver{reverse(LIST)}?open=1"}
    assert client.get(reverse(LIST), headers=here).status_code == 200, "“All” means all"
    assert browse("brightpath_administrator").get(reverse(LIST)).status_code == 200
    client.post(reverse("view-change", args=[view.pk]), {"start": "no"})
    assert client.get(reverse(LIST)).status_code == 200


def test_only_one_view_is_the_start(cast):
    actor, first, second = cast.actor("brightpath_sales"), save(cast), save(cast, name="Other")
    services.choose_start_view(actor=actor, view=first, is_start=True)
    services.choose_start_view(actor=actor, view=second, is_start=True)
    assert SavedView.objects.get(is_start=True) == second
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.update(is_start=True)


def test_view_is_renamed_and_a_taken_name_is_said(cast, browse):
    view, client = save(cast), browse("brightpath_sales")
    save(cast, name="Other")
    refused = client.post(reverse("view-change", args=[view.pk]), {"name": "other"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    client.post(reverse("view-change", args=[view.pk]), {"name": "Germany"})
    assert SavedView.objects.get(pk=view.pk).name == "Germany"


def test_manage_page_costs_the_same_for_one_and_twenty(cast, browse, django_assert_max_num_queries):
    for number in range(20):
        save(cast, name=f"View {number}")
    client = browse("brightpath_sales")
    client.get(reverse("settings"))
    with django_assert_max_num_queries(6):
        assert client.get(reverse("views"), {"page": LIST}).status_code == 200
