"""The account that test servers run as.

PostgreSQL refuses to run as root, and Dovecot needs no privilege here, so that the tests behave the
same for root (as in CI) and for an ordinary user.
"""

import os
import pwd
import shutil
import tempfile
from pathlib import Path
from typing import Any


def server_account() -> pwd.struct_passwd:
    """Whoever runs the tests, or an unprivileged account when that is root."""
    if os.geteuid() == 0:
        return pwd.getpwnam("nobody")
    return pwd.getpwuid(os.geteuid())


def as_server_account() -> dict[str, Any]:
    """The arguments that make `subprocess` start a server under its account."""
    if os.geteuid() != 0:
        return {}
    account = server_account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def server_folder(name: str) -> Path:
    """A new private folder owned by the server's account, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix=f"intake-{name}-"))
    if os.geteuid() == 0:
        account = server_account()
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
