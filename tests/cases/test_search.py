"""The index of either database finds what reading every text would find: words, scope, order and pages."""

import random
from itertools import pairwise

import pytest
from sqlalchemy import Connection, text

from cases import search
from cases.indexing import Entry, write
from cases.search import Sought, newest
from cases.wording import plain, plain_lines
from hotline.house import House

LETTERS = "物业费电梯坏了的小区5g，。 "
MARKS = ["#o:housing", "#o:urban", "#p:work_order", "#p:petition", "#s:in_hand", "#s:closed"]


def a_text(chance: random.Random, most: int) -> str:
    return "\n".join("".join(chance.choices(LETTERS, k=chance.randint(1, most))) for _ in range(chance.randint(1, 3)))


def an_entry(chance: random.Random, case: int, seq: int = 1) -> Entry:
    marks = sorted({chance.choice(MARKS[:2]), chance.choice(MARKS[2:4]), chance.choice(MARKS[4:])})
    return Entry(case_id=case, seq=seq, name_index="", text=a_text(chance, 14), marks=" ".join(marks))


def a_question(chance: random.Random, cases: list[int]) -> Sought:
    words = [plain(a_text(chance, 3).split("\n")[0]) for _ in range(4)]
    asked = [word for word in words if word]
    low, high = sorted(chance.sample(cases, 2))
    whole = chance.random() < 0.6
    return Sought(
        any_of=tuple(chance.sample(MARKS[:4], chance.randint(1, 3))),
        needles=tuple(asked[: chance.randint(0, 2)]),
        without=tuple(asked[3:]) if chance.random() < 0.4 else (),
        marks=tuple(chance.sample(MARKS[4:], chance.randint(0, 1))),
        low=0 if whole else low,
        high=search.LAST if whole else high,
    )


def by_reading(entries: list[Entry], sought: Sought, most: int) -> list[int]:
    """What somebody finds who reads everything."""
    found = []
    for one in entries:
        said, marks = plain_lines(one.text), set(one.marks.split())
        if (
            all(needle in said for needle in sought.needles)
            and not any(needle in said for needle in sought.without)
            and marks >= set(sought.marks)
            and marks & set(sought.any_of)
            and sought.low <= one.case_id <= sought.high
        ):
            found.append(one.case_id)
    return sorted(found, reverse=True)[:most]


@pytest.mark.parametrize("near", [0, 20, 2_000])  # none, some, all of it read one by one
def test_it_finds_what_reading_finds(house: House, near: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "NEWEST", near)
    chance = random.Random(near)
    entries = {case: an_entry(chance, case) for case in range(1, 121)}
    with house.writing() as connection:
        assert write(connection, list(entries.values())) == 120
        for case in chance.sample(range(1, 121), 40):  # and again, further on
            entries[case] = an_entry(chance, case, seq=2)
            assert write(connection, [entries[case]]) == 1
            assert write(connection, [an_entry(chance, case, seq=1)]) == 0, "an older reading covers nothing"
    with house.reading() as connection:
        hits = 0
        for _ in range(250):
            sought, most = a_question(chance, list(entries)), chance.choice((3, 200))
            expected = by_reading(list(entries.values()), sought, most)
            assert newest(connection, sought, most) == expected, sought
            hits += bool(expected)
        assert hits > 100


def test_pages_lie_end_to_end(house: House) -> None:
    chance = random.Random(5)
    with house.writing() as connection:
        write(connection, [an_entry(chance, case) for case in range(1, 101)])
    with house.reading() as connection:
        seen: list[int] = []
        while page := newest(connection, Sought(any_of=tuple(MARKS), needles=("物",), high=seen[-1] - 1 if seen else 2**40), 7):
            seen += page
        assert seen == newest(connection, Sought(any_of=tuple(MARKS), needles=("物",)), 200)
        assert all(newer > older for newer, older in pairwise(seen))


def test_words_cannot_speak_to_the_database(house: House) -> None:
    with house.writing() as connection:
        write(connection, [an_entry(random.Random(1), 1)])
    with house.reading() as connection:
        for typed in ('物" OR "业', "' OR 1=1 --", "%", "_", "物*", "NEAR(物 业)", ":n0", "{1}", "\\"):
            needle = plain(typed)
            newest(connection, Sought(any_of=("#o:housing",), needles=(needle,) if needle else ()), 5)
        assert newest(connection, Sought(any_of=()), 5) == []
        assert _count(connection) == 1


def _count(connection: Connection) -> int:
    return connection.scalar(text("SELECT count(*) FROM search_texts")) or 0
