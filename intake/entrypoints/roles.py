"""What one process does: each role, run in the foreground until it is told to stop."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable

import structlog

from intake.bootstrap import Application
from intake.errors import ConfigurationError
from intake.logs import configure_logs

log = structlog.get_logger()

ROLES = ("smtp", "web", "imap", "worker", "jobs", "bot")
Ready = Callable[[str], None]


def run_role(role: str, application: Application, ready: Ready) -> None:
    """Do one role's work until SIGTERM or SIGINT; ``ready`` is told where it is reached.

    Raises ``ConfigurationError`` and ``DependencyError`` for what keeps it from starting.
    """
    configure_logs(application.settings.logs, process=role)
    {
        "smtp": _run_smtp,
        "web": _run_web,
        "imap": _run_imap,
        "worker": _run_worker,
        "jobs": _run_jobs,
        "bot": _run_bot,
    }[role](application, ready)


def _run_smtp(application: Application, ready: Ready) -> None:
    asyncio.run(_serve_smtp(application, ready))


async def _serve_smtp(application: Application, ready: Ready) -> None:
    from intake.entrypoints.smtp import Server, SmtpParts, heartbeat

    settings = application.settings
    server = Server(
        SmtpParts(
            settings=settings.smtp,
            hostname=application.hostname,
            addresses=settings.addresses,
            inbound=application.inbound,
            clock=application.clock,
        )
    )
    host, port = await server.start()
    ready(f"smtp://{host}:{port}")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    beating = loop.create_task(heartbeat(server.handler, application))
    await stop.wait()
    beating.cancel()
    await server.close()
    await asyncio.to_thread(application.inbound.close)


def _run_web(application: Application, ready: Ready) -> None:
    # The supervisor loads this module before mail is accepted; only this role needs these.
    import uvicorn

    from intake.entrypoints.web.app import create_app

    # A slip in a text stops the program here and not a conversation later.
    _ = application.chat_words
    http = application.settings.http
    config = uvicorn.Config(
        create_app(application),
        host=http.host,
        port=http.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    try:
        socket = config.bind_socket()
    except SystemExit as exc:
        raise ConfigurationError(
            f"http.port: cannot listen on {http.host}:{http.port}: it is taken or not allowed"
        ) from exc
    host, port = socket.getsockname()[:2]
    ready(f"http://{host}:{port}")
    uvicorn.Server(config).run(sockets=[socket])


def _run_imap(application: Application, ready: Ready) -> None:
    from intake.entrypoints.imap import run_imap

    stop = _stop_event()
    ready(f"{len(application.settings.imap.mailboxes)} mailboxes")
    run_imap(application, stop)


def _run_worker(application: Application, ready: Ready) -> None:
    from intake.entrypoints.worker import Worker

    os.nice(application.settings.worker.niceness)
    # Loading the model takes seconds; a signal to end meanwhile ends it at once.
    model = application.classifier.model_version
    stop = _stop_event()
    worker = Worker(application, stop)
    ready(model)
    worker.run()


def _run_jobs(application: Application, ready: Ready) -> None:
    from intake.entrypoints.jobs import Schedule

    stop = _stop_event()
    schedule = Schedule(application)
    ready("schedule")
    schedule.run(stop)


def _run_bot(application: Application, ready: Ready) -> None:
    from intake.entrypoints.bot import serve_bot

    asyncio.run(serve_bot(application, ready))


def _stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
