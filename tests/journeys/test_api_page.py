"""The API's documentation in a browser: every operation is there, under the page's own policy."""

from __future__ import annotations

from prm.api import document


def test_page_shows_every_operation_and_says_nothing_on_the_console(chromium, live_server):
    said: list[str] = []
    page = chromium.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock")
    shown = page.locator(".opblock").count()
    page.close()
    assert shown == sum(len(methods) for methods in document()["paths"].values())
    assert said == []
