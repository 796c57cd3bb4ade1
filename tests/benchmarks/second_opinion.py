"""What a second opinion is worth on a file of labelled messages, and what it costs.

`python -m tests.benchmarks.second_opinion FILE.csv` (title,detail,label): rules alone, a plain linear SVM,
the classifier alone and with the rules' words, each message judged once by a model that had seen neither it
nor anything that shares a long sentence with it; then memory and latency (the processor's time) beside
routing's own. Nothing of the file is kept.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, thread_time

from hotline.commands.message_sheets import rows
from routing import Asked, load, route
from routing import opinion_file as files
from routing.catalogue import Rulebook
from routing.classify import propose, read, spoken
from routing.judging import by_class, macro_f1
from routing.learning import FOLDS, Example, Lesson, folded, learn
from tests.routing.measure import HEADINGS

LENGTH = 300  # characters of a message whose latency is taken


def told(name: str, truth: Sequence[str], said: Sequence[str], more: str = "") -> None:
    """One line of figures."""
    right = sum(a == b for a, b in zip(truth, said, strict=True)) / len(truth)
    score = macro_f1(by_class(sorted(set(truth)), truth, said))
    print(f"{name:34} macro-F1 {score:.4f}  accuracy {right:.4f}  {more}", flush=True)


def by_rules(examples: Sequence[Example], book: Rulebook) -> list[str]:
    """The heading each message has by the packaged rules."""
    topics = [route(Asked(title=one.title, text=one.detail), book).topic or "" for one in examples]
    return [HEADINGS.get(topic.partition(".")[0], "") for topic in topics]


def plain(examples: Sequence[Example]) -> list[str]:
    """The usual: TF-IDF of one to three characters and a linear SVM, over the same folds."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    folds, texts = (
        np.asarray(folded(examples)),
        np.asarray([f"{one.title} {one.detail}" for one in examples], object),
    )
    truth = np.asarray([one.labels[0] for one in examples], object)
    said = truth.copy()
    for fold in range(FOLDS):
        grams = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 3), min_df=3, sublinear_tf=True, dtype=np.float32
        )
        machine = make_pipeline(grams, LinearSVC(random_state=0)).fit(
            texts[folds != fold], truth[folds != fold]
        )
        said[folds == fold] = machine.predict(texts[folds == fold])
    return list(said)


def learned(name: str, examples: list[Example], book: Rulebook | None) -> files.Written:
    """Learns as `hotline learn` does, prints the figures, gives the model."""
    start = perf_counter()
    lesson = Lesson(examples=examples, heads=("label",), book=book, source="benchmark", made="")
    written = learn(lesson, lambda stage: None)
    report, trials = written.report.heads[0], written.trials["label"]
    more = f"top-2 {report.top2:.4f}  surest 80% {report.surest:.4f}  off by {report.miscalibration:.4f}"
    said = [trials[files.fingerprint(one.title, one.detail)] for one in examples]
    told(name, [one.labels[0] for one in examples], said, f"{more}  {perf_counter() - start:.0f} s")
    return written


def latency(what: str, examples: Sequence[Example], ask: Callable[[str, str], object]) -> None:
    """p50 and p99 of the processor's time, over messages cut or repeated to one length."""
    spent = []
    for one in examples[:2000]:
        text = (one.detail * LENGTH)[:LENGTH]
        start = thread_time()
        ask(one.title, text)
        spent.append(thread_time() - start)
    spent.sort()
    p50, p99 = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
    print(f"{what:34} p50 {p50 * 1e3:.2f} ms  p99 {p99 * 1e3:.2f} ms  a message of {LENGTH} characters")


def cost(written: files.Written, examples: Sequence[Example], book: Rulebook) -> None:
    """The file, its loading, and what one answer takes on the web process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        files.save(written, path)
        start = thread_time()
        model = files.load(path).model
        size, spent = path.stat().st_size / 1e6, thread_time() - start
        print(f"{'model':34} {size:.2f} MB, {len(model.tokens)} tokens, loads in {spent:.2f} s")
    head = model.heads["label"]
    latency("routing by rules", examples, lambda title, text: route(Asked(title=title, text=text), book))
    ask = lambda title, text: propose(head, read(model, title, text, spoken(book, title, text)))  # noqa: E731
    latency("second opinion, plain Python", examples, ask)
    print(f"{'peak memory of this run':34} {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def run(path: Path) -> None:
    """Everything, in order."""
    book = load()
    examples = [
        Example(row.cells["title"], row.cells["detail"], (row.cells["label"],))
        for row in rows(path, ("title", "detail", "label"), needs=("label",))
        if not row.wrong
    ]
    truth, ruled = [one.labels[0] for one in examples], by_rules(examples, book)
    print(f"{len(examples)} messages, {FOLDS} folds")
    told("rules alone", truth, ruled)
    told("TF-IDF + linear SVM", truth, plain(examples))
    learned("classifier alone", examples, None)
    both = learned("classifier and rules' words", examples, book)
    trials = both.trials["label"]
    said = [trials[files.fingerprint(one.title, one.detail)] for one in examples]
    agreed = [n for n, (a, b) in enumerate(zip(said, ruled, strict=True)) if a == b]
    told(
        f"where both agree ({len(agreed) / len(examples):.1%})",
        [truth[n] for n in agreed],
        [said[n] for n in agreed],
    )
    cost(both, examples, book)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
