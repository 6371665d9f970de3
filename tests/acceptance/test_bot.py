"""The bot's part of the program: prepared, watched and ended; mail and the chat do without it.

The bot is a small one that answers at once; with Rasa see `test_chat_with_rasa`.
"""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest

from tests.support.program import Intake
from tests.support.residents import REQUEST, mail, new_address
from tests.support.small_bot import SmallBot
from tests.support.waiting import poll_until

READY = "answered by the bot"


@pytest.fixture
def bot(tmp_path: Path) -> SmallBot:
    return SmallBot(tmp_path)


@pytest.fixture
def installed(bot: SmallBot) -> SmallBot:
    bot.install()
    return bot


def chat(intake: Intake) -> dict[str, str]:
    """What `/health` says of the chat."""
    part: dict[str, str] = httpx.get(f"{intake.url}/health").json()["parts"]["chat"]
    return part


def wait_until_ready(intake: Intake) -> None:
    poll_until(lambda: chat(intake)["detail"] == READY, 60)


def starts(bot: SmallBot) -> list[dict]:
    return [json.loads(line) for line in bot.seen.splitlines()]


def tasks(bot: SmallBot) -> list[str]:
    return [start["task"] for start in starts(bot)]


def running(bot: SmallBot, task: str) -> psutil.Process:
    return psutil.Process(next(s["pid"] for s in reversed(starts(bot)) if s["task"] == task))


def test_the_bot_is_trained_and_started_and_everybody_is_told(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake("--only", "web,bot", **installed.settings)
    wait_until_ready(intake)
    assert sorted(tasks(installed)) == ["actions", "serve", "train"]
    assert chat(intake) == {"status": "ok", "detail": READY}
    assert "Chat:      answered by the bot" in intake.log()
    assert 'intake_bot{state="ready"} 1.0' in httpx.get(f"{intake.url}/metrics").text
    checked = intake.command("check").stdout
    assert "bot: ok: Rasa 3.6.21 on Python" in checked
    assert f"up to date; it answers at http://127.0.0.1:{installed.port}" in checked


def test_the_bot_learns_no_secret_of_ours(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake(
        "--only", "web,bot", SECRET_KEY="k" * 40, RELAY_PASSWORD="horse", **installed.settings
    )
    wait_until_ready(intake)
    for start in starts(installed):
        ours = {name for name in start["variables"] if name.startswith("INTAKE_")}
        assert (
            ours
            == {
                "train": set(),
                "serve": {
                    "INTAKE_BOT_TOKEN",
                    "INTAKE_BOT_ACTIONS",
                    "INTAKE_BOT_STORE",
                    "INTAKE_BOT_KEEP_DAYS",
                },
                "actions": {"INTAKE_BOT_API", "INTAKE_BOT_SERVICE_TOKEN"},
            }[start["task"]]
        )
        assert "horse" not in start["variables"].values()
        assert "k" * 40 not in start["variables"].values()
    [acting] = [s["variables"] for s in starts(installed) if s["task"] == "actions"]
    assert acting["INTAKE_BOT_API"] == intake.url


def test_a_bot_is_trained_again_only_when_what_it_is_made_of_changed(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake("--only", "web,bot", **installed.settings)
    wait_until_ready(intake)
    intake.restart()
    wait_until_ready(intake)
    assert tasks(installed).count("train") == 1
    (installed.project / "data" / "rules.yml").write_text("another rule")
    intake.restart()
    wait_until_ready(intake)
    assert tasks(installed).count("train") == 2
    installed.install(version="3.6.22")
    intake.restart()
    wait_until_ready(intake)
    assert tasks(installed).count("train") == 3
    assert len(list((intake.data_folder / "bot" / "models").iterdir())) == 1


def test_a_program_without_a_bot_is_well_takes_mail_and_says_what_would_help(
    start_intake: Callable[..., Intake], bot: SmallBot
) -> None:
    intake = start_intake(**bot.settings)
    ready = httpx.get(f"{intake.url}/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    poll_until(lambda: "not installed" in chat(intake)["detail"])
    assert chat(intake)["status"] == "away"
    assert chat(intake)["detail"].startswith("answered by the guided form because")
    assert "Chat:      answered by the guided form" in intake.log()
    assert "make setup-bot" in intake.command("check").stdout
    message = mail(*REQUEST, sender=new_address())
    intake.send(message.as_bytes())
    intake.wait_for_cases(1, 60)
    assert intake.stop() == 0


def test_mail_is_taken_while_the_bot_is_trained_and_a_stop_waits_for_no_end_of_it(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    (installed.project / "config.yml").write_text("long")
    intake = start_intake(**installed.settings)
    # The bot comes after all others, which load the model first.
    poll_until(lambda: "being trained" in chat(intake)["detail"], 60)
    intake.send(mail(*REQUEST, sender=new_address()).as_bytes())
    intake.wait_for_cases(1, 60)
    training = running(installed, "train")
    assert intake.stop() == 0
    assert not training.is_running()


def test_a_training_that_fails_is_told_with_where_to_look(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    (installed.project / "config.yml").write_text("wrong")
    intake = start_intake("--only", "web,bot", **installed.settings)
    poll_until(lambda: "its training ended with status 1" in chat(intake)["detail"])
    said = (intake.data_folder / "bot" / "logs" / "training.log").read_text()
    assert "no model can be made of this" in said


@pytest.mark.parametrize("task", ["serve", "actions"])
def test_whichever_of_its_programs_dies_is_started_again(
    start_intake: Callable[..., Intake], installed: SmallBot, task: str
) -> None:
    intake = start_intake("--only", "web,bot", **installed.settings)
    wait_until_ready(intake)
    running(installed, task).kill()
    poll_until(lambda: tasks(installed).count(task) == 2)
    wait_until_ready(intake)
    assert sorted(tasks(installed)) == sorted(["train", "serve", "actions", task])


def test_a_port_that_another_program_has_is_named_and_nothing_else_is_kept_from_starting(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    with socket.create_server(("127.0.0.1", installed.port)):
        intake = start_intake("--only", "web,bot", **installed.settings)
        named = f"cannot listen on 127.0.0.1:{installed.port}"
        poll_until(lambda: named in chat(intake)["detail"])
    wait_until_ready(intake)


def test_stopping_leaves_no_program_of_the_bot(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake("--only", "web,bot", **installed.settings)
    wait_until_ready(intake)
    tree = psutil.Process(intake.pid).children(recursive=True)
    assert intake.stop() == 0
    assert [process for process in tree if process.is_running()] == []
    assert "role_killed" not in intake.log()


def test_the_bot_ends_when_the_program_is_killed(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake("--only", "web,bot", **installed.settings)
    wait_until_ready(intake)
    supervisor = psutil.Process(intake.pid)
    tree = supervisor.children(recursive=True)
    assert {running(installed, "serve").pid, running(installed, "actions").pid} <= {
        process.pid for process in tree
    }
    supervisor.kill()
    poll_until(lambda: not any(process.is_running() for process in tree))


def test_the_bot_ends_when_its_part_of_the_program_is_killed_and_starts_again_with_it(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake("--only", "web,bot", **installed.settings)
    wait_until_ready(intake)
    serving = running(installed, "serve")
    part = serving.parents()[1]
    part.kill()
    poll_until(lambda: not serving.is_running())
    poll_until(lambda: tasks(installed).count("serve") == 2, 30)
    wait_until_ready(intake)


def test_a_bot_that_is_switched_off_cannot_be_asked_for(tmp_path: Path) -> None:
    finished = Intake(tmp_path, settings={"BOT_ENABLED": "false"}).command("serve", "--only", "bot")
    assert finished.returncode == 2
    assert "bot.enabled" in finished.stderr


def test_a_bot_may_have_a_machine_of_its_own(
    start_intake: Callable[..., Intake], installed: SmallBot
) -> None:
    intake = start_intake("--only", "bot", BOT_API="http://192.0.2.7", **installed.settings)
    poll_until(lambda: "Chat:      answered by the bot" in intake.log(), 60)
    [acting] = [s["variables"] for s in starts(installed) if s["task"] == "actions"]
    assert acting["INTAKE_BOT_API"] == "http://192.0.2.7"
    tree = psutil.Process(intake.pid).children(recursive=True)
    psutil.Process(intake.pid).kill()
    poll_until(lambda: not any(process.is_running() for process in tree))
