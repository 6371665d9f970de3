"""From messages to the weighed sparse matrix that the heads are fitted on.

Features come from the run-time pipeline itself; the weighing repeats `linear_model.weigh` on
sparse rows, and a test holds the two equal.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import spacy
from scipy import sparse
from spacy.language import Language

from intake.adapters.message_features import BLOCKS, message_parts
from intake.adapters.message_text import CleanMessage, as_read
from intake.adapters.spacy_components import SENTENCES, doc_message
from intake.domain.classification import MessageText

# A feature of fewer messages than this says nothing that holds for the next message.
FEWEST_MESSAGES = {"a": 1, "c": 4, "e": 3, "f": 1, "h": 1, "s": 2, "u": 2, "w": 2}


def blank_pipeline() -> Language:
    """The tokenizer and sentence marks, before any model is added."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe(SENTENCES)
    return pipeline


def clean_messages(messages: Iterable[MessageText]) -> list[CleanMessage]:
    """Each message's own words, sentence by sentence, cut and cleaned by the run-time code."""
    pipeline = blank_pipeline()
    read = []
    for message in map(as_read, messages):
        with pipeline.memory_zone():
            doc = pipeline.make_doc(message.text)
            doc._.channel, doc._.subject = message.channel, message.subject
            read.append(doc_message(pipeline(doc)))
    return read


def count_features(messages: Iterable[CleanMessage]) -> list[Counter[str]]:
    """The features of each message over all its parts, drawn by the run-time code."""
    counted = []
    for message in messages:
        parts = message_parts(message)
        counts = Counter(parts.frame)
        for sentence in parts.sentences:
            counts.update(sentence)
        counted.append(counts)
    return counted


def choose_features(counted: Sequence[Counter[str]]) -> list[str]:
    """The features that enough messages have, sorted."""
    messages = Counter(name for counts in counted for name in counts)
    return sorted(name for name, count in messages.items() if count >= FEWEST_MESSAGES[name[0]])


def count_matrix(counted: Sequence[Counter[str]], features: Sequence[str]) -> sparse.csr_matrix:
    """How often each message has each feature, shape (messages, features)."""
    index = {name: position for position, name in enumerate(features)}
    indices: list[int] = []
    values: list[int] = []
    ends = [0]
    for counts in counted:
        row = sorted((index[name], count) for name, count in counts.items() if name in index)
        indices.extend(position for position, _ in row)
        values.extend(count for _, count in row)
        ends.append(len(indices))
    shape = (len(counted), len(features))
    return sparse.csr_matrix((np.array(values, dtype=np.float32), indices, ends), shape=shape)


def inverse_frequencies(counts: sparse.csr_matrix) -> npt.NDArray[np.float32]:
    """Smoothed inverse document frequency of each feature."""
    messages = counts.shape[0]
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + messages) / (1 + having)) + 1, dtype=np.float32)


def weigh_matrix(
    counts: sparse.csr_matrix, idf: npt.NDArray[np.float32], features: Sequence[str]
) -> sparse.csr_matrix:
    """The weighed matrix: what `linear_model.weigh` gives, for many messages at once."""
    weighed = counts.astype(np.float32)
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    block = np.array([BLOCKS.index(name[0]) for name in features], dtype=np.int64)
    rows = np.repeat(np.arange(weighed.shape[0]), np.diff(weighed.indptr))
    cells = rows * len(BLOCKS) + block[weighed.indices]
    squares = np.bincount(
        cells,
        weights=weighed.data.astype(np.float64) ** 2,
        minlength=weighed.shape[0] * len(BLOCKS),
    )
    weighed.data = (weighed.data / np.sqrt(squares[cells])).astype(np.float32)
    return weighed
