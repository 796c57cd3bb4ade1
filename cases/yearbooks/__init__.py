"""Which figures each law asks for a year, one file a procedure, each line with the article it rests on."""

from collections.abc import Mapping

from cases.yearbooks.disclosure import DISCLOSURE
from cases.yearbooks.litigation import LITIGATION
from cases.yearbooks.mediation import MEDIATION
from cases.yearbooks.petition import PETITION
from cases.yearbooks.reconsideration import RECONSIDERATION
from cases.yearly import Line, Yearbook

YEARBOOKS: Mapping[str, Yearbook] = {
    book.procedure: book for book in (RECONSIDERATION, LITIGATION, PETITION, DISCLOSURE, MEDIATION)
}
ELSEWHERE: Mapping[str, tuple[tuple[str, str], ...]] = {  # lines of one table that other procedures' cases make up
    "disclosure": (("reconsideration", "disclosure"), ("litigation", "disclosure_direct"), ("litigation", "disclosure_after")),
}  # fmt: skip


def lines_elsewhere(procedure: str) -> list[tuple[Yearbook, tuple[Line, ...]]]:
    """For a procedure's page: the lines of other books that belong to it."""
    found = []
    for name, key in ELSEWHERE.get(procedure, ()):
        book = YEARBOOKS[name]
        found.append((book, tuple(line for line in book.lines if line.key == key or line.whole == key)))
    return found
