"""How well the rules do on a file of labelled messages, and where a stream of messages would go.

Run by hand: `python -m tests.routing.measure LABELLED.csv STREAM.csv`. The files are no part of the product;
the rules are judged by them and never learn from them.
"""

import csv
import sys
from collections import Counter
from time import perf_counter

from routing import Asked, load, route

HEADINGS = {
    "housing": "城乡建设", "city": "城乡建设", "land": "城乡建设", "rural": "城乡建设", "street": "城乡建设",
    "work": "劳动和社会保障", "social": "劳动和社会保障", "school": "教育文体", "culture": "教育文体",
    "trade": "商贸旅游", "economy": "商贸旅游", "health": "卫生计生", "environment": "环境保护",
    "transport": "交通运输",
}  # fmt: skip


def read(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with open(name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def labelled(rows: list[dict[str, str]]) -> None:
    """Accuracy, macro-F1 and what was taken for what."""
    book = load()
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        routed = route(Asked(title=row["title"], text=row["detail"]), book)
        root = (routed.topic or "none").split(".")[0]
        pairs[row["label"], HEADINGS.get(root, root)] += 1
    labels = sorted({label for label, _ in pairs})
    right = sum(pairs[label, label] for label in labels)
    print(f"accuracy {right / len(rows):.4f}")
    scores = []
    for label in labels:
        told = sum(n for (_, said), n in pairs.items() if said == label)
        there = sum(n for (true, _), n in pairs.items() if true == label)
        scores.append(2 * pairs[label, label] / (told + there))
        wrong = Counter({said: n for (true, said), n in pairs.items() if true == label and said != label})
        print(f"{label} F1 {scores[-1]:.3f} recall {pairs[label, label] / there:.3f}", wrong.most_common(7))
    print(f"macro-F1 {sum(scores) / len(scores):.4f}")


def stream(rows: list[dict[str, str]]) -> None:
    """Share of each office and of triage, gates that opened, and microseconds a message."""
    book = load()
    asked = [Asked(title=row["title"], text=row["detail"]) for row in rows]
    start = perf_counter()
    answers = [route(one, book) for one in asked]
    spent = perf_counter() - start
    offices = Counter(answer.office or answer.because[-1].rule for answer in answers)
    for office, n in offices.most_common():
        print(f"{office:20} {n:5} {n / len(rows):6.1%}")
    print("triage", f"{sum(answer.office is None for answer in answers) / len(rows):.2%}")
    print("gates", Counter(answer.gate.code for answer in answers if answer.gate).most_common())
    length = sum(len(one.text) for one in asked) / len(asked)
    print(f"{spent / len(rows) * 1e6:.1f} µs a message of {length:.0f} characters")


if __name__ == "__main__":
    labelled(read(sys.argv[1]))
    stream(read(sys.argv[2]))
