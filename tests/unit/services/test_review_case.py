"""An officer's word on a case: what it changes, what it keeps, and when it is refused."""

import shutil
from dataclasses import replace
from datetime import date

import pytest

from intake.domain.cases import CaseFile, Status, TimelineKind
from intake.domain.categories import Category
from intake.domain.officers import Role
from intake.errors import (
    CaseNotFound,
    IllegalTransition,
    InvalidSubmission,
    NotPermitted,
    StaleCase,
)
from intake.services.review_case import MOST_SECONDS_TAKEN, sane_seconds
from tests.support.desk import EMAIL, MAIL, Desk


@pytest.fixture
def desk(sqlite_template, tmp_path):
    shutil.copyfile(sqlite_template, tmp_path / "intake.db")
    opened = Desk(f"sqlite:///{tmp_path / 'intake.db'}", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def officer(desk):
    return desk.officer()


def file_of(desk: Desk, reference: str) -> CaseFile:
    return desk.application.read_cases.file(reference)


def change(desk: Desk, reference: str, **fields: object) -> None:
    with desk.application.store.writing() as work:
        case = work.cases.by_reference(reference, lock=True)
        work.cases.save(replace(case, **fields))
        work.commit()


def test_a_confirmed_case_leaves_the_queue_and_keeps_its_category_and_dates(desk, officer):
    reference = desk.mail(category=Category.COMPLAINT)
    before = file_of(desk, reference).case
    desk.application.review_case.confirm(
        reference, officer=officer, version=before.version, seconds_taken=12.34
    )
    file = file_of(desk, reference)
    assert (file.case.status, file.case.category) == (Status.OPEN, Category.COMPLAINT)
    assert (file.case.acknowledge_by, file.case.respond_by) == (
        before.acknowledge_by,
        before.respond_by,
    )
    review = file.reviews[0]
    assert (review.officer, review.model_category, review.officer_category) == (
        EMAIL,
        Category.COMPLAINT,
        Category.COMPLAINT,
    )
    assert (review.reason, review.seconds_taken, review.model) == ("", 12.3, "told-1")
    assert (file.timeline[-1].kind, file.timeline[-1].by) == (TimelineKind.CONFIRMED, EMAIL)


def test_a_correction_keeps_the_models_answer_beside_the_officers_and_the_reason(desk, officer):
    reference = desk.mail(category=Category.COMMENT, confidence=0.6)
    version = file_of(desk, reference).case.version
    desk.application.review_case.correct(
        reference,
        officer=officer,
        category=Category.COMPLAINT,
        reason="  It was promised\nand not done. ",
        version=version,
    )
    file = file_of(desk, reference)
    assert (file.case.status, file.case.category) == (Status.OPEN, Category.COMPLAINT)
    assert file.case.decision == file.classifications[0].classification.decision
    assert file.classifications[0].classification.category is Category.COMMENT
    assert file.reviews[0].model_category is Category.COMMENT
    assert file.reviews[0].reason == "It was promised and not done."
    assert file.timeline[-1].kind is TimelineKind.CORRECTED
    assert "It was promised and not done." in file.timeline[-1].text


def test_a_case_gets_stage_1_and_its_dates_when_it_is_corrected_to_a_complaint(desk, officer):
    """Received on Monday 3 March 2025: 5 working days, and 10 more from then."""
    reference = desk.mail(category=Category.COMPLIMENT)
    before = file_of(desk, reference).case
    assert (before.stage, before.acknowledge_by) == (None, None)
    desk.application.review_case.correct(
        reference,
        officer=officer,
        category=Category.COMPLAINT,
        reason="A broken promise.",
        version=before.version,
    )
    case = file_of(desk, reference).case
    assert case.stage == 1
    assert (case.acknowledge_by, case.respond_by) == (date(2025, 3, 10), date(2025, 3, 24))


def test_a_case_loses_its_stage_and_dates_when_it_turns_out_to_be_thanks(desk, officer):
    reference = desk.mail(category=Category.COMPLAINT)
    desk.application.review_case.correct(
        reference,
        officer=officer,
        category=Category.COMPLIMENT,
        reason="They say thank you.",
        version=file_of(desk, reference).case.version,
    )
    case = file_of(desk, reference).case
    assert (case.stage, case.acknowledge_by, case.respond_by) == (None, None, None)


def test_the_dates_of_a_complaint_chosen_later_stay_when_an_officer_confirms_it(desk, officer):
    """They run from the resident's YES, not from the first message."""
    reference = desk.mail(category=Category.COMPLAINT)
    change(desk, reference, acknowledge_by=date(2025, 4, 7), respond_by=date(2025, 4, 23))
    desk.application.review_case.confirm(
        reference, officer=officer, version=file_of(desk, reference).case.version
    )
    case = file_of(desk, reference).case
    assert (case.acknowledge_by, case.respond_by) == (date(2025, 4, 7), date(2025, 4, 23))


def test_a_correction_is_refused_when_it_gives_no_reason(desk, officer):
    reference = desk.mail()
    with pytest.raises(InvalidSubmission):
        desk.application.review_case.correct(
            reference,
            officer=officer,
            category=Category.COMMENT,
            reason="  ",
            version=file_of(desk, reference).case.version,
        )
    assert file_of(desk, reference).reviews == ()


def test_a_confirmation_is_refused_when_the_case_has_no_category(desk, officer):
    reference = desk.mail()
    change(desk, reference, category=None)
    with pytest.raises(InvalidSubmission):
        desk.application.review_case.confirm(
            reference, officer=officer, version=file_of(desk, reference).case.version
        )


def test_a_review_is_refused_when_somebody_else_changed_the_case_since(desk, officer):
    reference = desk.mail()
    seen = file_of(desk, reference).case.version
    change(desk, reference, urgent=True)
    with pytest.raises(StaleCase):
        desk.application.review_case.confirm(reference, officer=officer, version=seen)
    assert file_of(desk, reference).case.status is Status.TO_REVIEW


def test_pressing_twice_reviews_once(desk, officer):
    reference = desk.mail()
    seen = file_of(desk, reference).case.version
    for _ in range(2):
        desk.application.review_case.correct(
            reference,
            officer=officer,
            category=Category.COMMENT,
            reason="Only an idea.",
            version=seen,
        )
    file = file_of(desk, reference)
    assert len(file.reviews) == 1
    assert [entry.kind for entry in file.timeline].count(TimelineKind.CORRECTED) == 1


def test_another_officers_answer_to_the_same_version_is_stale_not_a_repeat(desk, officer):
    reference = desk.mail()
    seen = file_of(desk, reference).case.version
    desk.application.review_case.confirm(reference, officer=officer, version=seen)
    colleague = desk.officer("kit.keeper@council.example")
    with pytest.raises(StaleCase):
        desk.application.review_case.confirm(reference, officer=colleague, version=seen)


def test_an_auditor_changes_nothing(desk):
    reference = desk.mail()
    auditor = desk.officer("ada.auditor@council.example", role=Role.AUDITOR)
    with pytest.raises(NotPermitted):
        desk.application.review_case.confirm(
            reference, officer=auditor, version=file_of(desk, reference).case.version
        )


def test_the_category_of_a_closed_case_stays(desk, officer):
    reference = desk.mail()
    change(desk, reference, status=Status.CLOSED)
    with pytest.raises(IllegalTransition):
        desk.application.review_case.confirm(
            reference, officer=officer, version=file_of(desk, reference).case.version
        )


def test_a_review_of_an_unknown_case_is_refused(desk, officer):
    with pytest.raises(CaseNotFound):
        desk.application.review_case.confirm("FB-2222-22", officer=officer, version=1)


def test_a_case_can_be_reviewed_again_when_another_message_joined(desk, officer):
    reference = desk.mail(category=Category.COMMENT)
    desk.application.review_case.confirm(
        reference, officer=officer, version=file_of(desk, reference).case.version
    )
    reply = MAIL.replace("<first@", "<second@").replace(
        "Subject: Bins", "In-Reply-To: <first@example.org>\nSubject: Re: Bins"
    )
    assert desk.mail(reply) == reference
    case = file_of(desk, reference).case
    assert case.status is Status.TO_REVIEW
    desk.application.review_case.confirm(reference, officer=officer, version=case.version)
    assert len(file_of(desk, reference).reviews) == 2


@pytest.mark.parametrize(
    ("measured", "believed"),
    [
        (None, None),
        (-0.1, None),
        (0, 0),
        (41.26, 41.3),
        (MOST_SECONDS_TAKEN, MOST_SECONDS_TAKEN),
        (MOST_SECONDS_TAKEN + 1, None),
        (float("nan"), None),
    ],
)
def test_a_time_taken_is_kept_only_when_it_can_be_believed(measured, believed):
    assert sane_seconds(measured) == believed
