"""What is marked as agreeing, side by side."""

from __future__ import annotations

import pytest
from django.utils.html import conditional_escape

from portal.desk.comparing import domains, names, plain


@pytest.mark.parametrize(
    ("mine", "other", "left", "right"),
    [
        ("Vestrehavn Terminal", "Vestre Havn Terminal AS", "<mark>Vestrehavn</mark> <mark>Terminal</mark>",
         "<mark>Vestre</mark> <mark>Havn</mark> <mark>Terminal</mark> AS"),
        ("Castellan GmbH", "Orbit GmbH", "Castellan GmbH", "Orbit GmbH"),
        ("<b>Maren</b> & Sohn", "Maren", "<mark>&lt;b&gt;Maren&lt;/b&gt;</mark> &amp; Sohn", "<mark>Maren</mark>"),
        ("", "Maren", "", "Maren"),
    ],
)  # fmt: skip
def test_words_that_agree_are_marked_and_text_is_escaped(mine, other, left, right):
    pair = names(mine, other)
    assert (pair.mine, pair.other) == (left, right)
    assert pair.same is ("<mark>" in left)


def test_domains_agree_on_the_registrable_part():
    pair = domains("terminal.vestrehavn.no", "vestrehavn.no")
    assert pair.mine == "terminal.<mark>vestrehavn.no</mark>"
    assert pair.same
    assert not domains("", "vestrehavn.no").same
    assert domains("<i>", "").mine == "&lt;i&gt;"


def test_values_are_escaped_when_they_agree_and_when_not():
    assert plain("x", "<i>", "<i>").mine == "<mark>&lt;i&gt;</mark>"
    assert conditional_escape(plain("x", "<i>", "y").mine) == "&lt;i&gt;"
