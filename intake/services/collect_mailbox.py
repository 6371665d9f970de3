"""Take the mail out of one mailbox: store it durably, then move it away.

Nothing on the mail server changes before the database has a message for good. A crash in between
leaves the message in its folder, where it is read once more and recognised by its identity. What
cannot be taken goes to a folder of its own, for a person. How to talk to the server is left to the
mailbox, when to look and what to log to the entrypoint.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from intake.domain.cases import Channel
from intake.domain.inbound import NewInbound
from intake.errors import IntakeError, MailboxRefused, MailboxUnavailable, MessageTooLarge
from intake.mime import message_identity
from intake.mime.envelope import noted_envelope
from intake.services.mailbox_ports import FetchedMail, FolderView, MailboxSession
from intake.services.operations_ports import MailboxPosition
from intake.services.ports import Clock, Store

# A message that failed so often, or broke the connection so often, is moved to the failed folder.
MOST_TRIES = 3
# A commit and a move take at most so many messages or bytes together: it bounds the memory too.
BATCH_MESSAGES = 50
BATCH_BYTES = 8 * 1024 * 1024
# Sizes are asked for so many messages at once.
PORTION = 200
TOO_LARGE = "too large"
UNREADABLE = "could not be read"


@dataclass(frozen=True, kw_only=True)
class MailboxRules:
    """What one mailbox is for.

    ``address`` is its user name: the address it stands for, unless the mail server noted another
    of the council's ``addresses`` on the message.
    """

    name: str
    address: str
    addresses: tuple[str, ...]
    processed_folder: str
    failed_folder: str
    max_size_bytes: int


@dataclass(kw_only=True)
class Collected:
    """What a pass did, so far if it ended early.

    ``taken`` are new messages, ``known`` were stored before, ``failed`` says of each message that
    could not be taken why, ``left`` are to be tried again, ``stuck`` are stored but refuse to move.
    """

    taken: int = 0
    known: int = 0
    failed: list[str] = field(default_factory=list)
    left: int = 0
    stuck: int = 0
    is_read_anew: bool = False

    def in_words(self) -> str:
        """For the job's record; empty when there was nothing to do."""
        parts = (
            (self.taken, "taken"),
            (self.known, "known already"),
            (len(self.failed), "failed"),
            (self.left, "to be tried again"),
            (self.stuck, "stored but not moved"),
        )
        return ", ".join(f"{count} {word}" for count, word in parts if count)


@dataclass(frozen=True, kw_only=True)
class _Pass:
    """One pass: the connection, what the folder held, and what came of it."""

    session: MailboxSession
    view: FolderView
    progress: "_Progress"
    report: Collected
    is_over: Callable[[], bool]
    faults: list[Exception] = field(default_factory=list)


class CollectMailbox:
    """Takes the mail of one mailbox, pass after pass; remembers which messages made trouble.

    - In a folder that lets messages be moved, every message that lies there is taken: what was
      taken is moved away, so what lies there is new or was left by a crash. A remembered UID is
      not trusted with that, since a wrong one would lose mail.
    - In a folder that is read-only, messages behind the remembered UID are taken. It counts only
      messages below which none waits.
    - With a new UIDVALIDITY the old UIDs mean nothing (RFC 3501 section 2.3.1.1): everything is
      read again, and what was stored before is known by its identity.
    - A message too large, or one that the server failed on three times, goes to the failed folder.
      The messages that failed before come last, and each on its own: they hold up no other.
    - A message that is stored but may not be moved stays, and only its move is tried again.
    """

    def __init__(self, *, store: Store, clock: Clock, rules: MailboxRules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._uid_validity: int | None = None
        self._tries: Counter[int] = Counter()
        self._unmoved: dict[int, str] = {}
        self._asks_sizes_singly = False

    @property
    def has_suspects(self) -> bool:
        """Whether messages failed and are to be tried again."""
        return bool(self._tries)

    def collect(
        self, session: MailboxSession, report: Collected, is_over: Callable[[], bool]
    ) -> None:
        """Take everything there is, until ``is_over``; ``report`` is filled on the way.

        Raises ``MailboxUnavailable`` and ``StoreUnavailable``, and at the end whatever the store
        raised for a single message; a repeat call goes on.
        """
        view = session.look()
        position, is_known = self._position(view, report)
        self._forget_gone(view)
        last_uid = 0 if view.can_move else position.last_uid
        uids = [uid for uid in view.uids if uid > last_uid and uid not in self._unmoved]
        self._move_unmoved(session)
        progress = _Progress(uids, position.last_uid, is_saved=is_known)
        current = _Pass(
            session=session, view=view, progress=progress, report=report, is_over=is_over
        )
        for portion in _portions(sorted(uids, key=lambda uid: (self._tries[uid], uid))):
            self._take(current, portion)
        self._save_position(current)
        self._asks_sizes_singly = self.has_suspects
        report.left = len(self._tries) + len(current.faults)
        report.stuck = len(self._unmoved)
        if current.faults:
            raise current.faults[0]

    def _position(self, view: FolderView, report: Collected) -> tuple[MailboxPosition, bool]:
        """How far the folder has been read, and whether that was known."""
        if self._uid_validity != view.uid_validity:
            self._uid_validity = view.uid_validity
            self._tries.clear()
            self._unmoved.clear()
        with self._store.reading() as work:
            known = work.operations.mailbox_position(self._rules.name)
        if known is not None and known.uid_validity == view.uid_validity:
            return known, True
        report.is_read_anew = known is not None
        start = MailboxPosition(name=self._rules.name, uid_validity=view.uid_validity, last_uid=0)
        return start, False

    def _forget_gone(self, view: FolderView) -> None:
        present = set(view.uids)
        self._tries = Counter({uid: n for uid, n in self._tries.items() if uid in present and n})
        self._unmoved = {uid: to for uid, to in self._unmoved.items() if uid in present}

    def _take(self, current: _Pass, uids: Sequence[int]) -> None:
        """Take the messages of one portion in batches."""
        sizes = self._sizes(current, uids)
        batch: dict[int, FetchedMail] = {}
        for uid in uids:
            if current.is_over():
                break
            in_hand = sum(len(each.raw) for each in batch.values())
            if batch and (self._tries[uid] or in_hand + sizes.get(uid, 0) > BATCH_BYTES):
                self._store_and_move(current, batch)
                batch = {}
            mail = self._fetch(current, uid, sizes.get(uid))
            if mail is not None:
                batch[uid] = mail
            if batch and (len(batch) >= BATCH_MESSAGES or self._tries[uid]):
                self._store_and_move(current, batch)
                batch = {}
        if batch:
            self._store_and_move(current, batch)

    def _sizes(self, current: _Pass, uids: Sequence[int]) -> dict[int, int]:
        """Sizes asked for together; after that failed, each is asked for with its message."""
        if self._asks_sizes_singly:
            return {}
        self._asks_sizes_singly = True
        try:
            sizes = dict(current.session.sizes(uids))
        except MailboxRefused:
            return {}
        self._asks_sizes_singly = False
        return sizes

    def _fetch(self, current: _Pass, uid: int, size: int | None) -> FetchedMail | None:
        """A message to be stored; None when it is gone, given up, or to be tried again."""
        if self._tries[uid] >= MOST_TRIES:
            self._set_aside(current, uid, UNREADABLE)
            return None
        try:
            mail = self._read(current.session, uid, size)
        except MessageTooLarge:
            self._set_aside(current, uid, TOO_LARGE)
            return None
        except MailboxRefused:
            self._tries[uid] += 1
            if self._tries[uid] >= MOST_TRIES:
                self._set_aside(current, uid, UNREADABLE)
            return None
        except MailboxUnavailable:
            # A message that the server fails on may take the connection with it.
            self._tries[uid] += 1
            raise
        if mail is None:
            self._done(current, uid)
        return mail

    def _read(self, session: MailboxSession, uid: int, size: int | None) -> FetchedMail | None:
        """A message of a size we take; None when it is gone. Raises ``MessageTooLarge``."""
        if size is None:
            size = session.sizes([uid]).get(uid)
        if size is None:
            return None
        if size > self._rules.max_size_bytes:
            raise MessageTooLarge
        mail = session.fetch(uid)
        # Some servers only estimate the size that they state.
        if mail is not None and len(mail.raw) > self._rules.max_size_bytes:
            raise MessageTooLarge
        return mail

    def _inbound(self, view: FolderView, uid: int, mail: FetchedMail) -> NewInbound:
        """The message as it is stored.

        It was received when the mail server received it, so that our being down costs the resident
        no time. A message with neither Message-ID nor Date is told apart by its UID: the same when
        it is read again after a crash, another for one that only looks the same.
        """
        rules, now = self._rules, self._clock.now()
        envelope = noted_envelope(mail.raw)
        noted = tuple(each for each in envelope.recipients if each in rules.addresses)
        own = (rules.address.lower(),) if "@" in rules.address else ()
        return NewInbound(
            identity=message_identity(
                mail.raw, nonce=f"imap {rules.name} {view.uid_validity} {uid}"
            ),
            channel=Channel.EMAIL,
            source=f"imap:{rules.name}",
            envelope_from=envelope.sender,
            recipients=noted or own,
            raw=mail.raw,
            received_at=min(mail.arrived_at or now, now),
        )

    def _store_and_move(self, current: _Pass, batch: dict[int, FetchedMail]) -> None:
        """Commit a batch and only then touch the server.

        A message that we or the store cannot take, though the store works, is a fault of ours: it
        stays where it is, and the fault is raised when all others have been taken.
        """
        try:
            self._store_batch(current, batch)
        except IntakeError:
            raise
        except Exception as exc:  # noqa: BLE001 - raised at the end of the pass
            if len(batch) == 1:
                current.faults.append(exc)
            else:
                for uid, mail in batch.items():
                    self._store_and_move(current, {uid: mail})
            return
        for uid in batch:
            del self._tries[uid]
        if current.view.can_move:
            self._move(current.session, list(batch), self._rules.processed_folder)

    def _store_batch(self, current: _Pass, batch: dict[int, FetchedMail]) -> None:
        messages = [self._inbound(current.view, uid, mail) for uid, mail in batch.items()]
        with self._store.writing() as work:
            are_new = work.inbound.add_many(messages)
            work.operations.save_mailbox_position(
                self._position_at(current, current.progress.reached(batch))
            )
            work.commit()
        current.progress.done(batch)
        current.progress.is_saved = True
        current.report.taken += sum(are_new)
        current.report.known += len(are_new) - sum(are_new)

    def _set_aside(self, current: _Pass, uid: int, reason: str) -> None:
        """Give a message up: it stays on the server, in the failed folder where it can be moved."""
        current.report.failed.append(reason)
        self._done(current, uid)
        if current.view.can_move:
            self._move(current.session, [uid], self._rules.failed_folder)

    def _done(self, current: _Pass, uid: int) -> None:
        del self._tries[uid]
        current.progress.done((uid,))

    def _move(self, session: MailboxSession, uids: Sequence[int], folder: str) -> None:
        """Move together what can be; a message that is refused holds up no other."""
        try:
            session.move(uids, folder)
        except MailboxRefused:
            if len(uids) == 1:
                self._unmoved[uids[0]] = folder
                return
            for uid in uids:
                self._move(session, [uid], folder)

    def _move_unmoved(self, session: MailboxSession) -> None:
        for folder in (self._rules.processed_folder, self._rules.failed_folder):
            stuck = [uid for uid, target in self._unmoved.items() if target == folder]
            for portion in _portions(stuck):
                try:
                    session.move(portion, folder)
                except MailboxRefused:
                    # It is tried again with the next pass, and counted until then.
                    continue
                for uid in portion:
                    del self._unmoved[uid]

    def _save_position(self, current: _Pass) -> None:
        if current.progress.is_saved:
            return
        with self._store.writing() as work:
            work.operations.save_mailbox_position(
                self._position_at(current, current.progress.reached())
            )
            work.commit()

    def _position_at(self, current: _Pass, last_uid: int) -> MailboxPosition:
        return MailboxPosition(
            name=self._rules.name, uid_validity=current.view.uid_validity, last_uid=last_uid
        )


class _Progress:
    """How far a pass has come in the folder, whose UIDs are done in any order."""

    def __init__(self, uids: Sequence[int], last_uid: int, *, is_saved: bool) -> None:
        self.is_saved = is_saved
        self._uids = uids
        self._last_uid = last_uid
        self._index = 0
        self._done: set[int] = set()

    def reached(self, more: Collection[int] = ()) -> int:
        """The highest UID with none waiting at or below it, once ``more`` are done too."""
        index = self._index_after(more)
        return max(self._last_uid, self._uids[index - 1]) if index else self._last_uid

    def done(self, uids: Collection[int]) -> None:
        """Note that these need nothing more."""
        self._done.update(uids)
        index = self._index_after(())
        self._done.difference_update(self._uids[self._index : index])
        self._index = index
        self.is_saved = False

    def _index_after(self, more: Collection[int]) -> int:
        index = self._index
        while index < len(self._uids) and (
            self._uids[index] in self._done or self._uids[index] in more
        ):
            index += 1
        return index


def _portions(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), PORTION):
        yield uids[start : start + PORTION]
