"""Talks to one mailbox on an IMAP server (RFC 3501), through imapclient.

What is taken and in which order is left to ``intake.services.collect_mailbox``. Error texts carry
our own words and the server's response code, never its text: that may name an address.
"""

import logging
import re
import select
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC
from typing import Any

from imapclient import DELETED, IMAPClient
from imapclient.exceptions import CapabilityError, LoginError, ProtocolError

from intake.errors import ConfigurationError, MailboxRefused, MailboxUnavailable
from intake.services.mailbox_ports import FetchedMail, FolderView, MailboxSession
from intake.settings import MailboxSettings

# imapclient's warnings quote the server, and so perhaps an address; what matters is raised.
logging.getLogger("imapclient").setLevel(logging.ERROR)

CHECK_TIMEOUT_SECONDS = 20.0
GOODBYE_TIMEOUT_SECONDS = 5.0
# The answer to a search is one line, of which imaplib reads a million bytes; a UID has ten digits.
SEARCHED_AT_ONCE = 50_000
# Refusals that pass by themselves (RFC 5530): the connection is given up and made again later.
_PASSING = ("UNAVAILABLE", "INUSE", "LIMIT")
_RESPONSE_CODE = re.compile(r"\[([A-Z][A-Z0-9-]{1,40})[ \]]")


class ImapMailbox:
    """Signs in to a mailbox; implements ``mailbox_ports.Mailbox``.

    ``tls`` and ``starttls`` check the server's certificate, against ``ca_file`` alone where one is
    set, and send no password without TLS; ``none`` sends it in the clear, for a server on the same
    machine.
    """

    def __init__(self, mailbox: MailboxSettings, *, timeout_seconds: float) -> None:
        """Raises ``ConfigurationError`` for a wrong ``ca_file``."""
        self._mailbox = mailbox
        self._timeout_seconds = timeout_seconds
        self._server = f"{mailbox.host}:{mailbox.port}"
        self._tls = _tls_context(mailbox)

    @contextmanager
    def session(self) -> Iterator[MailboxSession]:
        """A connection that is signed in; closed with the context, whatever happened in it."""
        with _as_mailbox_errors(self._server):
            client = self._connect()
        try:
            with _as_mailbox_errors(self._server):
                self._sign_in(client)
                session = _ImapSession(client, self._mailbox.folder, self._server)
            yield session
            _say_goodbye(client)
        finally:
            with suppress(OSError):
                client.shutdown()

    def _connect(self) -> IMAPClient:
        client = IMAPClient(
            self._mailbox.host,
            port=self._mailbox.port,
            ssl=self._mailbox.security == "tls",
            ssl_context=self._tls,
            timeout=self._timeout_seconds,
        )
        # imapclient has imaplib format every line, mail and password, for a log nobody reads.
        client._imap.debug = 0  # noqa: SLF001
        client.normalise_times = False
        return client

    def _sign_in(self, client: IMAPClient) -> None:
        if self._mailbox.security == "starttls":
            client.starttls(ssl_context=self._tls)
        password = self._mailbox.password.get_secret_value()
        if self._mailbox.username.isascii() and password.isascii():
            client.login(self._mailbox.username, password)
        else:
            client.plain_login(self._mailbox.username, password)


class _ImapSession:
    """Implements ``mailbox_ports.MailboxSession`` on an open connection."""

    def __init__(self, client: IMAPClient, folder: str, server: str) -> None:
        self._client = client
        self._server = server
        self._names = _FolderNames(client)
        self._folder = self._names.resolved(folder)

    @property
    def can_idle(self) -> bool:
        with _as_mailbox_errors(self._server):
            return bool(self._client.has_capability("IDLE"))

    def look(self) -> FolderView:
        with _as_mailbox_errors(self._server):
            try:
                answer, can_move = self._client.select_folder(self._folder), True
            except IMAPClient.ReadOnlyError:
                answer = self._client.select_folder(self._folder, readonly=True)
                can_move = False
            return FolderView(
                uid_validity=answer.get(b"UIDVALIDITY", 0),
                can_move=can_move,
                uids=self._search(answer.get(b"EXISTS", 0)),
            )

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        with _as_mailbox_errors(self._server):
            answer = self._client.fetch(uids, ["RFC822.SIZE"])
            return {uid: int(each[b"RFC822.SIZE"]) for uid, each in answer.items()}

    def fetch(self, uid: int) -> FetchedMail | None:
        with _as_mailbox_errors(self._server):
            answer = self._client.fetch([uid], ["INTERNALDATE", "BODY.PEEK[]"]).get(uid)
            if answer is None:
                return None
            raw = answer.get(b"BODY[]")
            if raw is None:
                raise MailboxRefused(f"{self._server} gave a message without its content.")
            arrived_at = answer.get(b"INTERNALDATE")
            return FetchedMail(raw=raw, arrived_at=arrived_at and arrived_at.astimezone(UTC))

    def move(self, uids: Sequence[int], folder: str) -> None:
        with _as_mailbox_errors(self._server):
            target = self._names.resolved(folder)
            try:
                self._transfer(uids, target)
            except IMAPClient.AbortError:
                raise
            except IMAPClient.Error:
                if not self._names.create(target):
                    raise
                self._transfer(uids, target)

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        with _as_mailbox_errors(self._server):
            if _was_told(self._client):
                return
            ends = time.monotonic() + seconds
            is_told = _begin_idle(self._client)
            while not is_told and not is_over() and (left := ends - time.monotonic()) > 0:
                is_told = _has_input(self._client, min(left, 1.0))
            self._client.idle_done()

    def _search(self, exists: int) -> list[int]:
        uids: list[int] = []
        for first in range(1, exists + 1, SEARCHED_AT_ONCE):
            last = min(first + SEARCHED_AT_ONCE - 1, exists)
            uids += self._client.search([f"{first}:{last}", "UNDELETED"])
        return sorted(uids)

    def _transfer(self, uids: Sequence[int], target: str) -> None:
        """Move at one go (RFC 6851), or else copy, mark as deleted, and remove these (RFC 4315).

        A server with neither keeps them marked: its EXPUNGE would remove what other people marked.
        """
        if self._client.has_capability("MOVE"):
            self._client.move(uids, target)
            return
        self._client.copy(uids, target)
        self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)


class _FolderNames:
    """Turns the settings' folder names into the server's.

    - A slash separates levels, whatever separates them on the server.
    - A name gets the prefix of the personal namespace (RFC 2342; ``INBOX.`` on some servers),
      unless it begins with that of a namespace, or is INBOX or lies in it.
    """

    def __init__(self, client: IMAPClient) -> None:
        self._client = client
        self._prefix, self._separator, self._prefixes = "", "/", ()
        if client.has_capability("NAMESPACE"):
            spaces = client.namespace()
            self._prefixes = tuple(prefix for part in spaces for prefix, _ in part or () if prefix)
            if spaces.personal:
                self._prefix, self._separator = spaces.personal[0]
        else:
            _, separator, _ = next(iter(client.list_folders("", "")), ((), b"/", ""))
            self._separator = separator.decode("ascii", "replace") if separator else ""

    def resolved(self, name: str) -> str:
        if self._separator:
            name = name.replace("/", self._separator)
        in_inbox = name.upper().startswith(f"INBOX{self._separator}") and self._separator
        if name.upper() == "INBOX" or in_inbox or name.startswith(self._prefixes):
            return name
        return self._prefix + name

    def create(self, name: str) -> bool:
        """Make a folder that is missing, and show it in mail programs; whether it was missing."""
        if self._client.folder_exists(name):
            return False
        self._client.create_folder(name)
        with suppress(IMAPClient.Error):
            self._client.subscribe_folder(name)
        return True


def check_mailbox(mailbox: MailboxSettings) -> str:
    """Sign in and look, changing nothing; gives what was found.

    Raises ``MailboxUnavailable`` and ``ConfigurationError`` with a sentence that says what is
    wrong.
    """
    with ImapMailbox(mailbox, timeout_seconds=CHECK_TIMEOUT_SECONDS).session() as session:
        view = session.look()
        announces = "announces new mail" if session.can_idle else "is asked for new mail"
    count = len(view.uids)
    found = f"{mailbox.folder} holds {count} {'message' if count == 1 else 'messages'}"
    if not view.can_move:
        found += " and is read-only, so that what is taken stays in it"
    return f"signed in to {mailbox.host}:{mailbox.port}, which {announces}; {found}"


def _tls_context(mailbox: MailboxSettings) -> ssl.SSLContext | None:
    if mailbox.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=mailbox.ca_file or None)
    except OSError as exc:
        raise ConfigurationError(
            f"imap.mailboxes: {mailbox.name}: ca_file: cannot be used: {exc.strerror or exc}"
        ) from exc


def _was_told(client: Any) -> bool:
    """Whether the server spoke of new mail since the folder was selected.

    It does so in answers to other commands, and says nothing of that mail again under IDLE.
    """
    told = client._imap.untagged_responses  # noqa: SLF001
    first, *later = [int(count) for count in told.get("EXISTS", ())] or [0]
    left = first - len(told.get("EXPUNGE", ()))
    return any(count > left for count in later)


def _begin_idle(client: Any) -> bool:
    """Ask to be told of changes; whether one was told before the server had agreed.

    imapclient's own way takes such a line for a refusal.
    """
    connection = client._imap  # noqa: SLF001
    client._idle_tag = tag = connection._command("IDLE")  # noqa: SLF001
    is_told = False
    while (line := connection._get_response()) is not None:  # noqa: SLF001
        if line.startswith(tag):
            raise MailboxRefused("The server offers IDLE and refuses it.")
        is_told = True
    return is_told


def _has_input(client: Any, seconds: float) -> bool:
    """Whether the server says something within so many seconds, or has hung up.

    What came together with an earlier answer, or lies decrypted in the TLS layer, is in no socket
    any more; waiting for the socket alone would miss mail that arrived while IDLE began.
    """
    connection = client.socket()
    timeout = connection.gettimeout()
    connection.setblocking(False)
    try:
        # imapclient offers no way to ask for this.
        if client._imap.file.peek(1):  # noqa: SLF001
            return True
    except ssl.SSLWantReadError:
        pass
    finally:
        connection.settimeout(timeout)
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _say_goodbye(client: IMAPClient) -> None:
    with suppress(IMAPClient.Error, OSError):
        client.socket().settimeout(GOODBYE_TIMEOUT_SECONDS)
        client.logout()


@contextmanager
def _as_mailbox_errors(server: str) -> Iterator[None]:
    """Translate what the network and the libraries raise."""
    try:
        yield
    except IMAPClient.Error as exc:
        raise _imap_error(exc, server) from exc
    except ssl.SSLCertVerificationError as exc:
        raise MailboxUnavailable(
            f"{server} has a certificate that is not accepted: {exc.verify_message}."
        ) from exc
    except OSError as exc:
        raise MailboxUnavailable(f"{server} cannot be reached: {exc.strerror or exc}.") from exc
    except (ValueError, KeyError) as exc:
        raise MailboxUnavailable(f"{server} gave an answer that cannot be read.") from exc


def _imap_error(error: Exception, server: str) -> MailboxUnavailable:
    # imapclient calls it a failed sign-in too when the connection was lost meanwhile.
    if isinstance(error, LoginError) and isinstance(error.__context__, IMAPClient.Error):
        is_sign_in, error = True, error.__context__
    else:
        is_sign_in = False
    if isinstance(error, IMAPClient.AbortError | ProtocolError):
        return MailboxUnavailable(f"{server} ended the connection{_code(error)}.")
    if isinstance(error, CapabilityError):
        return MailboxRefused(f"{server} does not offer what is needed: {error}.")
    return _refusal(error, f"{server} refused {'the sign-in' if is_sign_in else 'a request'}")


def _refusal(error: Exception, said: str) -> MailboxUnavailable:
    code = _code(error)
    kind = MailboxUnavailable if any(each in code for each in _PASSING) else MailboxRefused
    return kind(f"{said}{code}.")


def _code(error: Exception) -> str:
    found = _RESPONSE_CODE.search(str(error))
    return f" ({found[1]})" if found else ""
