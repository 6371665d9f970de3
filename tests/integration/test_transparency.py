"""What the transparency record counts in a database that was worked with."""

from intake.domain.categories import Category
from intake.domain.classification import Decision
from intake.entrypoints.transparency import record_facts
from intake.services.count_decisions import CountDecisions, DecisionCounts
from intake.services.write_transparency_record import record_as_markdown
from tests.support.desk import MAIL, Desk

BOUNCE = """From: Mail Delivery System <MAILER-DAEMON@example.org>
To: feedback@council.example
Subject: Undelivered Mail
Message-ID: <bounce@example.org>
Auto-Submitted: auto-replied

Your message could not be delivered.
"""


def counts(desk: Desk) -> DecisionCounts:
    return CountDecisions(desk.application.store, desk.application.clock).run()


def another(number: int) -> str:
    return MAIL.replace("first@", f"number{number}@").replace("alex.example@", f"p{number}@")


def correct(desk: Desk, reference: str, category: Category) -> None:
    version = desk.application.read_cases.file(reference).case.version
    desk.application.review_case.correct(
        reference,
        officer=desk.officer(),
        category=category,
        reason="nothing was promised",
        version=version,
    )


def test_cases_are_counted_by_who_decided(desk: Desk) -> None:
    desk.mail(another(1), decision=Decision.AUTO, language="en")
    desk.mail(another(2), decision=Decision.REVIEW, language="cy", urgent=True)
    desk.mail(BOUNCE, decision=Decision.REVIEW)
    found = counts(desk)
    assert (found.cases, found.automatic, found.by_rule, found.by_officer) == (3, 1, 1, 1)
    assert found.urgent == 1
    assert found.by_language["cy"] == 1
    assert found.by_channel == {"email": 3}
    assert found.first_on == found.last_on == desk.clock.now().date()


def test_corrections_are_counted_against_all_reviews(desk: Desk) -> None:
    first, second = desk.mail(another(1)), desk.mail(another(2))
    correct(desk, first, Category.DISSATISFACTION)
    version = desk.application.read_cases.file(second).case.version
    desk.application.review_case.confirm(second, officer=desk.officer(), version=version)
    desk.clock.move(minutes=1)
    assert (counts(desk).queue.count, counts(desk).queue.agreed) == (2, 1)
    assert counts(desk).blind.count == 0


def test_nothing_is_counted_where_nothing_came(desk: Desk) -> None:
    found = counts(desk)
    assert (found.cases, found.first_on) == (0, None)
    assert found.as_json()["share_decided_automatically"] is None


def test_the_record_is_written_from_the_installation(desk: Desk) -> None:
    desk.mail(another(1), decision=Decision.AUTO)
    page = record_as_markdown(record_facts(desk.application))
    assert "Decided automatically: 1 of 1 (100.0%)." in page
    assert "One model: told-1." in page
    assert "feedback@council.example" in page
