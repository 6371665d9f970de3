"""The corpus can be trusted to measure with: labels by the guide, splits without leaks."""

from collections import defaultdict
from pathlib import Path

import pytest

from intake.domain.categories import Category, ServiceArea
from intake.domain.hazards import Hazard
from nlp_models.evaluation.near_duplicates import near_duplicates
from nlp_models.training.corpus import LabelledMessage, read_corpus, read_messages, splits


@pytest.fixture(scope="module")
def corpus() -> list[LabelledMessage]:
    return read_corpus()


def test_every_label_of_the_guide_occurs(corpus: list[LabelledMessage]) -> None:
    assert {one.category for one in corpus} == set(Category)
    assert {one.area for one in corpus} == set(ServiceArea)
    assert {kind for one in corpus for kind in one.hazards} == set(Hazard)


def test_ids_are_unique_and_urgency_names_its_hazard(corpus: list[LabelledMessage]) -> None:
    assert len({one.id for one in corpus}) == len(corpus)
    assert [one.id for one in corpus if one.urgent != bool(one.hazards)] == []


def test_no_voice_and_no_family_stands_in_two_splits(corpus: list[LabelledMessage]) -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for one, split in zip(corpus, splits(corpus), strict=True):
        places[f"voice {one.voice}"].add(split)
        places[f"family {one.family or one.id}"].add(split)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_split_does_not_depend_on_the_order_of_messages(corpus: list[LabelledMessage]) -> None:
    forwards = {one.id: split for one, split in zip(corpus, splits(corpus), strict=True)}
    turned = corpus[::-1]
    assert {one.id: split for one, split in zip(turned, splits(turned), strict=True)} == forwards


def test_no_two_messages_are_near_duplicates(corpus: list[LabelledMessage]) -> None:
    assert near_duplicates(corpus) == []


def test_a_bad_line_is_named_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.jsonl, line 1"):
        read_messages(path)
