"""A bot of a few lines, laid out as the real one is, for tests of how bots are kept running.

Its programs are real processes on real ports; only what Rasa would take a minute for takes none.
"""

import sys
from pathlib import Path

from tests.support.ports import free_port

START = """
import http.server, json, os, pathlib, subprocess, sys
task, given = sys.argv[1], sys.argv[2]
project = pathlib.Path(__file__).parent
start = {"task": task, "pid": os.getpid(), "variables": dict(os.environ)}
with (project / "seen.jsonl").open("a") as seen:
    seen.write(json.dumps(start) + "\\n")
if task == "train":
    if (project / "config.yml").read_text() == "wrong":
        sys.exit("no model can be made of this")
    if (project / "config.yml").read_text() == "long":
        import threading
        threading.Event().wait()
    pathlib.Path(given, "intake.tar.gz").write_text("a model")
    sys.exit()
if task == "serve":
    subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
port = int(sys.argv[sys.argv.index("--port") + 1])
wanted = "/status?token=" + os.environ.get("INTAKE_BOT_TOKEN", "") if task == "serve" else "/health"

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == wanted else 401)
        self.end_headers()

http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


class SmallBot:
    """A project and its environment in a folder; `settings` tell an installation to run it."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "bot"
        self.environment = self.project / ".venv"
        self.port, self.action_port = free_port(), free_port()
        (self.project / "data").mkdir(parents=True)
        (self.project / "start.py").write_text(START)
        for name in ("config.yml", "domain.yml", "data/rules.yml", "requirements.txt"):
            (self.project / name).write_text("as it was")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "BOT_ENABLED": "true",
            "BOT_PROJECT": str(self.project),
            "BOT_ENVIRONMENT": str(self.environment),
            "BOT_PORT": str(self.port),
            "BOT_ACTION_PORT": str(self.action_port),
        }

    def install(self, *, version: str = "3.6.21") -> None:
        """Makes the environment: this Python, and what names Rasa's version."""
        for older in self.environment.glob("lib/python3/site-packages/*"):
            older.rmdir()
        (self.environment / f"lib/python3/site-packages/rasa-{version}.dist-info").mkdir(
            parents=True
        )
        python = self.environment / "bin" / "python"
        python.parent.mkdir(exist_ok=True)
        if not python.exists():
            python.symlink_to(sys.executable)

    @property
    def seen(self) -> str:
        """What its programs saw, a JSON line a start."""
        file = self.project / "seen.jsonl"
        return file.read_text() if file.exists() else ""
