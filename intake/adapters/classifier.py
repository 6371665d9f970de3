"""The classifier: a spaCy pipeline on disk, asked about one message at a time or many.

It decides nothing of its own: the pipeline gives calibrated probabilities, the domain makes the
decision. Model files are checked against the hashes in the model's `meta.json` before they load.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from intake.adapters.heads import CATEGORY, URGENT, Answers, Floats, Head
from intake.adapters.language_detection import LanguageDetector
from intake.adapters.message_text import as_read
from intake.adapters.spacy_components import ANSWERS, ENCODER, LINEAR, AnswersPipe
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import (
    REASON_SEVERAL_MATTERS,
    Classification,
    Decision,
    MessageText,
    Thresholds,
    decide,
)
from intake.domain.matters import are_different, matters
from intake.domain.text import normalise
from intake.errors import ClassifierUnavailable, ConfigurationError

_BATCH: Final = 64
_MOST_EVIDENCE: Final = 3
# A sentence that moves the answer less than this share of what the strongest does is no evidence.
_WEAKEST_EVIDENCE: Final = 0.25


@dataclass(frozen=True, kw_only=True)
class AnswerReader:
    """Turns the heads' probabilities into a classification; training measures with it too."""

    heads: Mapping[str, Head]
    thresholds: Thresholds
    model_version: str

    def read(
        self,
        whole: Mapping[str, Floats],
        *,
        message: MessageText,
        language: str,
        evidence: Sequence[str] = (),
        hazard_sentence: str = "",
    ) -> Classification:
        """The classification that these probabilities mean."""
        probabilities = self.probabilities(whole)
        category = max(probabilities, key=lambda each: probabilities[each])
        urgent = self._holds(whole, "urgent")
        decision, reason = decide(
            probabilities, self.thresholds, message=message, language=language, urgent=urgent
        )
        return Classification(
            category=category,
            confidence=probabilities[category],
            probabilities=probabilities,
            area=ServiceArea(self.heads["area"].labels[int(np.argmax(whole["area"]))]),
            landlord=self._holds(whole, "landlord"),
            urgent=urgent,
            hazards=self._hazards(whole["hazards"]) if urgent else (),
            language=language,
            evidence=tuple(evidence),
            decision=decision,
            reason=reason,
            model=self.model_version,
            hazard_sentence=hazard_sentence if urgent else "",
            danger=float(whole["urgent"][0]),
        )

    def probabilities(self, whole: Mapping[str, Floats]) -> dict[Category, float]:
        """The probability of each category."""
        labels = self.heads[CATEGORY].labels
        return {
            Category(label): float(value)
            for label, value in zip(labels, whole[CATEGORY], strict=True)
        }

    def _holds(self, whole: Mapping[str, Floats], name: str) -> bool:
        return bool(whole[name][0] >= self.heads[name].thresholds[0])

    def _hazards(self, kinds: Floats) -> tuple[str, ...]:
        """The kinds likely enough, likeliest first; the likeliest in any case."""
        head = self.heads["hazards"]
        order = np.argsort(-kinds, kind="stable").tolist()
        likely = [number for number in order if kinds[number] >= head.thresholds[0]]
        return tuple(head.labels[number] for number in likely or order[:1])


class SpacyClassifier:
    """Answers about messages from a trained pipeline; may be shared between threads."""

    def __init__(self, pipeline: Language, *, model_version: str) -> None:
        answers = pipeline.get_pipe(ANSWERS)
        assert isinstance(answers, AnswersPipe)
        self._pipeline = pipeline
        self._languages = LanguageDetector()
        self._lock = Lock()
        self._reader = AnswerReader(
            heads={head.name: head for head in answers.heads},
            thresholds=thresholds_from_json(answers.decision),
            model_version=model_version,
        )

    @classmethod
    def load(cls, model_dir: Path) -> Self:
        """The classifier in this folder.

        Raises `ConfigurationError` naming the file when one is missing, altered or of a kind that
        this program does not read.
        """
        meta = _checked_meta(model_dir)
        try:
            pipeline = spacy.load(model_dir)
        except (OSError, ValueError, KeyError) as exc:
            raise ConfigurationError(f"{model_dir}: the model does not load: {exc}") from exc
        return cls(pipeline, model_version=_version(meta))

    @property
    def model_version(self) -> str:
        """Name and version of the model, and the beginning of the hash of its weights."""
        return self._reader.model_version

    def classify(self, message: MessageText) -> Classification:
        """What kind of message this is. Raises `ClassifierUnavailable`."""
        return next(self.classify_many([message]))

    def classify_many(self, messages: Iterable[MessageText]) -> Iterator[Classification]:
        """What kind each message is, in order. Raises `ClassifierUnavailable`."""
        remaining = iter(messages)
        while batch := [as_read(message) for message in islice(remaining, _BATCH)]:
            try:
                # The zone frees the words of these messages, or a long run would keep them all;
                # a vocabulary has room for one zone at a time, hence the lock.
                with self._lock, self._pipeline.memory_zone():
                    docs = self._pipeline.pipe(self._doc(message) for message in batch)
                    answers = [
                        self._read(message, doc) for message, doc in zip(batch, docs, strict=True)
                    ]
                    answers = [
                        self._unless_several(message, answer)
                        for message, answer in zip(batch, answers, strict=True)
                    ]
            except (ValueError, MemoryError) as exc:
                raise ClassifierUnavailable from exc
            yield from answers

    def _doc(self, message: MessageText) -> Doc:
        doc = self._pipeline.make_doc(message.text)
        doc._.channel, doc._.subject = message.channel, message.subject
        return doc

    def _read(self, message: MessageText, doc: Doc) -> Classification:
        return self._reader.read(
            doc._.answers.whole,
            message=message,
            language=self._languages.detect(f"{message.subject}\n{message.text}"),
            evidence=_evidence(doc) or _subject_alone(message),
            hazard_sentence=_hazard_sentence(doc) or message.subject.strip(),
        )

    def _unless_several(self, message: MessageText, answer: Classification) -> Classification:
        """The answer, for an officer instead when the message has matters of different kinds.

        Only what would stand by itself is asked about again, part by part: few messages have marks
        between their matters, and the others cost nothing.
        """
        parts = matters(normalise(message.text)) if answer.decision is Decision.AUTO else []
        docs = self._pipeline.pipe(self._doc(replace(message, subject="", text=p)) for p in parts)
        if not are_different([self._reader.probabilities(doc._.answers.whole) for doc in docs]):
            return answer
        return replace(answer, decision=Decision.REVIEW, reason=REASON_SEVERAL_MATTERS)


def thresholds_from_json(fields: Mapping[str, Any]) -> Thresholds:
    """The thresholds as the model's `heads.json` keeps them."""
    return Thresholds(
        confidence={Category(name): value for name, value in fields["confidence"].items()},
        complaint_ceiling=fields["complaint_ceiling"],
    )


def thresholds_as_json(thresholds: Thresholds) -> dict[str, Any]:
    """The thresholds for the model's `heads.json`."""
    return {
        "confidence": {each.value: value for each, value in thresholds.confidence.items()},
        "complaint_ceiling": thresholds.complaint_ceiling,
    }


def _evidence(doc: Doc) -> list[str]:
    """The sentences without which the category would be less likely, strongest first."""
    category = int(np.argmax(doc._.answers.whole[CATEGORY]))
    effects = _effects(doc._.answers, CATEGORY, category)
    sentences = list(doc.sents)
    order = np.argsort(-effects, kind="stable").tolist()
    enough = max(0.0, _WEAKEST_EVIDENCE * float(effects[order[0]])) if order else 0.0
    strongest = order[:1] + [number for number in order[1:] if effects[number] > enough]
    texts = [_quoted(sentences[number]) for number in strongest[:_MOST_EVIDENCE]]
    return [text for text in texts if text]


def _hazard_sentence(doc: Doc) -> str:
    """The sentence without which the message would be least urgent, if any makes it more so."""
    effects = _effects(doc._.answers, URGENT, 0)
    if not effects.size or effects.max() <= 0:
        return ""
    return _quoted(list(doc.sents)[int(np.argmax(effects))])


def _effects(answers: Answers, question: str, label: int) -> Floats:
    """How much less likely the label is without each sentence, in log odds."""
    whole = _log_odds(answers.whole[question][label])
    return np.asarray(whole - _log_odds(answers.without[question][:, label]), dtype=np.float32)


def _quoted(sentence: Span) -> str:
    return " ".join(sentence.text.split())


def _log_odds(probability: Floats) -> Floats:
    bounded = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(bounded / (1 - bounded)), dtype=np.float32)


def _subject_alone(message: MessageText) -> list[str]:
    subject = message.subject.strip()
    return [subject] if subject else []


def _version(meta: Mapping[str, Any]) -> str:
    """Name and version, and the beginning of one hash over those of both models' weights."""
    files = meta["intake"]["files"]
    parts = [files[f"{LINEAR}/weights.npz"], files[f"{ENCODER}/encoder.onnx"]]
    parts.append(files[f"{ANSWERS}/heads.json"])
    digest = hashlib.sha256("".join(parts).encode()).hexdigest()
    return f"{meta['name']}-{meta['version']}-{digest[:8]}"


def _checked_meta(model_dir: Path) -> dict[str, Any]:
    path = model_dir / "meta.json"
    try:
        meta: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files: dict[str, str] = meta["intake"]["files"]
    except FileNotFoundError as exc:
        raise ConfigurationError(f"{path}: there is no model here") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ConfigurationError(f"{path}: this is not a model of ours") from exc
    for name, expected in files.items():
        try:
            found = hashlib.sha256((model_dir / name).read_bytes()).hexdigest()
        except OSError as exc:
            raise ConfigurationError(f"{model_dir / name}: this file is missing") from exc
        if found != expected:
            raise ConfigurationError(f"{model_dir / name}: this file was altered")
    return meta
