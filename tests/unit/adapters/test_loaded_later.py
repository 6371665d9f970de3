"""A classifier that loads beside the work."""

import threading

import pytest

from intake.adapters.loaded_later import LoadedLater
from intake.domain.classification import MessageText
from intake.errors import ClassifierUnavailable, ConfigurationError
from tests.support.post_room import WordClassifier

TEXT = MessageText(channel="chat", subject="", text="The bins were missed")


class CountingClassifier(WordClassifier):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def classify(self, message: MessageText):
        self.asked += 1
        return super().classify(message)


def test_who_cannot_wait_is_told_so_and_who_can_gets_the_answer():
    may_load = threading.Event()

    def load() -> WordClassifier:
        may_load.wait(30)
        return WordClassifier()

    later = LoadedLater(load, patience_seconds=0)
    assert not later.is_ready
    with pytest.raises(ClassifierUnavailable):
        later.classify(TEXT)
    may_load.set()
    later._patience_seconds = 30
    assert later.classify(TEXT).category == "comment"
    assert later.is_ready
    assert later.model_version == "words-1"


def test_it_loads_once_however_often_it_is_begun():
    loads = []
    later = LoadedLater(lambda: loads.append(1) or WordClassifier(), patience_seconds=30)
    later.begin()
    later.begin()
    later.classify(TEXT)
    later.begin()
    assert loads == [1]


def test_a_model_that_does_not_load_is_away_for_good():
    def fail() -> WordClassifier:
        raise ConfigurationError("model: this file was altered")

    later = LoadedLater(fail, patience_seconds=30)
    for _ in range(2):
        with pytest.raises(ClassifierUnavailable):
            later.classify(TEXT)
    assert not later.is_ready


def test_the_same_text_is_classified_once():
    counting = CountingClassifier()
    later = LoadedLater.of(counting)
    assert later.classify(TEXT) is later.classify(TEXT)
    assert counting.asked == 1


def test_a_very_long_text_is_not_remembered():
    counting = CountingClassifier()
    later = LoadedLater.of(counting)
    account = MessageText(channel="chat", subject="", text="bins " * 5_000)
    assert later.classify(account) == later.classify(account)
    assert counting.asked == 2


def test_a_failure_is_not_remembered():
    flaky = WordClassifier()
    flaky.is_available = False
    later = LoadedLater.of(flaky)
    with pytest.raises(ClassifierUnavailable):
        later.classify(TEXT)
    flaky.is_available = True
    assert later.classify(TEXT)
