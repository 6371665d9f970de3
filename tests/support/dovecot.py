"""A real Dovecot for the IMAP tests: loopback, no TLS, its own folder, no privilege.

Every user name signs in with `PASSWORD` and has an empty Maildir at first, so each test takes a
new user and sees no other test's mail.
"""

import grp
import imaplib
import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.accounts import (
    as_server_account,
    remove_folder,
    server_account,
    server_folder,
)
from tests.support.ports import free_port, is_listening
from tests.support.waiting import poll_until

PASSWORD = "correct-horse"

COMMON = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
first_valid_gid = {gid}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""

# The syntax changed with 2.4; both say: any user, one password, a Maildir each.
SYNTAX_2_3 = """
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/users/%u
}}
"""
SYNTAX_2_4 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/users/%{{user}}
  }}
}}
"""


def find_dovecot() -> str | None:
    """The server program, which most systems keep off an ordinary user's PATH."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class MailUser:
    """A user with a mailbox of their own."""

    username: str
    password: str = PASSWORD


class Dovecot:
    """A running server; `stop` and `start` in between simulate an outage."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._folder = server_folder("dovecot")
        self._users = (MailUser(f"user{number}") for number in itertools.count(1))
        self._process: subprocess.Popen[bytes] | None = None
        self.host = "127.0.0.1"
        self.port = free_port()
        self._settings = self._folder / "dovecot.conf"
        self._settings.write_text(self._configuration())
        self._settings.chmod(0o644)

    def _configuration(self) -> str:
        account = server_account()
        version = self._version()
        modern = version >= (2, 4)
        # 2.4 wants the version that the file was written for as its very first setting.
        head = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n" if modern else ""
        return (head + COMMON + (SYNTAX_2_4 if modern else SYNTAX_2_3)).format(
            folder=self._folder,
            port=self.port,
            user=account.pw_name,
            group=_group_name(account.pw_gid),
            uid=account.pw_uid,
            gid=account.pw_gid,
            password=PASSWORD,
        )

    def _version(self) -> tuple[int, int]:
        said = subprocess.run(
            [self._program, "--version"], capture_output=True, text=True, check=True
        ).stdout
        major, minor = re.findall(r"\d+", said)[:2]
        return int(major), int(minor)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-F", "-c", self._settings],
            cwd=self._folder,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_server_account(),
        )
        poll_until(self._is_ready, 30)

    def _is_ready(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"Dovecot ended: {self.log()}")
        return is_listening(self.port)

    def stop(self) -> None:
        """Ends the server and every connection. A second call does nothing."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def remove(self) -> None:
        self.stop()
        remove_folder(self._folder)

    def log(self) -> str:
        file = self._folder / "dovecot.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def new_user(self) -> MailUser:
        """A user whom no other test has had."""
        return next(self._users)

    @contextmanager
    def signed_in(self, user: MailUser) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(self.host, self.port, timeout=30) as client:
            client.login(user.username, user.password)
            yield client

    def deliver(self, user: MailUser, mail: bytes, folder: str = "INBOX") -> None:
        """Puts a mail into a folder, which exists."""
        with self.signed_in(user) as client:
            status, answer = client.append(folder, "", "", mail)
            assert status == "OK", answer

    def folders(self, user: MailUser) -> dict[str, int]:
        """The user's folders, each with the count of its mails."""
        with self.signed_in(user) as client:
            _, lines = client.list()
            names = [_folder_name(line) for line in lines if isinstance(line, bytes)]
            counts = {}
            for name in names:
                _, [answer] = client.status(f'"{name}"', "(MESSAGES)")
                counts[name] = int(re.findall(rb"MESSAGES (\d+)", answer)[0])
            return counts

    def mails(self, user: MailUser, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, oldest first, left unread."""
        with self.signed_in(user) as client:
            client.select(f'"{folder}"', readonly=True)
            _, [numbers] = client.search(None, "ALL")
            return [
                client.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1]
                for number in numbers.split()
            ]

    def lose_mailbox(self, user: MailUser) -> None:
        """Deletes the user's mail on disk, so that the next sign-in meets a new UIDVALIDITY."""
        for entry in (self._folder / "users" / user.username / "Maildir").iterdir():
            # Dovecot counts up from what these remember; without them it would take the time in
            # seconds, which may be the very one that it took before.
            if entry.name.startswith("dovecot-uidvalidity"):
                continue
            if entry.is_dir():
                remove_folder(entry)
            else:
                entry.unlink()


def _folder_name(line: bytes) -> str:
    return line.decode().rsplit(' "." ', 1)[-1].rsplit(' "/" ', 1)[-1].strip('"')


def _group_name(gid: int) -> str:
    return grp.getgrgid(gid).gr_name
