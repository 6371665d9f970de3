"""What a model's folder says of the model is read as it stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from intake.adapters.model_facts import read_model_facts
from intake.domain.categories import Category
from intake.errors import ConfigurationError
from intake.services.transparency_facts import ModelFacts
from intake.settings import load_settings, resolved


def read(folder: Path) -> ModelFacts:
    return read_model_facts(folder, model_version="told-1", is_shipped=True)


def write(folder: Path, name: str, fields: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(fields), encoding="utf-8")


def test_the_shipped_model_states_everything_the_record_needs() -> None:
    facts = read(resolved(load_settings(environment={}).classifier.model_dir))
    assert facts.messages
    assert len(facts.data_sha256) == 64
    assert facts.thresholds
    assert set(facts.thresholds.confidence) == set(Category)
    assert {"messages", "auto", "categories", "urgent"} <= set(facts.figures)


def test_what_a_model_does_not_state_is_left_empty(tmp_path: Path) -> None:
    write(tmp_path, "meta.json", {"name": "bare", "intake": {}})
    facts = read(tmp_path)
    assert (facts.name, facts.messages, facts.thresholds, facts.figures) == ("bare", None, None, {})


def test_thresholds_are_found_in_whichever_file_holds_them(tmp_path: Path) -> None:
    files = {"lists.json": "", "sub/heads.json": "", "weights.npz": ""}
    write(tmp_path, "meta.json", {"intake": {"files": files}})
    write(tmp_path, "lists.json", [1, 2])
    decision = {"confidence": {"complaint": 0.9}, "complaint_ceiling": 0.03}
    write(tmp_path, "sub/heads.json", {"decision": decision})
    thresholds = read(tmp_path).thresholds
    assert thresholds
    assert thresholds.confidence == {Category.COMPLAINT: 0.9}


@pytest.mark.parametrize(("text", "said"), [("{", "cannot be read"), ("{}", "not a model of ours")])
def test_a_folder_without_a_model_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file"):
        read(tmp_path)
    (tmp_path / "meta.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        read(tmp_path)
