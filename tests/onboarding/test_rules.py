"""When an application is approved by rule, and what the desk suggests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onboarding.rules import Advice, Applied, AutoRule, judge, suggest, told

RULE = AutoRule(is_on=True, score=80, countries=("NL", "DE"))
GOOD = Applied(score=85, country="NL")


class TestJudge:
    def test_a_good_fit_is_approved_with_its_figures(self) -> None:
        verdict = judge(RULE, GOOD)
        assert verdict.approves
        assert verdict.why == "Approved by rule: a fit of 85, where 80 is enough, in Netherlands."

    @pytest.mark.parametrize(
        ("applied", "words"),
        [
            (replace(GOOD, score=79), "79, where 80"),
            (replace(GOOD, score=None), "no ideal partner profile"),
            (replace(GOOD, country="FR"), "France is not among Netherlands, Germany"),
            (replace(GOOD, blocked="rival.example"), "rival.example is blocked"),
            (replace(GOOD, known_partner="Northwind"), "Northwind"),
            (replace(GOOD, missing=("Website",)), "Missing: Website"),
        ],
    )
    def test_every_obstacle_outweighs_the_score(self, applied: Applied, words: str) -> None:
        verdict = judge(RULE, applied)
        assert not verdict.approves
        assert words in verdict.why

    def test_off_it_approves_nothing(self) -> None:
        assert not judge(replace(RULE, is_on=False), replace(GOOD, score=100)).approves

    def test_without_countries_every_country_counts(self) -> None:
        assert judge(replace(RULE, countries=()), replace(GOOD, country="BR")).approves

    def test_it_is_told_in_plain_words(self) -> None:
        assert "a person decides every" in told(replace(RULE, is_on=False), has_profile=True)
        assert "from Netherlands, Germany with a fit of 80 or more" in told(RULE, has_profile=True)
        assert "approves nothing" in told(RULE, has_profile=False)


@pytest.mark.parametrize(
    ("applied", "advice"),
    [
        (replace(GOOD, score=70), Advice.APPROVE),
        (replace(GOOD, score=69), Advice.READ),
        (replace(GOOD, score=49), Advice.WAITLIST),
        (replace(GOOD, score=29), Advice.DECLINE),
        (replace(GOOD, score=None), Advice.READ),
        (replace(GOOD, missing=("Website",)), Advice.ASK),
        (replace(GOOD, known_partner="Northwind", missing=("Website",)), Advice.READ),
        (replace(GOOD, blocked="rival.example", known_partner="Northwind"), Advice.DECLINE),
    ],
)
def test_the_strongest_reason_makes_the_suggestion(applied: Applied, advice: Advice) -> None:
    assert suggest(applied, waits_for_applicant=False).advice is advice


def test_whoever_was_asked_is_waited_for() -> None:
    suggestion = suggest(GOOD, waits_for_applicant=True, asked=["phone", "city"])
    assert suggestion.advice is Advice.WAIT
    assert "2 fields" in suggestion.why
