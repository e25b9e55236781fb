"""Deal teams: proposed by one, agreed by each; who isn't on the deal learns nothing, who is sees what it was given."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from activity.models import Mail, Notification
from activity.relay import drain
from dealreg.enums import ShareAnswer, TeamState
from dealreg.models import TeamShare, TeamVersion
from dealreg.services import Member, answer_share, propose_team
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from prm.kernel.errors import RuleViolation


def rows(*sides, text=""):
    data = {"members-TOTAL_FORMS": str(len(sides)), "members-INITIAL_FORMS": "0", "text": text}
    for number, (name, role, percent, *sees) in enumerate(sides):
        data |= {
            f"members-{number}-{key}": value
            for key, value in zip(("name", "role", "percent"), (name, role, percent), strict=True)
        }
        data[f"members-{number}-sees"] = sees
    return data


OWN, KAPPEL, DIRECT = ("", "selling", "60"), ("kappel", "delivering", "33,34", "close", "value"), ("", "direct", "6.66")


def propose(client, deal, *sides, text="Shall we?"):
    return client.post(reverse("portal:deal-team", args=[deal.reference]), rows(*sides, text=text))


def read(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        ((OWN, KAPPEL), "add up to 93.34%"),
        ((OWN, ("kappel", "delivering", "40"), ("Kappel", "sourcing", "0")), "stands there twice"),
        ((OWN, ("kappel", "", "40")), "Choose what this side does"),
        ((OWN, ("kappel", "delivering", "forty")), "such as 40"),
        ((("", "selling", "100"),), "two to ten sides"),
        ((OWN, ("", "delivering", "40")), "Name each partner"),
    ],
)
def test_shares_that_make_no_whole_are_refused_and_kept(cast, browse, sides, said):
    deal = cast.register()
    answer = propose(browse("brightpath_sales"), deal, *sides)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert all(f'value="{name}"' in text for name, *_rest in sides if name)
    assert "Shall we?" in text
    assert not TeamVersion.objects.exists()


def test_team_holds_once_each_has_agreed_and_a_change_is_agreed_again(cast, browse, django_assert_max_num_queries):
    deal = cast.register()
    ours, theirs, vendor = browse("brightpath_sales"), browse("kappel_sales"), browse("northwind_approver")
    assert read(theirs, "/portal/shared-deals/").count("A deal of Brightpath") == 0
    assert propose(ours, deal, OWN, KAPPEL, DIRECT).status_code == 302
    drain()
    share = TeamShare.objects.get(partner=cast.kappel)
    mails = list(Mail.objects.filter(template="team_invited").order_by("pk"))
    kappel = {cast.people[name].pk for name in cast.people if name.startswith("kappel")}
    assert {mail.person_id for mail in mails} <= kappel
    assert cast.people["kappel_sales"].pk in {mail.person_id for mail in mails}
    room = share.get_absolute_url()
    with django_assert_max_num_queries(12):
        before = read(theirs, room)
    assert "33.34%" in before
    assert "€162,000" in before
    for secret in ("Castellan", deal.reference, "Ines Rothmann", "60%", "PalletCell"):
        assert secret not in before
        assert secret not in " ".join(mail.subject + mail.text + mail.html for mail in mails)
    answers = reverse("portal:shared-deal-answer", args=[share.key])
    assert theirs.post(answers, {"do": "decline", "text": ""}).status_code == 422
    assert theirs.post(answers, {"do": "agree", "text": "With pleasure."}).status_code == 302
    assert theirs.post(answers, {"do": "agree"}).status_code == 409
    assert TeamVersion.objects.get().state == TeamState.PROPOSED
    assert vendor.post(reverse("desk:deal-team-answer", args=[deal.reference]), {"do": "agree"}).status_code == 302
    drain()
    agreed = TeamVersion.objects.get()
    assert agreed.state == TeamState.AGREED
    assert Notification.objects.filter(kind="team.settled", person=cast.people["kappel_sales"]).count() == 1
    assert "Northwind" in read(theirs, room)
    with django_assert_max_num_queries(12):
        page = read(ours, reverse("portal:deal-team", args=[deal.reference]))
    assert "With pleasure." in page
    assert "A team is agreed." in read(ours, deal.get_absolute_url())
    # Another proposal doesn't touch what was agreed, until each has agreed to it.
    assert propose(ours, deal, ("", "selling", "70"), ("Kappel", "delivering", "30")).status_code == 302
    assert theirs.get(room).status_code == 200
    answer_share(
        actor=cast.actor("kappel_sales"), share=TeamShare.objects.get(percent=30), agrees=False, text="Too little."
    )
    assert [team.state for team in TeamVersion.objects.order_by("number")] == [TeamState.AGREED, TeamState.DECLINED]
    assert theirs.get(room).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamShare.objects.filter(team=agreed).update(percent=Decimal(50))
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamVersion.objects.filter(pk=agreed.pk).update(text="other")


def test_name_of_nobody_looks_like_any_other_and_two_names_of_one_partner_tell_nothing(cast, browse):
    cast.kappel.legal_name = "Kappel Systemhaus GmbH"
    cast.kappel.save()
    deal = cast.register()
    ours = browse("brightpath_sales")
    sides = (
        ("", "selling", "40"),
        ("Nobody", "sourcing", "20"),
        ("Kappel", "sourcing", "20"),
        ("Kappel Systemhaus GmbH", "technology", "20"),
    )
    assert propose(ours, deal, *sides).status_code == 302
    assert TeamShare.objects.filter(partner=cast.kappel).count() == 1
    text = read(ours, reverse("portal:deal-team", args=[deal.reference]))
    states = text.split("Sides of the team")[1].split("</table>")[0]
    assert states.count("Waiting") == 3
    # A partner of another vendor alone isn't meant, whatever its name.
    isle = propose(ours, deal, OWN, ("Isle", "sourcing", "40"))
    assert isle.status_code == 302
    assert not TeamShare.objects.filter(partner=cast.isle).exists()
    assert TeamVersion.objects.filter(state=TeamState.PROPOSED).count() == 1


def test_who_leaves_keeps_its_record_and_loses_the_deal(cast, browse):
    deal = cast.register()
    ours, theirs = browse("brightpath_sales"), browse("kappel_sales")
    propose(ours, deal, OWN, ("Kappel", "delivering", "40", "customer"))
    share = TeamShare.objects.get(partner=cast.kappel)
    answer_share(actor=cast.actor("kappel_sales"), share=share, agrees=True, text="We install it.")
    room = share.get_absolute_url()
    assert "Castellan" in read(theirs, room)
    Enrollment.objects.filter(pk=share.enrollment_id).update(status=EnrollmentStatus.SUSPENDED)
    assert theirs.get(room).status_code in {403, 404}
    assert "Kappel left" in read(ours, reverse("portal:deal-team", args=[deal.reference]))
    Enrollment.objects.filter(pk=share.enrollment_id).update(status=EnrollmentStatus.ACTIVE)
    answers = reverse("portal:shared-deal-answer", args=[share.key])
    assert theirs.post(answers, {"do": "leave", "text": "No people free."}).status_code == 302
    assert theirs.get(room).status_code == 404
    assert "Castellan" not in read(theirs, "/portal/shared-deals/")
    text = read(ours, reverse("portal:deal-team", args=[deal.reference]))
    for kept in ("40%", "We install it.", "No people free."):
        assert kept in text
    share.refresh_from_db()
    assert (share.answer, share.percent) == (ShareAnswer.AGREED, 40)


def test_others_and_those_without_the_right_get_nowhere(cast, browse):
    deal = cast.register()
    propose(browse("brightpath_sales"), deal, OWN, ("Kappel", "delivering", "40"))
    share = TeamShare.objects.get(partner=cast.kappel)
    assert browse("isle_sales").get(share.get_absolute_url()).status_code == 404
    assert (
        browse("isle_sales").post(reverse("portal:shared-deal-answer", args=[share.key]), {"do": "agree"}).status_code
        == 404
    )
    assert propose(browse("kappel_sales"), deal, OWN, ("Kappel", "delivering", "40")).status_code == 404
    members = [
        Member(role="selling", percent=Decimal("60.001"), own=True),
        Member(role="direct", percent=Decimal("39.999")),
    ]
    with pytest.raises(RuleViolation):
        propose_team(actor=cast.actor("brightpath_sales"), deal=deal, members=members)
    assert TeamVersion.objects.count() == 1
