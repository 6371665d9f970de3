"""The program's commands. What they do lies in the services; here they are named and printed.

Exit status: 0 done, 1 something this program depends on failed, 2 a wrong setting or command line.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from pathlib import Path
from stat import S_ISREG
from typing import IO, Any, ParamSpec, TypeVar

import click

from intake import __version__
from intake.errors import ConfigurationError, IntakeError
from intake.settings import Settings, load_settings, unknown_variables

P = ParamSpec("P")
T = TypeVar("T")
ROLES = ("smtp", "imap", "web", "worker", "jobs", "bot")


def _told(command: Callable[P, T]) -> Callable[P, T]:
    """Turn the program's errors into one line for the operator and an exit status."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except IntakeError as exc:
            sys.exit(_tell(exc))
        except BrokenPipeError:
            # The reader of our output went away, as `head` does: that is no failure.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)

    return run


def _tell(error: IntakeError) -> int:
    """Say what went wrong in one line; gives the exit status."""
    click.echo(f"intake: {error}", err=True)
    return 2 if isinstance(error, ConfigurationError) else 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A settings file laid over config/default.toml.",
)
@click.version_option(__version__, prog_name="intake")
@click.pass_context
def main(context: click.Context, config_file: Path | None) -> None:
    """Email and chat intake of residents' feedback for a council."""
    context.obj = config_file


def _settings() -> Settings:
    return load_settings(click.get_current_context().find_root().obj)


def _application() -> Any:
    # Built late: `intake --help` and a wrong setting must not wait for the libraries to load.
    from intake.bootstrap import Application

    return Application(_settings())


def _opened() -> Any:
    """The application with its database: a new one is made ready, an outdated one refused."""
    application = _application()
    application.make_ready()
    return application


@main.command()
@click.option("--only", help=f"Some of the roles: {', '.join(ROLES)}; comma separated.")
@click.option("--demo", is_flag=True, help="Make an officer to try the pages with.")
@_told
def serve(only: str | None, demo: bool) -> None:
    """Accept mail, work it off, serve the pages and the chat, until Ctrl-C."""
    from intake.entrypoints.roles import run_role
    from intake.entrypoints.serve import Supervisor
    from intake.logs import configure_logs

    application = _application()
    settings: Settings = application.settings
    roles = _roles(only, settings)
    configure_logs(settings.logs, process="serve")
    for name in unknown_variables():
        click.echo(f"intake: {name} is not a setting of this program; ignored", err=True)
    application.migrate()
    _ = application.secret_key
    if demo:
        _announce_demo_officer(application)
    # Forked processes must not share a connection.
    application.store.close()

    def run(role: str, ready: Callable[[str], None]) -> int:
        try:
            run_role(role, application, ready)
        except IntakeError as exc:
            return _tell(exc)
        return 0

    def announce(role: str, where: str) -> None:
        _announce(settings, role, where)

    if len(roles) == 1:
        sys.exit(run(roles[0], lambda where: announce(roles[0], where)))
    sys.exit(Supervisor(roles, run_role=run, announce=announce).run())


def _roles(only: str | None, settings: Settings) -> tuple[str, ...]:
    if only is None:
        idle = {"imap": not settings.imap.mailboxes, "bot": not settings.bot.enabled}
        return tuple(role for role in ROLES if not idle.get(role))
    roles = tuple(part.strip() for part in only.split(",") if part.strip())
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise ConfigurationError(f"--only: choose from {', '.join(ROLES)}")
    if "bot" in roles and not settings.bot.enabled:
        raise ConfigurationError("bot.enabled: is false, so there is no bot to run")
    return roles


def _announce(settings: Settings, role: str, where: str) -> None:
    lines = {
        "smtp": f"Mail:      {where}  for {', '.join(settings.addresses)}",
        "web": f"Residents: {where}/chat\nOfficers:  {where}/cases",
        "worker": f"Worker:    ready, model {where}",
        "jobs": f"Letters:   {_letters_go_to(settings)}",
        "imap": f"Mailboxes: {where}",
        "bot": f"Chat:      {where}",
    }
    click.echo(lines[role])


def _letters_go_to(settings: Settings) -> str:
    if settings.relay.host:
        return f"to the relay {settings.relay.host}:{settings.relay.port}"
    return f"to files in {settings.data_dir / 'outbox'} (no relay is set)"


def _announce_demo_officer(application: Any) -> None:
    from intake.services.manage_officers import add_demo_officer

    settings = application.settings
    if settings.http.host not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigurationError(
            f"http.host: a demo officer is made only on this machine's own address, "
            f"not on {settings.http.host}"
        )
    email, password = add_demo_officer(application.store, application.passwords, application.clock)
    click.echo(f"Sign in:   {email}  password {password}")


@main.command()
@click.option("--jsonl", is_flag=True, required=True, help="JSON lines in, JSON lines out.")
@_told
def classify(jsonl: bool) -> None:  # noqa: ARG001 - the option names the one form there is
    """Classify messages given as JSON lines on standard input, in their order."""
    from intake.domain.classification import classification_as_json
    from intake.entrypoints.progress import bar

    classifier = _application().classifier
    # Where answers or messages go through the terminal themselves, a bar would only tear them.
    shown = not (sys.stdout.isatty() or sys.stdin.isatty())
    with bar(label="Classifying", length=_size_of(sys.stdin), shown=shown) as advance:
        for entries in _given_messages(sys.stdin.buffer):
            answers = classifier.classify_many(message for _, message, _ in entries)
            for (name, _, size), answer in zip(entries, answers, strict=True):
                _print_json({"id": name, **classification_as_json(answer)})
                advance(size)
            sys.stdout.buffer.flush()


def _size_of(stream: IO[str]) -> int | None:
    """How many bytes there are to read, where that is known: in a file, not in a pipe."""
    status = os.fstat(stream.fileno())
    return status.st_size if S_ISREG(status.st_mode) else None


def _given_messages(stream: Any) -> Iterator[list[tuple[Any, Any, int]]]:
    """Ids, messages and the sizes of their lines, in portions.

    Lines that have come are answered before more are awaited.
    """
    from intake.domain.classification import MessageText
    from intake.errors import InvalidSubmission

    number = 0
    for lines in _portions(stream):
        entries = []
        for line in lines:
            number += 1
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                channel, subject, text = (
                    str(entry.get(key) or "") for key in ("channel", "subject", "text")
                )
            except (ValueError, AttributeError) as exc:
                raise InvalidSubmission(
                    f"line {number} is not a JSON object with id, channel, subject and text"
                ) from exc
            message = MessageText(channel=channel or "email", subject=subject, text=text)
            entries.append((entry.get("id"), message, len(line) + 1))
        yield entries


def _portions(stream: Any) -> Iterator[list[bytes]]:
    begun = b""
    while chunk := stream.read1(1 << 16):
        *lines, begun = (begun + chunk).split(b"\n")
        yield lines
    yield [begun]


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_told
def parse(files: tuple[Path, ...]) -> None:
    """Print what is read in mail files, one JSON line each."""
    from intake.mime import parse_message, parsed_as_json

    own = _settings().addresses
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as exc:
            raw = b""
            click.echo(f"intake: {file}: {exc.strerror}", err=True)
        _print_json(parsed_as_json(parse_message(raw, own_addresses=own), str(file)))


@main.group()
def cases() -> None:
    """Look at cases from scripts."""


@cases.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON line for each case.")
@click.option("--status", help="to_review, open or closed.")
@click.option("--category", help="One category only.")
@click.option("--words", default="", help="Cases whose messages hold these words.")
@_told
def list_cases(as_json: bool, status: str | None, category: str | None, words: str) -> None:
    """List cases, oldest first."""
    from intake.services.read_cases import case_as_json

    query = _query(status, category, words)
    with _opened().store.reading() as work:
        for row in work.cases.iterate(query):
            if as_json:
                _print_json(case_as_json(row))
            else:
                case = row.case
                kind = case.category.label if case.category else "not known"
                click.echo(f"{case.reference}  {case.status:9}  {kind:29}  {case.subject[:60]}")


def _query(status: str | None, category: str | None, words: str) -> Any:
    from intake.domain.cases import Status
    from intake.domain.categories import Category
    from intake.services.ports import CaseQuery

    try:
        return CaseQuery(
            status=Status(status) if status else None,
            category=Category(category) if category else None,
            words=words,
        )
    except ValueError as exc:
        raise ConfigurationError(str(exc)) from exc


@cases.command("show")
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_told
def show_case(reference: str, as_json: bool) -> None:
    """Show everything about one case."""
    from intake.services.read_cases import case_file_as_json

    shown = case_file_as_json(_opened().read_cases.file(reference.upper()))
    if as_json:
        _print_json(shown)
        return
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False, default=str))


@main.group()
def officer() -> None:
    """Accounts of the council's people."""


@officer.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The officer's name as colleagues know it.")
@click.option(
    "--role",
    type=click.Choice(["officer", "manager", "administrator", "auditor"]),
    default="officer",
    show_default=True,
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_told
def add_officer_command(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make an account, or give an existing one a new name, role and password."""
    from intake.domain.officers import Role
    from intake.services.manage_officers import add_officer

    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    application = _opened()
    added = add_officer(
        application.store,
        application.passwords,
        application.clock,
        email=email,
        name=name,
        role=Role(role),
        password=password,
    )
    click.echo(f"{added.email} can sign in as {added.role}.")


@main.command()
@_told
def migrate() -> None:
    """Bring the database's schema up to date."""
    application = _application()
    application.migrate()
    click.echo(f"schema: {application.check_schema()}")


@main.command()
@_told
def check() -> None:
    """Try settings, database, letters, relay, mailboxes and model, each with a clear answer."""
    from intake.entrypoints.check import run_checks

    for name in unknown_variables():
        click.echo(f"setting: {name} is not a setting of this program; ignored")
    well = True
    for name, is_well, answer in run_checks(_application()):
        well = well and is_well
        click.echo(f"{name}: {'ok' if is_well else 'FAILED'}: {answer}")
    sys.exit(0 if well else 1)


@main.command()
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--status", help="to_review, open or closed.")
@click.option("--category", help="One category only.")
@_told
def export(form: str, status: str | None, category: str | None) -> None:
    """Write all cases to standard output, oldest first, as CSV or JSON lines."""
    from intake.entrypoints.exporting import write_cases

    with _opened().store.reading() as work:
        write_cases(work.cases.iterate(_query(status, category, "")), form, sys.stdout)


@main.group(invoke_without_command=True)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_told
def report(first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Count what came in, by category and service area, and how it was handled."""
    from intake.services.report_volumes import ReportVolumes, report_as_text

    if click.get_current_context().invoked_subcommand is not None:
        return
    application = _opened()
    volumes = ReportVolumes(application.store, application.clock).run(
        first.date() if first else None, last.date() if last else None
    )
    if as_json:
        _print_json(volumes.as_json())
    else:
        click.echo(report_as_text(volumes))


@report.command("transparency")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_told
def report_transparency(as_json: bool) -> None:
    """Print the algorithmic transparency record of this installation, as Markdown."""
    from intake.entrypoints.transparency import record_facts
    from intake.services.write_transparency_record import record_as_json, record_as_markdown

    facts = record_facts(_opened())
    if as_json:
        click.echo(json.dumps(record_as_json(facts), indent=2, ensure_ascii=False))
    else:
        click.echo(record_as_markdown(facts), nl=False)


@main.command("evaluate")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--report",
    "report_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write report.json, report.md and pictures into this folder.",
)
@_told
def evaluate_command(files: tuple[Path, ...], report_dir: Path | None) -> None:
    """Measure the classifier in use on labelled messages (JSON lines as in nlp_models/corpus)."""
    from intake.entrypoints.learning import evaluate_on

    figures = evaluate_on(_application(), files, report_dir=report_dir)
    click.echo(json.dumps(figures, indent=2))


@main.command("retrain")
@click.option("--use", help="Do not train: use this model again ('shipped' or a folder's name).")
@click.option("--limit", type=int, help="A trial on so many messages; its model is never used.")
@_told
def retrain_command(use: str | None, limit: int | None) -> None:
    """Train the classifier from the corpus and the officers' words; use it unless it is worse."""
    from intake.entrypoints.learning import retrain, use_model

    application = _application()
    if use is not None:
        use_model(application, use)
        click.echo(f"model {use} is used from the next start on")
        return
    application.make_ready()
    folder, worse = retrain(application, limit=limit)
    if limit is not None:
        click.echo(f"model {folder.name} is a trial on {limit} messages and is not used")
    elif worse:
        click.echo(f"model {folder.name} is not used: {'; '.join(worse)}")
        sys.exit(1)
    else:
        click.echo(f"model {folder.name} is used from the next start on")


def _print_json(value: dict[str, Any], *, flush: bool = False) -> None:
    # Lone surrogates, as broken mail holds them, cannot be written as UTF-8; escapes can.
    text = json.dumps(value, ensure_ascii=False, default=str)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    if flush:
        sys.stdout.buffer.flush()
