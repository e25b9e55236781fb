"""Error pages help: they render for strangers, say what to do, and 500 asks for no context at all."""

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.views.defaults import server_error

PAGES = ("400", "403", "403_csrf", "404", "409", "413", "422", "429")


@pytest.mark.parametrize("page", PAGES)
def test_error_page_for_a_stranger_has_one_heading_and_a_way_on(page):
    request = RequestFactory().get("/deals/")
    written = get_template(f"{page}.html").render({"message": "<b>Words</b>", "request": request, "shell": None})
    assert written.count("<h1>") == 1
    assert 'class="btn"' in written
    assert "<b>Words</b>" not in written


def test_500_renders_without_context():
    response = server_error(RequestFactory().get("/deals/"))
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
