"""A mail's own markup shows its words and can do nothing."""

import re

import pytest

from intake.entrypoints.web.mail_markup import POLICY, cleaned

ACTS_LOADS_OR_LEADS = [
    "<script>alert(1)</script>",
    "<img src=https://tracker.example.org/a.gif>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
    "<a href='https://phish.example.org'>the council</a>",
    "<a href='javascript:alert(1)'>the council</a>",
    "<form action='https://phish.example.org'><input name=password></form>",
    "<iframe src='https://phish.example.org'></iframe>",
    "<object data='https://phish.example.org'></object>",
    "<link rel=stylesheet href='https://phish.example.org/a.css'>",
    "<style>@import 'https://phish.example.org/a.css'</style>",
    "<p style='background:url(https://phish.example.org/a.gif)'>hello</p>",
    "<table background='https://phish.example.org/a.gif'><tr><td>hello</td></tr></table>",
    "<base href='https://phish.example.org/'>",
    "<meta http-equiv=refresh content='0;url=https://phish.example.org'>",
    "<video poster='https://phish.example.org/a.gif'></video>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<p onclick=alert(1)>hello</p>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
]


@pytest.mark.parametrize("markup", ACTS_LOADS_OR_LEADS)
def test_nothing_that_acts_loads_or_leads_away_is_left(markup):
    left = cleaned(f"<p>before</p>{markup}<p>after</p>")
    # What is left are bare tags: a word, no attribute, so nothing to act, load or lead with.
    assert re.sub(r"</?[a-z0-9]+>", "", left).count("<") == 0
    assert "<script" not in left
    assert "before" in left


def test_the_words_and_their_arrangement_stay():
    markup = "<table><tr><td colspan=2>Tuesday</td></tr></table><ul><li><b>reported</b></li></ul>"
    left = cleaned(markup)
    assert '<td colspan="2">Tuesday</td>' in left
    assert "<li><b>reported</b></li>" in left


def test_the_page_may_load_nothing_and_is_sandboxed():
    parts = [part.strip() for part in POLICY.split(";")]
    assert "default-src 'none'" in parts
    assert "sandbox" in parts
    assert "frame-ancestors 'self'" in parts
    assert not any("http" in part or "*" in part or "unsafe" in part for part in parts)
