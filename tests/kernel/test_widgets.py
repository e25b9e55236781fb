"""Widgets drawn in one go are drawn as Django draws them."""

from __future__ import annotations

import re

import pytest
from django import forms

from prm.kernel.widgets import PlainRadios

CHOICES = [("x<", "X & y"), ("z", "Z")]


class Drawn(forms.Form):
    """The same field twice."""

    theirs = forms.ChoiceField(choices=CHOICES, initial="z", widget=forms.RadioSelect)
    ours = forms.ChoiceField(choices=CHOICES, initial="z", widget=PlainRadios)


def tags(html: str) -> list[tuple[str, frozenset[str]]]:
    """Return the tags with their attributes, whatever the order, and the words between them."""
    found = re.findall(r"<(\w+)([^>]*)>([^<]*)", html)
    return [
        (name + words.strip(), frozenset(re.findall(r'[\w-]+(?:="[^"]*")?', given))) for name, given, words in found
    ]


@pytest.mark.parametrize("data", [None, {"theirs": "x<", "ours": "x<"}, {"theirs": "none", "ours": "none"}])
@pytest.mark.parametrize("attrs", [{}, {"class": "c", "aria-describedby": "help"}])
def test_radios_are_drawn_as_django_draws_them(data, attrs):
    form = Drawn(data, auto_id="r_%s")
    theirs = form["theirs"].as_widget(attrs=dict(attrs)).replace("theirs", "ours")
    ours = form["ours"].as_widget(attrs=dict(attrs))
    assert len(tags(ours)) == 7
    assert tags(ours) == tags(theirs)
