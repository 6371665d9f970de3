"""Starting: what a wrong setting says, and what happens around a start and an end."""

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.ports import free_port
from tests.support.program import Intake
from tests.support.relay import Relay
from tests.support.residents import REQUEST, Council, mail, new_address
from tests.support.waiting import poll_until


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        pytest.param({"SMTP_PORT": "many"}, "INTAKE_SMTP_PORT: smtp.port", id="no number"),
        pytest.param({"SMTP_LIMIT_PER_PEER": "lots"}, "smtp.limit_per_peer", id="no limit"),
        pytest.param({"ADDRESSES": "council"}, "addresses", id="no address"),
        pytest.param({"DATABASE_URL": "mysql://x/y"}, "database.url", id="other database"),
        pytest.param({"SECRET_KEY": "short"}, "secret_key", id="short key"),
    ],
)
def test_a_wrong_setting_ends_with_status_two_and_one_line(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    finished = Intake(tmp_path, settings=settings).command("serve")
    assert finished.returncode == 2
    assert named in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_key_nobody_knows_is_named_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[smtp]\nprot = 25\n")
    finished = Intake(tmp_path, settings={}).command("--config", str(file), "serve")
    assert finished.returncode == 2
    assert f"{file}: smtp.prot" in finished.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        intake = Intake(tmp_path, settings={"SMTP_PORT": str(port), "HTTP_PORT": str(free_port())})
        finished = intake.command("serve")
    assert finished.returncode == 2
    assert "smtp.port" in finished.stderr
    assert str(port) in finished.stderr


def test_a_variable_that_is_no_setting_is_named_and_keeps_nothing_from_starting(
    start_intake: Callable[..., Intake],
) -> None:
    intake = start_intake("--only", "smtp,web", SMPT_PORT="25")
    assert "INTAKE_SMPT_PORT is not a setting" in intake.log()


def test_stopping_ends_every_process_with_status_zero(start_intake: Callable[..., Intake]) -> None:
    intake = start_intake()
    children = psutil.Process(intake.pid).children(recursive=True)
    assert intake.stop() == 0
    assert [child for child in children if child.is_running()] == []


def test_a_stop_while_letters_are_being_sent_waits_for_no_time_out(
    start_intake: Callable[..., Intake], relay: Relay
) -> None:
    """The scheduler once waited for a job that waited for the scheduler."""
    relay.stop()
    intake = start_intake(RELAY_HOST=relay.host, RELAY_PORT=str(relay.port))
    council = Council(intake, relay)
    council.receive(mail(*REQUEST, sender=new_address()))
    relay.start()
    relay.wait_for(1, 60)
    council.close()
    assert intake.stop() == 0
    assert "role_killed" not in intake.log()


def test_the_roles_end_when_their_supervisor_is_killed(
    start_intake: Callable[..., Intake],
) -> None:
    intake = start_intake()
    supervisor = psutil.Process(intake.pid)
    children = supervisor.children(recursive=True)
    assert len(children) == 4
    supervisor.kill()
    poll_until(lambda: not any(child.is_running() for child in children))


def test_a_role_that_dies_is_started_again_and_the_others_go_on(
    start_intake: Callable[..., Intake],
) -> None:
    intake = start_intake()
    before = psutil.Process(intake.pid).children()
    before[-1].kill()
    poll_until(
        lambda: len([c for c in psutil.Process(intake.pid).children() if c not in before]) == 1,
        30,
    )
    assert all(child.is_running() for child in before[:-1])


def test_the_demo_officer_is_not_made_where_others_could_reach_the_pages(tmp_path: Path) -> None:
    finished = Intake(tmp_path, settings={"HTTP_HOST": "0.0.0.0"}).command("serve", "--demo")
    assert finished.returncode == 2
    assert "http.host" in finished.stderr


def test_commands_work_on_a_new_database_and_refuse_an_outdated_one(tmp_path: Path) -> None:
    intake = Intake(tmp_path, settings={})
    listed = intake.command("cases", "list", "--json")
    assert (listed.returncode, listed.stdout) == (0, "")
    with sqlite3.connect(intake.data_folder / "intake.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    refused = intake.command("cases", "list", "--json")
    assert refused.returncode == 1
    assert "run `intake migrate`" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_stop_right_after_the_start_waits_for_no_time_out(
    start_intake: Callable[..., Intake],
) -> None:
    """Roles once kept the supervisor's handlers while they loaded, and the signal was lost."""
    intake = start_intake("--only", "smtp,web,worker,jobs")
    psutil.Process(intake.pid).children()[0].kill()
    assert intake.stop() == 0
    assert "role_killed" not in intake.log()
