"""Rows to the domain's nouns and back, by plain functions a type checker can follow."""

from dataclasses import asdict
from typing import Any

from intake.adapters.db.tables import (
    CaseMessageRow,
    CaseRow,
    ClassificationRow,
    JobRow,
    LetterRow,
    OfficerRow,
    ReviewRow,
    SessionRow,
    TimelineRow,
)
from intake.domain.cases import (
    AttachmentNote,
    Case,
    CaseMessage,
    Channel,
    Letter,
    LetterState,
    Review,
    ReviewKind,
    Status,
    StoredClassification,
    TimelineEntry,
    TimelineKind,
)
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision
from intake.domain.officers import Officer, Role, Session
from intake.services.chat_submission import lines_as_json, lines_from_json
from intake.services.operations_ports import JobRecord


def case_values(case: Case) -> dict[str, Any]:
    """A case as column values, without its number, reference and version."""
    return {
        "channel": case.channel,
        "status": case.status,
        "category": case.category,
        "decision": case.decision,
        "decision_reason": case.decision_reason,
        "confidence": case.confidence,
        "stage": case.stage,
        "area": case.area,
        "landlord": case.landlord,
        "urgent": case.urgent,
        "hazards": list(case.hazards),
        "language": case.language,
        "subject": case.subject,
        "from_addr": case.from_addr,
        "from_name": case.from_name,
        "received_at": case.received_at,
        "receipt_sent_at": case.receipt_sent_at,
        "receipt_withheld": case.receipt_withheld,
        "acknowledged_at": case.acknowledged_at,
        "acknowledge_by": case.acknowledge_by,
        "respond_by": case.respond_by,
    }


def case_from_row(row: CaseRow) -> Case:
    """The case a row holds."""
    return Case(
        id=row.id,
        reference=row.reference,
        channel=Channel(row.channel),
        status=Status(row.status),
        category=Category(row.category) if row.category else None,
        decision=Decision(row.decision),
        decision_reason=row.decision_reason,
        confidence=row.confidence,
        stage=row.stage,
        area=ServiceArea(row.area) if row.area else None,
        landlord=row.landlord,
        urgent=row.urgent,
        hazards=tuple(row.hazards),
        language=row.language,
        subject=row.subject,
        from_addr=row.from_addr,
        from_name=row.from_name,
        received_at=row.received_at,
        receipt_sent_at=row.receipt_sent_at,
        receipt_withheld=row.receipt_withheld,
        acknowledged_at=row.acknowledged_at,
        acknowledge_by=row.acknowledge_by,
        respond_by=row.respond_by,
        version=row.version,
    )


def message_from_row(row: CaseMessageRow) -> CaseMessage:
    """The message of a case that a row holds."""
    return CaseMessage(
        id=row.id,
        inbound_id=row.inbound_id,
        message_id=row.message_id,
        from_addr=row.from_addr,
        from_name=row.from_name,
        participants=tuple(row.participants),
        subject=row.subject,
        body=row.body,
        quoted=row.quoted,
        html=row.html,
        attachments=tuple(AttachmentNote(**each) for each in row.attachments),
        automatic=row.automatic,
        automatic_reason=row.automatic_reason,
        warnings=tuple(row.warnings),
        received_at=row.received_at,
        joined_by=row.joined_by,
        channel=Channel(row.channel),
        telephone=row.telephone,
        transcript=lines_from_json(row.transcript or ()),
    )


def fill_message_row(row: CaseMessageRow, message: CaseMessage) -> None:
    """Put a message of a case into its row."""
    row.message_id = message.message_id
    row.from_addr = message.from_addr
    row.from_name = message.from_name
    row.participants = list(message.participants)
    row.subject = message.subject
    row.body = message.body
    row.quoted = message.quoted
    row.html = message.html
    row.attachments = [asdict(each) for each in message.attachments]
    row.automatic = message.automatic
    row.automatic_reason = message.automatic_reason
    row.warnings = list(message.warnings)
    row.received_at = message.received_at
    row.joined_by = message.joined_by
    row.channel = message.channel
    row.telephone = message.telephone
    row.transcript = lines_as_json(message.transcript)


def classification_values(stored: StoredClassification) -> dict[str, Any]:
    """What the classifier said, as column values."""
    said = stored.classification
    return {
        "case_message_id": stored.case_message_id,
        "at": stored.at,
        "category": said.category,
        "confidence": said.confidence,
        "probabilities": {each.value: share for each, share in said.probabilities.items()},
        "area": said.area,
        "landlord": said.landlord,
        "urgent": said.urgent,
        "hazards": list(said.hazards),
        "language": said.language,
        "evidence": list(said.evidence),
        "decision": said.decision,
        "reason": said.reason,
        "model": said.model,
        "hazard_sentence": said.hazard_sentence,
    }


def classification_from_row(row: ClassificationRow) -> StoredClassification:
    """What the classifier said."""
    return StoredClassification(
        id=row.id,
        case_message_id=row.case_message_id,
        at=row.at,
        classification=Classification(
            category=Category(row.category),
            confidence=row.confidence,
            probabilities={Category(name): share for name, share in row.probabilities.items()},
            area=ServiceArea(row.area),
            landlord=row.landlord,
            urgent=row.urgent,
            hazards=tuple(row.hazards),
            language=row.language,
            evidence=tuple(row.evidence),
            decision=Decision(row.decision),
            reason=row.reason,
            model=row.model,
            hazard_sentence=row.hazard_sentence,
        ),
    )


def review_from_row(row: ReviewRow) -> Review:
    """What an officer said."""
    return Review(
        at=row.at,
        officer=row.officer,
        model_category=Category(row.model_category) if row.model_category else None,
        officer_category=Category(row.officer_category),
        reason=row.reason,
        seconds_taken=row.seconds_taken,
        model=row.model,
        kind=ReviewKind(row.kind),
    )


def timeline_from_row(row: TimelineRow) -> TimelineEntry:
    """An event in a case's history."""
    return TimelineEntry(at=row.at, kind=TimelineKind(row.kind), by=row.by, text=row.text)


def letter_from_row(row: LetterRow) -> Letter:
    """A letter of ours."""
    return Letter(
        id=row.id,
        case_id=row.case_id,
        purpose=row.purpose,
        kind=row.kind,
        to_addr=row.to_addr,
        subject=row.subject,
        text=row.text,
        message_id=row.message_id,
        raw=row.raw,
        state=LetterState(row.state),
        tries=row.tries,
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
    )


def officer_from_row(row: OfficerRow) -> Officer:
    """An account."""
    return Officer(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        password_hash=row.password_hash,
        active=row.active,
        failed_attempts=row.failed_attempts,
        locked_until=row.locked_until,
        created_at=row.created_at,
    )


def session_from_row(row: SessionRow) -> Session:
    """A signed-in browser."""
    return Session(
        token_hash=row.token_hash,
        officer_id=row.officer_id,
        csrf_token=row.csrf_token,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )


def job_from_row(row: JobRow) -> JobRecord:
    """How a job is doing."""
    return JobRecord(
        name=row.name,
        node=row.node,
        last_started_at=row.last_started_at,
        last_finished_at=row.last_finished_at,
        next_run_at=row.next_run_at,
        last_result=row.last_result,
        last_error=row.last_error,
        runs=row.runs,
        failures=row.failures,
    )
