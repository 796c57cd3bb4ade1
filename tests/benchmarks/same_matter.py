"""How good the nearest neighbour is: `python -m tests.benchmarks.same_matter STREAM.csv LABELLED.csv [SHOW]`.

Nobody has marked which messages speak of one event, so three things are measured that need no marks, each
against a bare count of shared pairs of characters: whether half of a message finds its other half (split at
sentences, titles left out) among all halves; whether a text of one file finds itself, or its copy, in the
other; and how often the nearest neighbour across different users, above the threshold, names the same place.
SHOW prints that many failures.
"""

import csv
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

from routing.duplicates import Commonness, Signature, overlap, pairs, score, sign

NEAR = 0.28
SAMPLE = 1_000
FIRST = 10
ASKED = 48


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def halves(text: str) -> tuple[str, str] | None:
    """Every other sentence, and the rest; None where either is too short to say what it is about."""
    said = [one for one in re.split("[。！？!?；;\n]", text) if len(one.strip()) > 5]
    one, other = "。".join(said[::2]), "。".join(said[1::2])
    return (one, other) if min(len(one), len(other)) >= 40 else None


class Shelf:
    """Signatures, found by their pairs as the database finds them (without its limit of the newest)."""

    def __init__(self, signatures: list[Signature]) -> None:
        self.signatures = signatures
        self.under: dict[int, list[int]] = defaultdict(list)
        for n, one in enumerate(signatures):
            for pair in one.sought():
                self.under[pair].append(n)

    def nearest(self, asked: Signature, but: int = -1, most: int = FIRST) -> list[tuple[float, int]]:
        """The likest, best first."""
        shared: dict[int, float] = defaultdict(float)
        for pair in asked.sought(ASKED):
            for n in self.under[pair]:
                shared[n] += asked.weights[pair]
        best = sorted(shared, key=lambda n: -shared[n])[:120]
        found = [(score(asked, self.signatures[n], 0), n) for n in best if n != but]
        return sorted(found, reverse=True)[:most]


def bare(texts: list[str]) -> list[Signature]:
    """What it is compared with: every pair of equal weight, no names."""
    found = []
    for text in texts:
        kept = dict.fromkeys(pairs(text), 1.0)
        length = len(kept) ** 0.5 or 1.0
        found.append(Signature(dict.fromkeys(kept, 1 / length), frozenset()))
    return found


def recall(asked: list[Signature], kept: list[Signature], most: int, shelf: Shelf | None) -> list[int]:
    """The rank at which each of `asked` finds the one of the same number; `most` where it does not."""
    ranks = []
    for n, one in enumerate(asked):
        if shelf is None:
            order = sorted(range(len(kept)), key=lambda m: -overlap(one.weights, kept[m].weights))[:most]
        else:
            order = [m for _, m in shelf.nearest(one, most=most)]
        ranks.append(order.index(n) if n in order else most)
    return ranks


def told(title: str, ranks: list[int]) -> None:
    """One line of figures."""
    first, few = sum(rank == 0 for rank in ranks), sum(rank < FIRST for rank in ranks)
    print(
        f"{title}: precision@1 {first / len(ranks):.3f}, recall@{FIRST} {few / len(ranks):.3f} "
        f"(n={len(ranks)})"
    )


def run(stream: Path, labelled: Path, show: int) -> None:
    """Prints the figures."""
    rows, others = read(stream), read(labelled)
    common = Commonness.empty()
    for row in rows:
        common.note(pairs(f"{row['title']}\n{row['detail']}").keys())
    _halves(rows, common, show)
    _copies(rows, others, common, show)
    _neighbours(rows, common, show)


def _halves(rows: list[dict[str, str]], common: Commonness, show: int) -> None:
    split = [(row, both) for row in rows if (both := halves(row["detail"]))]
    split = random.Random(7).sample(split, min(SAMPLE, len(split)))
    one = [sign("", both[0], "", common) for _, both in split]
    other = [sign("", both[1], "", common) for _, both in split]
    ranks = recall(one, other, FIRST, Shelf(other))
    told("half finds other half, ours", ranks)
    told(
        "half finds other half, bare shared pairs",
        recall(bare([b[0] for _, b in split]), bare([b[1] for _, b in split]), FIRST, None),
    )
    for n in [n for n, rank in enumerate(ranks) if rank][:show]:
        print(f"  missed {split[n][0]['id']} {split[n][0]['title']}")


def _copies(rows: list[dict[str, str]], others: list[dict[str, str]], common: Commonness, show: int) -> None:
    def plain(text: str) -> str:
        return re.sub(r"\s", "", text)

    where: dict[str, set[int]] = defaultdict(set)
    for n, row in enumerate(rows):
        where[plain(row["detail"])].add(n)
    both = [row for row in others if plain(row["detail"]) in where]
    shelf = Shelf([sign(row["title"], row["detail"], "", common) for row in rows])
    ranks, missed = [], []
    for row in both:
        order = [n for _, n in shelf.nearest(sign(row["title"], row["detail"], "", common))]
        hits = [at for at, n in enumerate(order) if n in where[plain(row["detail"])]]
        ranks.append(hits[0] if hits else FIRST)
        missed += [] if hits[:1] == [0] else [row["title"]]
    told("text of one file finds its copy in the other", ranks)
    for title in missed[:show]:
        print(f"  missed {title}")
    strangers = [row for row in others if plain(row["detail"]) not in where]
    strangers = random.Random(7).sample(strangers, min(SAMPLE, len(strangers)))
    above = sum(
        bool(best and best[0][0] >= NEAR)
        for best in (
            shelf.nearest(sign(row["title"], row["detail"], "", common), most=1) for row in strangers
        )
    )
    print(
        f"texts without a copy that are shown something all the same: {above / len(strangers):.3f} "
        f"(n={len(strangers)})"
    )


def _neighbours(rows: list[dict[str, str]], common: Commonness, show: int) -> None:
    signatures = [sign(row["title"], row["detail"], "", common) for row in rows]
    shelf, found, same = Shelf(signatures), [], 0
    for n, one in enumerate(signatures):
        best = next((b for b in shelf.nearest(one, n) if rows[b[1]]["user"] != rows[n]["user"]), None)
        if best and best[0] >= NEAR:
            found.append((best[0], n, best[1]))
            same += not one.names.isdisjoint(signatures[best[1]].names)
    print(
        f"messages with a neighbour of another user above {NEAR}: {len(found)} of {len(rows)}; "
        f"{same} of them share a name of a place"
    )
    for alike, n, m in random.Random(7).sample(found, min(show, len(found))):
        print(f"  {alike:.2f} {rows[n]['title']} | {rows[m]['title']}")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
