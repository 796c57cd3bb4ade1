"""Who sits at the table: chosen by both sides, and nobody with a tie to either.

人民调解法第十九条 lets the committee name mediators and the sides choose them; the grounds of recusal are those of
the invited mediators (法释〔2016〕14号第十五条), taken for every kind of mediation since the others name none.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from cases.law import Article

CHOICE = Article("人民调解法", "19")
RECUSAL = Article("最高人民法院关于人民法院特邀调解的规定", "15")  # 第15条: 三种情形
MOST = 3  # of mediators at one table: a house rule, 人民调解法第19条 says one or more


class Tie(StrEnum):
    """What binds a mediator to a side or to the matter."""

    KIN = "kin"
    INTEREST = "interest"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The ground as the rules write it."""
        return _TITLES[self]


_TITLES = {
    Tie.KIN: "是一方当事人或者其代理人的近亲属",
    Tie.INTEREST: "与纠纷有利害关系",
    Tie.OTHER: "与当事人、代理人有其他关系，可能影响公正调解",
}


class Candidate(Struct, frozen=True, kw_only=True):
    """A mediator who might sit. `offices` are those he works for; `ties` what he or a side has declared."""

    mediator: str
    ties: frozenset[Tie] = frozenset()
    offices: frozenset[str] = frozenset()
    active: bool = True


class Choice(Struct, frozen=True):
    """Who sits, and whether both sides chose (else the body names, and either side may object)."""

    mediators: tuple[str, ...]
    by_both: bool


def why_not_sit(candidate: Candidate, sides: Iterable[str] = (), both_accept: bool = False) -> str | None:
    """Why the candidate may not sit, or None. `sides` are the offices that are a side of the dispute;
    `both_accept` when both sides, knowing the tie, want him all the same (法释〔2016〕14号第十五条第二款)."""
    if not candidate.active:
        return "调解员已不在名册"
    if not candidate.offices.isdisjoint(sides):
        return "调解员是一方当事人单位的工作人员，不能调解本单位的纠纷"
    if candidate.ties and not both_accept:
        grounds = "；".join(tie.label for tie in Tie if tie in candidate.ties)
        return f"应当回避：{grounds}（{RECUSAL}）"
    return None


def choose(
    first: Sequence[str], second: Sequence[str], roster: Sequence[Candidate], seats: int = 1
) -> Choice:
    """The mediators both sides named, the best liked first; where they share none, the body's roster.

    A side's list is its order of preference. Who may not sit is passed over. `ValueError` when `seats` cannot
    be filled or is not between 1 and the most that sit at a table.
    """
    if not 1 <= seats <= MOST:
        raise ValueError(f"seats: {seats} is not between 1 and {MOST}")
    able = [c.mediator for c in roster if why_not_sit(c) is None]
    shared = [m for m in dict.fromkeys(first) if m in able and m in second]
    shared.sort(key=lambda m: (first.index(m) + second.index(m), first.index(m)))
    if len(shared) >= seats:
        return Choice(tuple(shared[:seats]), True)
    filled = list(dict.fromkeys([*shared, *able]))
    if len(filled) < seats:
        raise ValueError(f"seats: {seats} asked, {len(filled)} able to sit")
    return Choice(tuple(filled[:seats]), False)
