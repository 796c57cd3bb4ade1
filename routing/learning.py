"""Learning the second opinion from examples, with scikit-learn (extra `hotline[learn]`), imported only here.

Each label gets a linear support vector machine over naive Bayes log-ratios (Wang & Manning 2012), on messages
of a few hundred characters well ahead of the plain one. Every figure comes from rows the judged model had not
seen; what shares a long sentence is held back together. Seeded: the same rows give the same model.
"""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from routing.catalogue import Rulebook
from routing.classify import (
    BODY,
    HEAD,
    SHARE,
    TITLE,
    WORD,
    Head,
    Model,
    numbered,
    propose,
    read,
    spoken,
    tokens,
)
from routing.judging import by_class, judged, macro_f1, sharpened
from routing.opinion_file import HeadReport, Report, Written, fingerprint, version_of

FOLDS = 5
SEED = 12345
FEWEST = 5  # examples of a label worth learning
LEAST = {BODY: 3, TITLE: 2, HEAD: 3, WORD: 2}  # messages a token must occur in
MARKS = (BODY, TITLE, HEAD, WORD)
SMOOTHING, COST = 0.1, 1.5
HEAVY = 500_000  # rows × labels above which one fold of the five is judged and not all
LARGEST = 32_000_000  # bytes of weights; rarer tokens go first
LONG = 25  # characters of a sentence that no two people write alike

Tell = Callable[[str], None]
_ENDS = re.compile(r"[。！？!?；;，,：:\s]+")


class Example(Struct, frozen=True):
    """A message with its label for each question, "" where there is none."""

    title: str
    detail: str
    labels: tuple[str, ...]


class Lesson(Struct, frozen=True, kw_only=True):
    """What to learn from. `heads` names the questions; without a `book` the rules' words are not heard."""

    examples: Sequence[Example]
    heads: tuple[str, ...]
    book: Rulebook | None
    source: str
    made: str


class TooFew(ValueError):
    """There is nothing to learn; the message says what is missing, in Chinese."""


class Table(Struct, frozen=True):
    """The examples as counts: a scipy matrix of messages × tokens."""

    tokens: Sequence[str]
    fields: Any  # number of the field of each token
    counts: Any


class Fitted(Struct, frozen=True):
    """Weights of one byte over the tokens kept, as they will be published."""

    bytes: Any
    step: float
    bias: Any

    def odds(self, seen: Any) -> Any:
        """Scores before sharpening, messages × labels."""
        return seen @ ((self.bytes.astype("float32") - 128) * self.step) + self.bias


def learn(lesson: Lesson, tell: Tell) -> Written:
    """The model of all examples, with what it was worth on those held back. `tell` hears each stage.

    Raises:
        TooFew: fewer than two labels with five examples each.
    """
    import numpy as np

    tell("读词")
    table = counted(lesson.examples, lesson.book)
    folds = np.asarray(folded(lesson.examples))
    least = _least(table, lesson)
    kept, rarity = rare(table, np.arange(len(lesson.examples)), least)
    heads: dict[str, Head] = {}
    reports: list[HeadReport] = []
    trials: dict[str, dict[bytes, str]] = {}
    for n, name in enumerate(lesson.heads):
        labels, omitted = _labels([example.labels[n] for example in lesson.examples])
        numbers = {label: number for number, label in enumerate(labels)}
        y = np.asarray([numbers.get(example.labels[n], -1) for example in lesson.examples])
        odds = held_back(table, y, folds, least, tell)
        report, trial = judged(name, labels, omitted, odds, y)
        reports.append(report)
        trials[name] = {
            fingerprint(lesson.examples[row].title, lesson.examples[row].detail): labels[said]
            for row, said in trial.items()
        }
        tell("定稿")
        known = y >= 0
        fitted = fit(weighted(table, kept, rarity)[known], y[known], len(labels))
        heads[name] = Head(
            name=name, labels=labels, weights=fitted.bytes.tobytes(), step=fitted.step,
            bias=tuple(map(float, fitted.bias)), sharpness=sharpened(odds, y),
        )  # fmt: skip
    model = _model([table.tokens[n] for n in kept], rarity[kept], heads)
    return Written(model=model, report=_report(lesson, reports), trials=trials)


def compared(lesson: Lesson, new: Written, old: Written, name: str) -> tuple[float, float, int]:
    """Macro-F1 of both on the messages held back from the new one, and how many those were. Where they were
    held back from the old one too, what it said then counts; where it never knew them, what it says now: no
    model is judged on what it was taught."""
    n, now, known = lesson.heads.index(name), new.trials[name], old.trials.get(name, {})
    truth, ours, theirs = [], [], []
    for example in lesson.examples:
        mark = fingerprint(example.title, example.detail)
        if mark in now:
            truth.append(example.labels[n])
            ours.append(now[mark])
            theirs.append(known.get(mark) or _asked(old.model, name, example, lesson.book))
    labels = sorted(set(truth))
    scores = [macro_f1(by_class(labels, truth, said)) for said in (ours, theirs)]
    return scores[0], scores[1], len(truth)


def _asked(model: Model, name: str, example: Example, book: Rulebook | None) -> str:
    words = spoken(book, example.title, example.detail) if book else ()
    return propose(model.heads[name], read(model, example.title, example.detail, words)).label


def _model(names: Sequence[str], rarity: Any, heads: dict[str, Head]) -> Model:
    kept, values = tuple(names), array("f", rarity.astype("float32").tobytes())
    version = version_of(kept, values, heads)
    return Model(version=version, tokens=kept, rows=numbered(kept), rarity=values, heads=heads)


def _report(lesson: Lesson, heads: list[HeadReport]) -> Report:
    return Report(
        source=lesson.source, made=lesson.made, rows=len(lesson.examples), heads=tuple(heads),
        rules=lesson.book.version if lesson.book else "",
    )  # fmt: skip


def _labels(said: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels to learn and those with too few examples, each in order."""
    counts = Counter(label for label in said if label)
    labels = sorted(label for label, n in counts.items() if n >= FEWEST)
    if len(labels) < 2:
        raise TooFew(f"至少要有两个类别，每个不少于{FEWEST}条；现有{len(labels)}个")
    return tuple(labels), tuple(sorted(set(counts) - set(labels)))


def counted(examples: Sequence[Example], book: Rulebook | None) -> Table:
    """Counts every token of every message, by the very function that reads a new one."""
    import numpy as np
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    fields, columns, counts, starts = array("b"), array("i"), array("f"), array("q", [0])
    for example in examples:
        words = spoken(book, example.title, example.detail) if book else ()
        for mark, found in tokens(example.title, example.detail, words):
            for token, n in found.items():
                column = numbers.setdefault(mark + token, len(numbers))
                if column == len(fields):
                    fields.append(MARKS.index(mark))
                columns.append(column)
                counts.append(n)
        starts.append(len(columns))
    parts = (np.asarray(counts), np.asarray(columns), np.asarray(starts))
    return Table(list(numbers), np.asarray(fields), csr_matrix(parts, shape=(len(examples), len(numbers))))


def folded(examples: Sequence[Example]) -> list[int]:
    """The fold of each message, by its fingerprint: whatever else is learned, the same text falls into the
    same one. Those that share a long sentence go together, or a copy would be judged by its original."""
    leader: dict[str, int] = {}
    above = list(range(len(examples)))

    def top(n: int) -> int:
        while above[n] != n:
            above[n] = above[above[n]]
            n = above[n]
        return n

    for n, example in enumerate(examples):
        whole = "".join(f"{example.title}{example.detail}".split())
        for sentence in {whole, *(part for part in _ENDS.split(example.detail) if len(part) >= LONG)}:
            above[top(n)] = top(leader.setdefault(sentence, n))
    names = [fingerprint(example.title, example.detail) for example in examples]
    least: dict[int, bytes] = {}
    for n, name in enumerate(names):
        least[top(n)] = min(name, least.get(top(n), name))
    return [int.from_bytes(least[top(n)], "little") % FOLDS for n in range(len(examples))]


def held_back(table: Table, y: Any, folds: Any, least: int, tell: Tell) -> Any:
    """Scores of each judged message by a model that had not seen it; rows that were not judged are NaN."""
    import numpy as np

    labels = int(y.max()) + 1
    odds = np.full((len(y), labels), np.nan, dtype="float64")
    judged_folds = FOLDS if len(y) * labels <= HEAVY else 1
    for fold in range(judged_folds):
        tell(f"留出检验 {fold + 1}/{judged_folds}")
        train, test = np.flatnonzero((folds != fold) & (y >= 0)), np.flatnonzero((folds == fold) & (y >= 0))
        if not len(test) or len(set(y[train])) < 2:
            continue
        kept, rarity = rare(table, train, least)
        seen = weighted(table, kept, rarity)
        odds[test] = fit(seen[train], y[train], labels).odds(seen[test])
    return odds


def rare(table: Table, rows: Any, least: int) -> tuple[Any, Any]:
    """Which tokens occur often enough in these rows, and how rare each is there."""
    import numpy as np

    occurs = np.bincount(table.counts[rows].indices, minlength=len(table.tokens))
    wanted = np.maximum(np.asarray([LEAST[mark] for mark in MARKS])[table.fields], least)
    rarity = np.log((1 + len(rows)) / (1 + occurs)) + 1
    rarity[table.fields == MARKS.index(WORD)] = 1.0
    return np.flatnonzero(occurs >= wanted), rarity


def weighted(table: Table, kept: Any, rarity: Any) -> Any:
    """The messages as `classify.read` sees them, over the tokens kept."""
    import numpy as np

    seen = table.counts[:, kept].astype("float32")
    part = (
        np.repeat(np.arange(seen.shape[0]), np.diff(seen.indptr)) * len(MARKS)
        + table.fields[kept][seen.indices]
    )
    seen.data = (1 + np.log(seen.data)) * rarity[kept][seen.indices]
    lengths = np.sqrt(np.bincount(part, weights=seen.data**2, minlength=seen.shape[0] * len(MARKS)))
    shares = np.asarray([SHARE[mark] for mark in MARKS])
    seen.data = (seen.data * shares[part % len(MARKS)] / lengths[part]).astype("float32")
    return seen


def fit(seen: Any, y: Any, labels: int) -> Fitted:
    """A machine for each label against all others, over log-ratios, then cut to one byte a weight."""
    import numpy as np
    from scipy.sparse import diags
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((seen.shape[1], labels), dtype="float64"), np.full(labels, -10.0)
    everything = np.asarray(seen.sum(axis=0)).ravel()
    for label in range(labels):
        own = y == label
        if not own.any():
            continue
        for_it = np.asarray(seen[own].sum(axis=0)).ravel() + SMOOTHING
        against = everything - for_it + 2 * SMOOTHING
        ratio = np.log(for_it / for_it.sum()) - np.log(np.maximum(against, SMOOTHING) / against.sum())
        machine = LinearSVC(C=COST, dual=True, tol=1e-3, random_state=SEED).fit(seen @ diags(ratio), own)
        weights[:, label], bias[label] = machine.coef_[0] * ratio, machine.intercept_[0]
    step = float(np.abs(weights).max()) / 127
    return Fitted((np.rint(weights / step) + 128).astype("uint8"), step, bias)


def _least(table: Table, lesson: Lesson) -> int:
    """How many messages a token must occur in for the file to stay in bounds."""
    import numpy as np

    labels = max(len({example.labels[n] for example in lesson.examples}) for n in range(len(lesson.heads)))
    occurs = np.bincount(table.counts.indices, minlength=len(table.tokens))
    least = 1
    while (occurs >= max(least, 2)).sum() * labels * len(lesson.heads) > LARGEST:
        least += 1
    return least
