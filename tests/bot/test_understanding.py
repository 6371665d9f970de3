"""What the trained bot makes of phrasings it has not seen, and Rasa's own checks of the project."""

import json
import re

from intake.domain.interview.held import Act, Question
from tests.support.bot import PROJECT, Bot, run_in_project

TESTS = PROJECT / "tests"


def examples(file: str) -> dict[str, list[str]]:
    """The examples of each intent of a file of Rasa's."""
    found: dict[str, list[str]] = {}
    intent = ""
    for line in (PROJECT / file).read_text().splitlines():
        if named := re.fullmatch(r"- intent: (\w+)", line):
            intent = named[1]
        elif line.startswith("    - "):
            found.setdefault(intent, []).append(line[6:])
    return found


def trained() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((PROJECT / "data/nlu").glob("*.yml")):
        found |= examples(f"data/nlu/{file.name}")
    return found


def test_there_is_an_intent_for_each_act_with_varied_examples():
    by_intent = trained()
    assert set(by_intent) == {act.value for act in Act if act is not Act.ANSWER} | {"tell"}
    assert all(len(set(each)) >= 30 for each in by_intent.values())
    assert len(set(by_intent["tell"])) >= 150


def test_there_is_a_slot_of_the_form_for_each_question():
    form = (PROJECT / "domain.yml").read_text().partition("required_slots:")[2]
    assert re.findall(r"- (\w+)", form) == [question.value for question in Question]


def test_no_phrasing_of_the_tests_was_trained():
    seen = {text.lower() for each in trained().values() for text in each}
    held_out = examples("tests/test_nlu.yml")
    assert all(len(each) >= 8 for each in held_out.values())
    for file in ("tests/test_nlu.yml", "tests/test_answers.yml"):
        assert not seen & {text.lower() for each in examples(file).values() for text in each}


def test_rasa_finds_the_project_valid(bot_environment):
    checked = run_in_project("-m", "rasa", "data", "validate", "--fail-on-warnings")
    said = checked.stdout + checked.stderr
    assert "No story structure conflicts found" in said
    assert not re.search(r"UserWarning: (?!pkg_resources)", said), said


def test_the_stories_go_as_written_and_unseen_phrasings_are_understood(bot_model, tmp_path):
    run_in_project(
        *("-m", "rasa", "test", "--model", bot_model, "--out", tmp_path, "--no-plot"),
        *("--stories", TESTS / "test_stories.yml", "--nlu", TESTS / "test_nlu.yml"),
    )
    stories = json.loads((tmp_path / "story_report.json").read_text())
    failed = (tmp_path / "failed_test_stories.yml").read_text()
    assert stories["conversation_accuracy"]["accuracy"] == 1.0, failed
    intents = json.loads((tmp_path / "intent_report.json").read_text())
    errors = tmp_path / "intent_errors.json"
    assert intents["accuracy"] >= 0.85, errors.read_text()


def test_hardly_an_answer_is_taken_for_a_command(running_bot: Bot):
    answers = examples("tests/test_answers.yml")["tell"]
    lost = {
        answer: meaning
        for answer in answers
        if (meaning := running_bot.meaning(answer)) not in ("tell", "nlu_fallback", "unclear")
    }
    assert len(lost) <= 0.05 * len(answers), lost


def test_a_program_that_is_told_too_little_names_what_it_needs(bot_environment):
    for command in (("serve", "model.tar.gz"), ("actions",)):
        finished = run_in_project("start.py", *command, check=False)
        assert finished.returncode == 1
        assert "bot: set INTAKE_BOT_" in finished.stderr
