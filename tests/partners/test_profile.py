"""A partner's profile: what each kind is asked for, who changes it, what is kept of a change, who reads it."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.http import Http404

from activity.models import Event
from partners.enums import PartnerType, Region
from partners.models import Partner, PartnerDomain, Seat
from partners.places import COUNTRIES_OF, serves
from partners.profiles import FIELDS_OF, LABELS, asks_of, completeness_of
from partners.reports import profile_history
from partners.services import change_parent, change_partner_logo, change_profile
from prm.kernel.actors import Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.portal.test_branding import png

FULL = {
    "description": "We build palletising cells.",
    "website": "brightpath.example",
    "domains": ["brightpath.example"],
    "city": "Ulm",
    "languages": ["de", "en"],
    "regions": ["dach", "benelux"],
    "industries": ["food", "logistics"],
    "services": ["integration", "training"],
    "product_lines": ["Palletising", "Vision"],
    "headcount": "11-50",
    "specialisms": "Cold stores.",
    "customers": "Castellan Foods.",
}


def fresh(partner):
    return Partner.objects.get(pk=partner.pk)


def change(cast, persona="brightpath_administrator", partner=None, revision=None, **changes):
    partner = partner or cast.brightpath
    revision = fresh(partner).revision if revision is None else revision
    return change_profile(actor=cast.actor(persona), partner=partner, changes=changes, revision=revision)


def profile_events():
    return list(Event.objects.filter(kind__startswith="profile.").order_by("pk"))


# -- the table


@pytest.mark.parametrize("kind", PartnerType)
def test_every_kind_is_asked_for_fields_that_there_are_with_weights_that_fill_a_whole(kind):
    names = [ask.name for ask in asks_of(kind)]
    assert len(names) == len(set(names))
    assert set(names) <= set(LABELS)
    assert all(ask.weight > 0 for ask in FIELDS_OF[kind])
    assert {"name", "country"} <= {ask.name for ask in asks_of(kind) if ask.needed}


def test_kinds_are_asked_for_different_fields():
    names = {kind: {ask.name for ask in asks_of(kind)} for kind in PartnerType}
    assert "product_lines" not in names[PartnerType.INFLUENCER] | names[PartnerType.REFERRAL]
    assert "services" in names[PartnerType.SERVICES]
    assert "services" not in names[PartnerType.TECHNOLOGY]
    assert len({frozenset(fields) for fields in names.values()}) > 4


def test_no_country_lies_in_two_regions():
    every = [country for countries in COUNTRIES_OF.values() for country in countries]
    assert len(every) == len(set(every))
    assert set(COUNTRIES_OF) == set(Region)
    assert serves([Region.DACH], "AT")
    assert not serves([Region.DACH], "FR")


def test_completeness_weighs_what_is_missing_and_says_why():
    empty = completeness_of(Partner(type=PartnerType.RESELLER, name="A", country="DE"), [])
    total = sum(ask.weight for ask in FIELDS_OF[PartnerType.RESELLER])
    assert empty.percent == 100 * 10 // total
    assert empty.missing[0].name == "description"
    assert empty.why == f"2 of 16 fields are filled in; Description would add most: {round(1500 / total)} per cent."


# -- changing


def test_change_keeps_before_and_after_and_says_full_when_full(cast):
    done = change(cast, **FULL)
    assert fresh(done).regions == ["dach", "benelux"]
    assert done.revision == 1
    (event,) = profile_events()
    assert (event.vendor_id, event.partner_id) == (None, cast.brightpath.pk)
    assert event.before["regions"] == []
    assert event.after["regions"] == ["dach", "benelux"]
    assert event.after["web_domains"] == ["brightpath.example"]
    done = change_partner_logo(actor=cast.actor("brightpath_administrator"), partner=done, logo=png())
    assert completeness_of(fresh(done), ["brightpath.example"]).percent == 100


def test_choices_come_once_each_in_their_own_order(cast):
    assert change(cast, regions=["benelux", "dach", "benelux"]).regions == ["dach", "benelux"]


def test_change_of_nothing_records_nothing(cast):
    change(cast, name=" Brightpath ", city="")
    assert (profile_events(), fresh(cast.brightpath).revision) == ([], 0)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"regions": ["atlantis"]}, "invalid", "regions"),
        ({"country": "XX"}, "invalid", "country"),
        ({"headcount": "many"}, "invalid", "headcount"),
        ({"name": "  "}, "invalid", "name"),
        ({"name": "x" * 161}, "invalid", "name"),
        ({"domains": ["anna@gmail.com"]}, "no_domain", "domains"),
        ({"domains": ["no domain"]}, "no_domain", "domains"),
        ({"domains": [f"a{number}.example" for number in range(21)]}, "too_many_domains", "domains"),
        ({"type": "msp"}, "not_asked", "type"),
        ({"slug": "else"}, "not_asked", "slug"),
        ({"city": "Ulm", "logo": "logos/x.png"}, "not_asked", "logo"),
    ],
)
def test_what_does_not_fit_is_refused_whole(cast, changes, code, field):
    with pytest.raises(RuleViolation) as refused:
        change(cast, **changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert fresh(cast.brightpath).city == ""
    assert (profile_events(), PartnerDomain.objects.count()) == ([], 0)


def test_kind_is_not_asked_for_what_it_has_not(cast):
    Partner.objects.filter(pk=cast.brightpath.pk).update(type=PartnerType.INFLUENCER)
    with pytest.raises(RuleViolation) as refused:
        change(cast, product_lines=["Robots"])
    assert refused.value.code == "not_asked"


def test_needed_field_can_be_changed_but_not_left_empty(cast):
    Partner.objects.filter(pk=cast.brightpath.pk).update(type=PartnerType.SERVICES)
    change(cast, services=["training"])
    with pytest.raises(RuleViolation) as refused:
        change(cast, services=[])
    assert (refused.value.code, refused.value.field) == ("needed", "services")
    assert fresh(cast.brightpath).services == ["training"]


def test_only_the_partners_own_administrators_change_it(cast):
    for persona in ("brightpath_sales", "brightpath_marketing", "northwind_manager", "halden_manager"):
        with pytest.raises(Forbidden):
            change(cast, persona, city="Ulm")
    for persona in ("kappel_administrator", "operator", "nobody"):
        with pytest.raises(Http404):
            change(cast, persona, city="Ulm")
    assert (fresh(cast.brightpath).city, profile_events()) == ("", [])


def test_stale_change_is_refused_with_the_profile_as_it_is(cast):
    change(cast, city="Ulm")
    with pytest.raises(Conflict) as late:
        change(cast, city="Bonn", revision=0)
    assert late.value.fresh.city == "Ulm"
    assert (fresh(cast.brightpath).city, len(profile_events())) == ("Ulm", 1)


# -- domains


def test_domains_are_brought_to_one_form_and_proven_by_an_administrators_address(cast):
    change(cast, domains=["https://www.Brightpath.example/about", "brightpath.example", "kappel.example"])
    found = dict(PartnerDomain.objects.filter(partner=cast.brightpath).values_list("domain", "is_verified"))
    assert found == {"brightpath.example": True, "kappel.example": False}
    change(cast, domains=["kappel.example"])
    assert [row.domain for row in cast.brightpath.domains.all()] == ["kappel.example"]


def test_domain_is_seen_by_whoever_sees_the_partner(cast):
    change(cast, "kappel_administrator", cast.kappel, domains=["kappel.example"])
    for persona, sees in (("kappel_sales", 1), ("northwind_finance", 1), ("halden_manager", 0), ("isle_sales", 0)):
        assert PartnerDomain.objects.visible_to(cast.actor(persona)).count() == sees, persona


def test_a_partner_has_a_domain_once(cast):
    PartnerDomain.objects.create(partner=cast.brightpath, domain="brightpath.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerDomain.objects.create(partner=cast.brightpath, domain="brightpath.example")
    PartnerDomain.objects.create(partner=cast.isle, domain="brightpath.example")


# -- logo


def test_logo_is_kept_rebuilt_and_taken_away(cast):
    actor = cast.actor("brightpath_administrator")
    kept = change_partner_logo(actor=actor, partner=cast.brightpath, logo=png() + b"<script>").logo.name
    with default_storage.open(kept) as stored:
        assert b"script" not in stored.read()
    assert change_partner_logo(actor=actor, partner=cast.brightpath, logo=b"").logo.name == ""
    assert [event.after["logo"] for event in profile_events()] == [kept, ""]
    change_partner_logo(actor=actor, partner=cast.brightpath, logo=b"")
    assert len(profile_events()) == 2


def test_logo_that_is_no_picture_or_from_a_stranger_changes_nothing(cast):
    with pytest.raises(RuleViolation):
        change_partner_logo(actor=cast.actor("brightpath_administrator"), partner=cast.brightpath, logo=b"<svg/>")
    with pytest.raises(Forbidden):
        change_partner_logo(actor=cast.actor("northwind_manager"), partner=cast.brightpath, logo=png())
    assert (fresh(cast.brightpath).logo.name, profile_events()) == ("", [])


# -- parents


def administrator_of_both(cast):
    Seat.objects.create(person=cast.people["brightpath_administrator"], partner=cast.kappel, role=Role.ADMINISTRATOR)
    return cast.actor("brightpath_administrator")


def test_partner_belongs_to_another_where_one_person_administers_both(cast):
    actor = administrator_of_both(cast)
    done = change_parent(actor=actor, partner=cast.brightpath, parent=cast.kappel, kinship="branch")
    assert (fresh(done).parent, fresh(done).kinship) == (cast.kappel, "branch")
    change_parent(actor=actor, partner=cast.brightpath, parent=None)
    assert fresh(done).parent is None
    assert [event.kind for event in profile_events()] == ["profile.parent"] * 2


def test_nobody_claims_a_strangers_organisation(cast):
    with pytest.raises(RuleViolation) as refused:
        change_parent(
            actor=cast.actor("brightpath_administrator"), partner=cast.brightpath, parent=cast.kappel, kinship="branch"
        )
    assert refused.value.code == "not_yours"
    assert (fresh(cast.brightpath).parent, profile_events()) == (None, [])


def test_no_circle_of_parents(cast):
    actor = administrator_of_both(cast)
    Partner.objects.filter(pk=cast.kappel.pk).update(parent=cast.brightpath, kinship="country")
    with pytest.raises(RuleViolation) as refused:
        change_parent(actor=actor, partner=cast.brightpath, parent=cast.kappel, kinship="branch")
    assert refused.value.code == "circle"


# -- history


def test_history_is_the_partners_and_every_vendors_and_names_nobody_else(cast):
    change(cast, city="Ulm")
    change_parent(actor=administrator_of_both(cast), partner=cast.brightpath, parent=cast.kappel, kinship="branch")
    read = {
        persona: [event.kind for event in profile_history(cast.actor(persona), cast.brightpath)]
        for persona in ("brightpath_sales", "northwind_finance", "halden_approver", "kappel_sales", "operator")
    }
    assert read == {
        "brightpath_sales": ["profile.parent", "profile.changed"],
        "northwind_finance": ["profile.changed"],
        "halden_approver": ["profile.changed"],
        "kappel_sales": [],
        "operator": [],
    }
