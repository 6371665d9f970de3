"""Find the case a message belongs to, among those it points at."""

from collections.abc import Iterable, Iterator

from intake.domain.conversation import Candidate, JoinedBy, Joining, join, thread_ids
from intake.domain.letter_tokens import references_from_tokens
from intake.domain.references import references_in
from intake.mime import ParsedMessage
from intake.services.ports import UnitOfWork


def find_case(work: UnitOfWork, parsed: ParsedMessage, key: bytes) -> Joining:
    """What the message joins, by the rules of ``domain.conversation``.

    Looked for in this order: tokens of ours in its thread, references in its subject, messages of
    cases in its thread.
    """
    threads = thread_ids(parsed.in_reply_to, parsed.references)
    candidates = [
        *_referenced(work, references_from_tokens(threads, key), JoinedBy.TOKEN),
        *_referenced(work, references_in(parsed.subject), JoinedBy.REFERENCE),
        *(
            _candidate(work, case_id, JoinedBy.THREAD)
            for case_id in work.cases.cases_of_messages(threads)
        ),
    ]
    return join(candidates, (parsed.from_addr, parsed.reply_to))


def _referenced(
    work: UnitOfWork, references: Iterable[str], joined_by: JoinedBy
) -> Iterator[Candidate]:
    for reference in references:
        case = work.cases.by_reference(reference)
        if case is not None and case.id is not None:
            yield _candidate(work, case.id, joined_by)


def _candidate(work: UnitOfWork, case_id: int, joined_by: JoinedBy) -> Candidate:
    return Candidate(
        case_id=case_id, joined_by=joined_by, participants=work.cases.participants(case_id)
    )
