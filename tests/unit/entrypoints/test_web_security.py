"""Where a link may lead after signing in."""

import pytest

from intake.entrypoints.web.security import HOME, page_of, safe_next


@pytest.mark.parametrize(
    "target", ["/cases", "/cases/FB-2222-22", "/cases?status=all&q=bins%20late", "/operations"]
)
def test_a_page_of_ours_is_gone_back_to(target):
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "https://phish.example.org",
        "//phish.example.org",
        "/\\phish.example.org",
        "\\/phish.example.org",
        "/\t/phish.example.org",
        " //phish.example.org",
        "/cases\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "cases",
        "/sign-in?next=/cases",
        "/sign-out",
        "http:///phish.example.org",
    ],
)
def test_anything_else_leads_to_the_list_of_cases(target):
    assert safe_next(target) == HOME


@pytest.mark.parametrize(
    ("method", "path", "query", "page"),
    [
        ("GET", "/cases", "q=bins", "/cases?q=bins"),
        ("GET", "/cases/FB-2222-22", "", "/cases/FB-2222-22"),
        ("POST", "/cases/FB-2222-22/review", "", "/cases/FB-2222-22"),
        ("POST", "/cases/FB-2222-22/letters/4/retry", "", "/cases/FB-2222-22"),
        ("POST", "/operations/letters/4/retry", "", "/operations"),
        ("POST", "/sign-out", "", "/cases"),
    ],
)
def test_the_page_of_a_form_is_the_one_it_stood_on(method, path, query, page):
    assert page_of(method, path, query) == page
