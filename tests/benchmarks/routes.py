"""Routing with many rules: `python -m tests.benchmarks.routes FILE.csv [messages]`.

The messages of a CSV (title, detail) through a book of 200 and one of 10,000 generated rules, single-threaded:
p50 and p99 a request, compiled once; beside them the same 10,000 rules asked one by one in the same run, which
must give the same answers.
"""

import csv
import random
import sys
from time import perf_counter
from typing import Any

from routing import Asked, Rulebook, route
from routing.catalogue import compiled, packaged
from routing.choosing import bind, holds
from routing.match import understand

SEED = 12345


def rules(count: int, texts: list[str], topics: list[str], streets: list[str]) -> str:
    """Rules as a city might write them: two words that people use, two to four characters long as those of the
    catalogue are, often with a topic, a street, a kind."""
    dice = random.Random(SEED)
    grams = [text[at : at + dice.choice((2, 3, 4, 4))] for text in texts for at in range(0, len(text) - 4, 7)]
    grams = sorted({gram for gram in grams if all("一" <= letter <= "鿿" for letter in gram)})
    made = []
    for n in range(count):
        first, second = dice.sample(grams, 2)
        lines = [f'[[rule]]\nid = "g{n}"\nrank = {n}\nwhen.all = "{first} {second}"']
        if dice.random() < 0.6:
            lines.append(f'when.topic = "{dice.choice(topics)}"')
        if dice.random() < 0.3:
            lines.append(f'when.area = "{dice.choice(streets)}"')
        if dice.random() < 0.2:
            lines.append('when.kinds = ["complaint", "report"]')
        lines.append(f'what.office = "{dice.choice(["urban", "housing", "hr", "market"])}"')
        made.append("\n".join(lines))
    return "\n".join(made)


def timed(asked: list[Asked], book: Rulebook) -> list[float]:
    """Microseconds of each request."""
    spent = []
    for one in asked:
        start = perf_counter()
        route(one, book)
        spent.append((perf_counter() - start) * 1e6)
    return sorted(spent)


def one_by_one(asked: list[Asked], book: Rulebook) -> list[float]:
    """The same rules gone through from the first to the last that fits, as without an index."""
    every = [bind(rule, n, book.lexicon) for n, rule in enumerate(book.rules.every) if not rule.duty]
    spent = []
    for one in asked:
        start = perf_counter()
        read = understand(one, book)
        spot = read.spot(book)
        held = [b.rule for b in every if _fits(b, spot) and holds(b, one, spot.spoken)]
        spent.append((perf_counter() - start) * 1e6)
        assert held == [rule for rule in read.held if not rule.duty]
    return sorted(spent)


def _fits(one: Any, spot: Any) -> bool:
    when = one.rule.when
    return (not when.topics or any(topic in spot.path for topic in when.topics)) and (
        not when.areas or any(area in spot.areas for area in when.areas)
    )


def tell(title: str, spent: list[float]) -> float:
    """One line; answers the p50."""
    p50, p99 = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
    print(f"{title:28} p50 {p50:8.1f} µs  p99 {p99:8.1f} µs")
    return p50


def run(file: str, most: int) -> None:
    """The table."""
    with open(file, encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    asked = [Asked(title=row.get("title", ""), text=row["detail"], kind="complaint") for row in rows[:most]]
    texts = packaged()
    plain = compiled(texts)
    topics, streets = list(plain.numbers), list(plain.places.streets)
    start = perf_counter()
    books = {n: compiled({**texts, "rules.toml": rules(n, [row["detail"] for row in rows], topics, streets)})
             for n in (200, 10_000)}  # fmt: skip
    print(f"{len(asked)} messages; both books compiled in {perf_counter() - start:.2f} s")
    packed: list[float] = []
    few, many, without = [], [], []
    for at in range(0, len(asked), 200):  # in turns, so that a busy machine slows all alike
        part = asked[at : at + 200]
        few += timed(part, books[200])
        many += timed(part, books[10_000])
        without += one_by_one(part[:20], books[10_000])
        packed += timed(part, plain)
    base = tell("packaged rules", sorted(packed))
    p200 = tell("200 rules more", sorted(few))
    p10k = tell("10,000 rules more", sorted(many))
    alone = tell("10,000 rules one by one", sorted(without))
    print(
        f"10,000 against 200: {p10k / p200:.2f} times; against packaged {p10k / base:.2f}; one by one {alone / p10k:.0f} times"
    )


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2_000)
