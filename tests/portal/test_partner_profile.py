"""The pages of a profile: in the portal, where the partner's administrator changes it, and on each vendor's desk."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners.models import Partner, Seat
from partners.services import change_profile
from prm.kernel.actors import Role
from tests.api_client import Api, token_of
from tests.portal.test_branding import png

PAGE, EDIT, LOGO, PARENT = (reverse(f"portal:profile{end}") for end in ("", "-edit", "-logo", "-parent"))


def typed(**changes):
    return {
        "revision": "0",
        "name": "Brightpath",
        "legal_name": "Brightpath GmbH",
        "country": "DE",
        "city": "Ulm",
        "regions": ["dach", "nordics"],
        "domains": "brightpath.example\nhttps://brightpath.test",
        "product_lines": "Palletising, Vision",
        **changes,
    }


def text_of(response):
    return response.content.decode()


def test_administrator_changes_the_profile_and_both_vendors_read_it(cast, browse):
    client = browse("brightpath_administrator")
    assert 'name="regions"' in text_of(client.get(EDIT))
    assert client.post(EDIT, typed()).url == PAGE
    page = text_of(client.get(PAGE))
    assert "Nordic countries" in page
    assert "Palletising, Vision" in page
    assert "Regions served: – → Germany, Austria, Switzerland, Nordic countries" in page
    for persona, other in (("northwind_finance", "Halden"), ("halden_approver", "Northwind")):
        desk = text_of(browse(persona).get(reverse("desk:partner-profile", args=["brightpath"])))
        assert "brightpath.test" in desk
        assert "Nordic countries" in desk
        assert "Edit the profile" not in desk
        assert other not in desk


def test_colleagues_read_and_do_not_change_it(cast, browse):
    client = browse("brightpath_sales")
    page = text_of(client.get(PAGE))
    assert "% complete" in page
    assert EDIT not in page
    assert (client.get(EDIT).status_code, client.post(EDIT, typed()).status_code) == (403, 403)
    assert client.post(LOGO, {"logo": SimpleUploadedFile("a.png", png())}).status_code == 403
    assert Partner.objects.get(slug="brightpath").revision == 0


def test_form_follows_the_kind(cast, browse):
    Partner.objects.filter(slug="brightpath").update(type="influencer")
    page = text_of(browse("brightpath_administrator").get(EDIT))
    assert 'name="product_lines"' not in page
    assert "Topics and audience" in page


def test_refused_form_keeps_what_was_typed(cast, browse):
    response = browse("brightpath_administrator").post(EDIT, typed(domains="me@gmail.com", city="Bonn", name=""))
    assert response.status_code == 422
    page = text_of(response)
    assert "me@gmail.com" in page
    assert 'value="Bonn"' in page
    response = browse("brightpath_administrator").post(EDIT, typed(domains="me@gmail.com"))
    assert response.status_code == 422
    assert "no company’s own domain" in text_of(response)
    assert Partner.objects.get(slug="brightpath").city == ""


def test_stale_form_shows_both_and_saves_at_the_second_try(cast, browse):
    partner, actor = cast.brightpath, cast.actor("brightpath_administrator")
    change_profile(actor=actor, partner=partner, changes={"city": "Bonn", "regions": ["dach"]}, revision=0)
    client = browse("brightpath_administrator")
    response = client.post(EDIT, typed())
    assert response.status_code == 409
    page = text_of(response)
    assert "<td>Bonn</td><td>Ulm</td>" in page
    assert 'name="revision" value="1"' in page
    assert Partner.objects.get(slug="brightpath").city == "Bonn"
    assert client.post(EDIT, typed(revision="1")).status_code == 302
    assert Partner.objects.get(slug="brightpath").city == "Ulm"


def test_logo_is_uploaded_shown_and_taken_away(cast, browse):
    client = browse("brightpath_administrator")
    assert client.post(LOGO, {"logo": SimpleUploadedFile("a.png", png())}).status_code == 302
    url = Partner.objects.get(slug="brightpath").logo_url
    assert url
    assert url in text_of(client.get(PAGE))
    assert url in text_of(browse("halden_approver").get(reverse("desk:partner-profile", args=["brightpath"])))
    refused = client.post(LOGO, {"logo": SimpleUploadedFile("a.png", b"<svg/>")})
    assert refused.status_code == 422
    assert "PNG" in text_of(refused)
    assert client.post(LOGO, {"remove": "1"}).status_code == 302
    assert Partner.objects.get(slug="brightpath").logo_url == ""


def test_parent_is_named_to_vendors_that_know_it(cast, browse):
    """Isle is Halden's and was Northwind's; Kappel is Northwind's alone."""
    admin = cast.people["brightpath_administrator"]
    Seat.objects.create(person=admin, partner=cast.kappel, role=Role.ADMINISTRATOR)
    client = browse("brightpath_administrator")
    assert client.post(PARENT, {"parent": "kappel"}).status_code == 422
    assert client.post(PARENT, {"parent": "isle", "kinship": "branch"}).status_code == 422
    assert client.post(PARENT, {"parent": "kappel", "kinship": "branch"}).status_code == 302
    assert "Branch of Kappel" in text_of(client.get(PAGE))
    url = reverse("desk:partner-profile", args=["brightpath"])
    assert "Branch of Kappel" in text_of(browse("northwind_manager").get(url))
    assert "Kappel" not in text_of(browse("halden_manager").get(url))


def test_profile_costs_few_queries(cast, browse, django_assert_max_num_queries):
    actor = cast.actor("brightpath_administrator")
    client = browse("brightpath_administrator")
    for number in range(30):
        changes = {"city": f"City {number}", "domains": [f"b{n}.example" for n in range(number % 20)]}
        change_profile(actor=actor, partner=cast.brightpath, changes=changes, revision=number)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
    desk = browse("northwind_manager")
    with django_assert_max_num_queries(12):
        desk.get(reverse("desk:partner-profile", args=["brightpath"]))


# -- API


def test_api_reads_and_changes_the_own_profile(cast):
    api = Api(token_of(cast, "brightpath_administrator"))
    read = api.get("partners/brightpath/").json()
    assert (read["regions"], read["revision"]) == ([], 0)
    body = {"regions": ["dach"], "domains": ["www.brightpath.example"], "customers": "Castellan"}
    changed = api.patch("partners/brightpath/", body, **{"If-Match": '"0"'}).json()
    assert (changed["regions"], changed["domains"], changed["revision"]) == (["dach"], ["brightpath.example"], 1)
    assert changed["complete"] > read["complete"]
    assert api.patch("partners/brightpath/", body, 412, **{"If-Match": '"0"'}).json()["code"] == "changed_meanwhile"
    assert api.patch("partners/brightpath/", body, 428).json()["code"] == "if_match_needed"
    wrong = {"domains": ["gmail.com"]}
    assert api.patch("partners/brightpath/", wrong, 422, **{"If-Match": "*"}).json()["code"] == "no_domain"


def test_api_lets_nobody_else_change_it(cast):
    for persona, status in (("brightpath_sales", 403), ("northwind_manager", 403), ("kappel_administrator", 404)):
        Api(token_of(cast, persona)).patch("partners/brightpath/", {"city": "Ulm"}, status, **{"If-Match": "*"})
    read_only = Api(token_of(cast, "brightpath_administrator", scopes=("partners:read",)))
    read_only.patch("partners/brightpath/", {"city": "Ulm"}, 403, **{"If-Match": "*"})
    assert Partner.objects.get(slug="brightpath").city == ""
