"""How good a second opinion is: the figures of a held-back part, each label by itself and all together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from routing.opinion_file import Bin, ClassReport, HeadReport

SUREST = 0.8
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


def judged(
    name: str, labels: tuple[str, ...], omitted: tuple[str, ...], odds: Any, y: Any
) -> tuple[HeadReport, dict[int, int]]:
    """The report over the rows that have scores, and what was said of each. Confidence is sharpened by the
    other half of the rows, so that calibration too is seen from outside."""
    import numpy as np

    rows = np.flatnonzero(~np.isnan(odds[:, 0]))
    truth, said = y[rows], odds[rows].argmax(axis=1)
    sure = np.empty(len(rows))
    for half in (0, 1):
        own, other = rows[half::2], rows[1 - half :: 2]
        sure[half::2] = _chances(odds[own] * sharpened(odds[other], y[other])).max(axis=1)
    right = said == truth
    second = np.sort(odds[rows], axis=1)[:, -2]
    surest = np.argsort(-sure, kind="stable")[: max(1, int(len(rows) * SUREST))]
    classes = by_class(labels, [labels[n] for n in truth], [labels[n] for n in said])
    bins = tuple(_bins(sure, right))
    report = HeadReport(
        name=name, rows=len(rows), macro_f1=macro_f1(classes), accuracy=float(right.mean()),
        top2=float((odds[rows, truth] >= second).mean()), surest=float(right[surest].mean()),
        miscalibration=sum(one.rows * abs(one.confidence - one.right) for one in bins) / len(rows),
        classes=classes, bins=bins, omitted=omitted,
    )  # fmt: skip
    return report, dict(zip(rows.tolist(), said.tolist(), strict=True))


def sharpened(odds: Any, y: Any) -> float:
    """By what to multiply the scores for their softmax to be the likeliest chances (temperature scaling). One
    message in all is taken to be mislabelled (Platt 1999), so that few examples give no certainty."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    rows = np.flatnonzero(~np.isnan(odds[:, 0]))
    if not len(rows):
        return 1.0
    wrong = 1 / (len(rows) + 2)
    aim = np.full((len(rows), odds.shape[1]), wrong / (odds.shape[1] - 1))
    aim[np.arange(len(rows)), y[rows]] = 1 - wrong

    def surprise(sharpness: float) -> float:
        return float(-(aim * np.log(np.maximum(_chances(odds[rows] * sharpness), 1e-12))).sum(axis=1).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 20.0), method="bounded").x)


def _chances(odds: Any) -> Any:
    import numpy as np

    mass = np.exp(odds - odds.max(axis=1, keepdims=True))
    return mass / mass.sum(axis=1, keepdims=True)


def _bins(sure: Any, right: Any) -> Iterable[Bin]:
    for low, high in pairwise(BINS):
        inside = (sure > low) & (sure <= high)
        if n := int(inside.sum()):
            yield Bin(rows=n, confidence=float(sure[inside].mean()), right=float(right[inside].mean()))


def by_class(labels: Sequence[str], truth: Sequence[str], said: Sequence[str]) -> tuple[ClassReport, ...]:
    """Precision, recall and F1 of each label that occurs."""
    there, told = Counter(truth), Counter(said)
    hit = Counter(label for label, other in zip(truth, said, strict=True) if label == other)
    return tuple(
        ClassReport(
            label=label, support=there[label], precision=hit[label] / max(told[label], 1),
            recall=hit[label] / there[label], f1=2 * hit[label] / (told[label] + there[label]),
        )
        for label in labels if there[label]
    )  # fmt: skip


def macro_f1(classes: Sequence[ClassReport]) -> float:
    """The mean F1 of the labels."""
    return sum(one.f1 for one in classes) / max(len(classes), 1)
