"""The API's documentation in a browser: every operation is there, under the page's own policy."""

from __future__ import annotations

from prm.api import document


def test_page_shows_operations_of_the_whole_document_and_says_nothing_on_the_console(chromium, live_server):
    said: list[str] = []
    page = chromium.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    with page.expect_response(lambda answer: "/api/schema/" in answer.url) as answer:
        page.goto(f"{live_server.url}/api/docs/")
    served = answer.value.json()
    page.locator(".opblock").first.wait_for()  # a long document is drawn as far as somebody scrolls
    page.close()
    assert {path: set(methods) for path, methods in served["paths"].items()} == {
        path: set(methods) for path, methods in document()["paths"].items()
    }
    assert said == []
