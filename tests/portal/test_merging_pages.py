"""The pages of a merge: proposed on the desk, decided in the portal by each record's administrator."""

from __future__ import annotations

from django.urls import reverse

from partners.models import Partner, PartnerMerge
from partners.services import propose_merge

PROFILE = reverse("portal:profile")


def propose_page(slug="brightpath"):
    return reverse("desk:partner-merge", args=[slug])


def text_of(response):
    return response.content.decode()


def test_manager_finds_the_other_record_and_proposes(cast, browse):
    client = browse("northwind_manager")
    assert "Kappel" not in text_of(client.get(propose_page()))
    found = text_of(client.get(propose_page() + "?q=kapp"))
    assert 'value="kappel"' in found
    assert client.post(propose_page(), {"other": "kappel", "stays": "other"}).status_code == 302
    merge = PartnerMerge.objects.get()
    assert (merge.kept, merge.absorbed) == (cast.kappel, cast.brightpath)
    desk = text_of(client.get(reverse("desk:partner-profile", args=["brightpath"])))
    assert "Brightpath into Kappel" in desk
    assert client.post(reverse("desk:merge-withdraw", args=[merge.key])).status_code == 302
    assert "Brightpath into Kappel" not in text_of(client.get(reverse("desk:partner-profile", args=["brightpath"])))


def test_record_that_the_vendor_does_not_know_is_no_choice(cast, browse):
    refused = browse("halden_manager").post(propose_page(), {"other": "kappel", "stays": "this", "note": "Twins."})
    assert refused.status_code == 422
    assert "Twins." in text_of(refused)
    assert "Kappel" not in text_of(browse("halden_manager").get(propose_page() + "?q=kapp"))
    assert not PartnerMerge.objects.exists()


def test_both_administrators_confirm_in_the_portal_and_one_undoes(cast, browse):
    cast.register("kappel_sales", "kappel_northwind")
    manager = cast.actor("northwind_manager")
    merge = propose_merge(actor=manager, kept=cast.brightpath, absorbed=cast.kappel, note="Same domain.")
    page, confirm, undo = (reverse(f"portal:merge{end}", args=[merge.key]) for end in ("", "-confirm", "-undo"))
    kept, absorbed = browse("brightpath_administrator"), browse("kappel_administrator")
    assert page in text_of(kept.get(PROFILE))
    assert page not in text_of(browse("brightpath_sales").get(PROFILE))
    assert "How many" not in text_of(kept.get(page)), "what the other record has is its own affair"
    assert "How many" in text_of(absorbed.get(page))
    assert kept.post(confirm).status_code == 302
    assert "You confirmed" in text_of(kept.get(page))
    assert "Look and decide" not in text_of(kept.get(PROFILE))
    assert "Look and decide" in text_of(absorbed.get(PROFILE))
    assert absorbed.post(confirm).status_code == 302
    assert Partner.objects.get(pk=cast.kappel.pk).merged_into == cast.brightpath
    assert "Undo the merge" in text_of(kept.get(page))
    assert kept.post(undo).status_code == 302
    assert Partner.objects.get(pk=cast.kappel.pk).merged_into is None
    assert kept.post(undo).status_code == 409


def test_decline_ends_it(cast, browse):
    merge = propose_merge(actor=cast.actor("northwind_manager"), kept=cast.brightpath, absorbed=cast.kappel)
    client = browse("kappel_administrator")
    assert client.post(reverse("portal:merge-decline", args=[merge.key])).status_code == 302
    assert client.post(reverse("portal:merge-confirm", args=[merge.key])).status_code == 409
    merge.refresh_from_db()
    assert merge.state == "declined"
