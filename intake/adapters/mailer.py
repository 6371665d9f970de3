"""Hands letters over: to an SMTP relay, or to a folder where no relay is set.

Which letter is due, how often it is tried and what officers are told is left to
``intake.services.deliver_outbox``. Error texts carry the relay's codes and our own words, never the
relay's text: it may name the resident's address.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path

from intake.adapters.letter_mail import ascii_domain
from intake.domain.cases import Letter
from intake.domain.references import references_in
from intake.errors import (
    ConfigurationError,
    InvalidSubmission,
    LetterDelayed,
    RelayRefused,
    RelayUnavailable,
)
from intake.services.ports import MailerSession
from intake.settings import RelaySettings

_OK = (250, 251, 252)
_TOO_LARGE = 552
_CLOSING = 421
# Replies that ask for TLS or a sign-in (RFC 4954 section 6): about our set-up, not about a letter.
_SET_UP = (530, 534, 535, 538)
_PERMANENT = 500
_NO_REPLY = -1


class SmtpMailer:
    """Sends letters through the council's relay; implements ``ports.Mailer``.

    How the connection is protected, by ``relay.security``:

    - ``tls``: from the first byte, with a certificate that is checked;
    - ``starttls``: no letter leaves before STARTTLS, with a certificate that is checked;
    - ``auto``: STARTTLS where offered. The certificate is not checked, since this setting would
      also send in the clear (RFC 7435): encrypted to an unknown relay still beats readable by all.
      It is checked when a ``ca_file`` or a user name is set, and with a user name STARTTLS is
      required: a password goes only to a relay that has proved who it is;
    - ``none``: never. A password, if set, goes in the clear: for a relay on the same machine.
    """

    def __init__(self, relay: RelaySettings, hostname: str) -> None:
        """``hostname`` is how we greet. Raises ``ConfigurationError`` for a wrong ``ca_file``."""
        self._relay = relay
        self._hostname = hostname
        self._signs_in = bool(relay.username)
        self._tls = _tls_context(relay)

    @contextmanager
    def session(self) -> Iterator[MailerSession]:
        """One connection for many letters, renewed when the relay ends it."""
        session = _SmtpSession(self._connect, f"{self._relay.host}:{self._relay.port}")
        session.open()
        try:
            yield session
        finally:
            session.close()

    def _connect(self) -> smtplib.SMTP:
        with _as_relay_unavailable():
            server = self._greet()
            try:
                self._protect(server)
                if self._signs_in:
                    server.login(self._relay.username, self._relay.password.get_secret_value())
            except BaseException:
                server.close()
                raise
            return server

    def _greet(self) -> smtplib.SMTP:
        host, port, timeout = self._relay.host, self._relay.port, self._relay.timeout_seconds
        if self._relay.security == "tls":
            return smtplib.SMTP_SSL(
                host, port, local_hostname=self._hostname, timeout=timeout, context=self._tls
            )
        return smtplib.SMTP(host, port, local_hostname=self._hostname, timeout=timeout)

    def _protect(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        required = self._relay.security == "starttls" or self._signs_in
        offered = server.has_extn("starttls")
        if self._relay.security in ("tls", "none") or not (offered or required):
            return
        server.starttls(context=self._tls)
        server.ehlo_or_helo_if_needed()


class _SmtpSession:
    """One run over letters. A letter that goes wrong leaves the connection clean for the next."""

    def __init__(self, connect: Callable[[], smtplib.SMTP], relay: str) -> None:
        self._connect = connect
        self._relay = relay
        self._server: smtplib.SMTP | None = None

    def open(self) -> None:
        self._server = self._connect()

    def close(self) -> None:
        if self._server is not None:
            with suppress(OSError):
                self._server.quit()
            self._drop()

    def send(self, letter: Letter) -> str:
        """Deliver one letter; gives the relay and, where it names one, its queue number.

        A relay that ended the connection since the last letter is connected to again, and the
        letter offered once more; not once its text has been handed over, when the relay may have
        taken it.
        """
        to_addr = _envelope_recipient(letter)
        sender = _envelope_sender(letter.raw)
        try:
            server = self._offer_twice(sender, to_addr, letter.raw)
            code, reply = _hand_over(server, letter.raw)
            if code not in _OK:
                self._refused(code, reply, final=True)
        except OSError as exc:
            self._drop()
            raise LetterDelayed("The relay broke off while it took the letter.") from exc
        queued = re.search(rb"queued as ([\w.-]{1,40})", reply)
        return self._relay + (f" as {queued[1].decode('ascii', 'replace')}" if queued else "")

    def _offer_twice(self, sender: str, to_addr: str, raw: bytes) -> smtplib.SMTP:
        try:
            return self._offer(sender, to_addr, raw)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            self._drop()
        return self._offer(sender, to_addr, raw)

    def _offer(self, sender: str, to_addr: str, raw: bytes) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
        server = self._server
        code, reply = server.mail(sender, _mail_options(server, to_addr, raw))
        if code not in _OK:
            # What a relay has against the sender concerns our set-up, but for the letter's size.
            self._refused(code, reply, final=code == _TOO_LARGE)
        # One recipient a letter: there is no such thing as a letter half refused.
        code, reply = server.rcpt(to_addr)
        if code not in _OK:
            self._refused(code, reply, final=True)
        return server

    def _refused(self, code: int, reply: bytes, *, final: bool) -> None:
        """Raise what a reply means; ``final`` where a 5xx is the end for this letter."""
        if code in (_CLOSING, _NO_REPLY):
            raise smtplib.SMTPServerDisconnected
        self._reset()
        said = _reason(code, reply)
        if final and code >= _PERMANENT and code not in _SET_UP:
            raise RelayRefused(f"The relay refused the letter for good ({said}).")
        raise LetterDelayed(f"The relay did not take the letter this time ({said}).")

    def _reset(self) -> None:
        try:
            code, _ = self._server.rset() if self._server else (_NO_REPLY, b"")
        except OSError:
            code = _NO_REPLY
        if code not in _OK:
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


class FolderMailer:
    """Writes letters to a folder as ``.eml`` files; implements ``ports.Mailer``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def session(self) -> Iterator[MailerSession]:
        """The folder, made where it is missing. Raises ``RelayUnavailable`` when it cannot be."""
        with _folder_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
        yield self

    def send(self, letter: Letter) -> str:
        """Write one letter, whole or not at all; written again it is the same file."""
        file = self._folder / _file_name(letter)
        unfinished = file.with_suffix(".part")
        with _folder_errors():
            with unfinished.open("wb") as opened:
                opened.write(letter.raw)
                opened.flush()
                os.fsync(opened.fileno())
            unfinished.replace(file)
            _force_to_disk(self._folder)
        return f"{self._folder.name}/{file.name}"


def _file_name(letter: Letter) -> str:
    reference = next(references_in(letter.subject), "no-case")
    number = letter.id or 0
    return f"{letter.created_at:%Y%m%dT%H%M%SZ}-{number:06d}-{reference}-{letter.kind}.eml"


def _force_to_disk(folder: Path) -> None:
    """Make the new name lasting too, as the folder holds it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _folder_errors() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise RelayUnavailable(
            f"The folder for letters cannot be written: {exc.strerror}."
        ) from exc


@contextmanager
def _as_relay_unavailable() -> Iterator[None]:
    """Whatever keeps a connection from opening concerns every letter, also a 5xx."""
    try:
        yield
    except smtplib.SMTPNotSupportedError as exc:
        raise RelayUnavailable(
            "The relay does not offer the protection or the sign-in that the settings ask for."
        ) from exc
    except smtplib.SMTPAuthenticationError as exc:
        said = _reason(exc.smtp_code, _as_bytes(exc.smtp_error))
        raise RelayUnavailable(f"The relay did not accept our sign-in ({said}).") from exc
    except smtplib.SMTPResponseException as exc:
        said = _reason(exc.smtp_code, _as_bytes(exc.smtp_error))
        raise RelayUnavailable(f"The relay would not talk to us ({said}).") from exc
    except smtplib.SMTPException as exc:
        raise RelayUnavailable("The relay broke off before it took a letter.") from exc
    except ssl.SSLCertVerificationError as exc:
        raise RelayUnavailable(
            f"The relay's certificate is not trusted: {exc.verify_message}."
        ) from exc
    except (OSError, UnicodeError) as exc:
        why = getattr(exc, "strerror", None) or "no answer in time"
        raise RelayUnavailable(f"The relay cannot be reached: {why}.") from exc


# RFC 3463; what officers can act on. The rest is told by its number.
_MEANINGS = {
    "5.1.1": "there is no such mailbox",
    "5.1.2": "there is no such mail domain",
    "5.1.10": "the address takes no mail",
    "5.2.1": "the mailbox is closed",
    "5.2.2": "the mailbox is full",
    "4.2.2": "the mailbox is full",
    "5.3.4": "the letter is too large",
    "5.7.1": "the relay may not deliver it",
    "4.7.1": "the other side asks to wait",
}
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?!\S)")


def _reason(code: int, reply: bytes) -> str:
    enhanced = _ENHANCED.match(reply)
    if not enhanced:
        return str(code)
    number = enhanced[0].decode("ascii")
    meaning = _MEANINGS.get(number)
    return f"{code} {number}: {meaning}" if meaning else f"{code} {number}"


def _as_bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode("utf-8", "replace")


def _envelope_recipient(letter: Letter) -> str:
    try:
        return ascii_domain(letter.to_addr)
    except InvalidSubmission as exc:
        raise RelayRefused("The letter's address cannot be written to.") from exc


def _envelope_sender(raw: bytes) -> str:
    """Empty for an automatic letter (RFC 3834 section 3.3: no bounce, no answer), else its From."""
    headers = BytesHeaderParser().parsebytes(raw)
    if headers.get("Auto-Submitted", "no").strip().lower() != "no":
        return ""
    return parseaddr(headers.get("From", ""))[1]


def _mail_options(server: smtplib.SMTP, to_addr: str, raw: bytes) -> list[str]:
    """The options of MAIL. Raises ``RelayRefused`` for an address beyond this relay (RFC 6531)."""
    options = [f"SIZE={len(raw)}"] if server.has_extn("size") else []
    if not to_addr.isascii():
        if not server.has_extn("smtputf8"):
            raise RelayRefused(
                "The relay takes no addresses with letters beyond a to z before the @."
            )
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _hand_over(server: smtplib.SMTP, raw: bytes) -> tuple[int, bytes]:
    try:
        return server.data(raw)
    except smtplib.SMTPDataError as exc:
        return exc.smtp_code, _as_bytes(exc.smtp_error)


def _tls_context(relay: RelaySettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=relay.ca_file or None)
    except OSError as exc:
        raise ConfigurationError(f"relay.ca_file: {relay.ca_file} cannot be used: {exc}") from exc
    if relay.security == "auto" and not (relay.ca_file or relay.username):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
