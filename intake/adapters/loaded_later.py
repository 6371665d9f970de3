"""A classifier that loads beside the work, and remembers what it was asked a moment ago.

A text of the chat is asked about more than once on its way: whether it tells of a danger, what the
account comes to at the summary, and again when that is filed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Self

import structlog

from intake.domain.classification import Classification, MessageText
from intake.errors import ClassifierUnavailable, IntakeError
from intake.services.ports import Classifier

log = structlog.get_logger()

# Some minutes of a busy day; nearly all are of a few hundred characters. A longer one than that is
# read anew, or somebody who wants to could fill the memory.
MOST_REMEMBERED = 256
LONGEST_REMEMBERED = 20_000


class LoadedLater:
    """Implements ``read_words.PatientClassifier``: loads in a thread, begun once.

    Asked before it is loaded, it waits for so many seconds and then raises
    ``ClassifierUnavailable``; so it does for good when loading failed, which is logged.
    """

    def __init__(self, load: Callable[[], Classifier], *, patience_seconds: float) -> None:
        self._load = load
        self._patience_seconds = patience_seconds
        self._classifier: Classifier | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="classifier", daemon=True)
        self._lock = threading.Lock()
        self._remembered: OrderedDict[MessageText, Classification] = OrderedDict()

    @classmethod
    def of(cls, classifier: Classifier) -> Self:
        """One that is loaded already."""
        loaded = cls(lambda: classifier, patience_seconds=0)
        loaded._run()
        return loaded

    @property
    def is_ready(self) -> bool:
        """Whether it answers without waiting."""
        return self._classifier is not None

    @property
    def model_version(self) -> str:
        """Name and version of the model that answers. Raises ``ClassifierUnavailable``."""
        return self._loaded().model_version

    def begin(self) -> None:
        """Begin to load; a repeat call does nothing."""
        with self._lock:
            if not self._ended.is_set() and self._thread.ident is None:
                self._thread.start()

    def classify(self, message: MessageText) -> Classification:
        """What kind of message this is. Raises ``ClassifierUnavailable``."""
        with self._lock:
            if message in self._remembered:
                self._remembered.move_to_end(message)
                return self._remembered[message]
        said = self._loaded().classify(message)
        if len(message.text) > LONGEST_REMEMBERED:
            return said
        with self._lock:
            self._remembered[message] = said
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return said

    def classify_many(self, messages: Iterable[MessageText]) -> Iterator[Classification]:
        """What kind each message is, in order. Raises ``ClassifierUnavailable``."""
        return self._loaded().classify_many(messages)

    def _loaded(self) -> Classifier:
        self.begin()
        self._ended.wait(self._patience_seconds)
        if self._classifier is None:
            raise ClassifierUnavailable
        return self._classifier

    def _run(self) -> None:
        try:
            self._classifier = self._load()
        except IntakeError as exc:
            log.exception("classifier_not_loaded", reason=str(exc))
        finally:
            self._ended.set()
