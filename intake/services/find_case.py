"""Find the case a message belongs to, by what it points at."""

from collections.abc import Iterable, Iterator

from intake.domain.conversation import Candidate, JoinedBy, Joining, join, thread_ids
from intake.domain.letter_tokens import references_from_tokens
from intake.domain.references import references_in
from intake.mime import ParsedMessage
from intake.services.chat_ports import ChatSubmission
from intake.services.chat_submission import submission_identity
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


def find_chat_case(work: UnitOfWork, chat: ChatSubmission) -> Joining:
    """The case of a conversation: the one it was told, else the one its first words are in.

    Only we write what comes by chat, so that nothing about it needs to be proved.
    """
    told = work.cases.by_reference(chat.joins) if chat.joins else None
    first = submission_identity(chat.conversation, 0)
    case_id = told.id if told else work.inbound.case_of(first) if chat.number else None
    joined_by = JoinedBy.NEW if case_id is None else JoinedBy.CHAT
    return Joining(case_id=case_id, joined_by=joined_by, mentioned=())


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
