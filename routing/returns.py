"""What returned dispatches (退单) teach: which rule keeps sending matters to the wrong office, and what would be right.

Counted facts go in, sentences and a change come out. A return that the centre upheld speaks against the rule, one
that it rejected speaks for it; what still waits for its ruling only counts as having come back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

Ruling = Literal["", "upheld", "rejected"]

MANY = 5  # returns before a rule is spoken of
SHARE = 0.10  # of its dispatches that came back
AGREED = 3  # upheld returns before a change is suggested
MOSTLY = 0.6  # of the upheld ones that went to one and the same office
CLUSTERED = 0.8  # of those that lie in one street, for a change of that street alone


class Sent(Struct, frozen=True):
    """How many requests of a street (empty: unknown) a rule dispatched."""

    rule: str
    street: str
    count: int


class Returned(Struct, frozen=True, kw_only=True):
    """One dispatch that came back: by whom, why, how the centre ruled, and which office had it then."""

    number: str
    rule: str
    office: str
    street: str
    reason: str
    at: datetime
    ruling: Ruling = ""
    went_to: str = ""


class Change(Struct, frozen=True):
    """Let the rule name `office`, in one street only where one is named."""

    rule: str
    office: str
    street: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """What became of a rule's dispatches. `change` is what they suggest; it would also move `others`, dispatches
    of the same street or rule that nobody has returned."""

    rule: str
    dispatched: int
    returned: int
    upheld: int
    rejected: int
    reasons: tuple[tuple[str, int], ...]
    change: Change | None = None
    moved: int = 0
    others: int = 0

    @property
    def suspect(self) -> bool:
        """Whether the rule's dispatches keep coming back."""
        return self.returned >= MANY and self.returned >= SHARE * self.dispatched


def records(sent: Iterable[Sent], returned: Iterable[Returned]) -> list[Record]:
    """One record a rule that has returns, the most upheld first."""
    by_rule: dict[str, list[Returned]] = {}
    for one in returned:
        by_rule.setdefault(one.rule, []).append(one)
    streets: dict[str, Counter[str]] = {}
    for part in sent:
        streets.setdefault(part.rule, Counter())[part.street] += part.count
    found = [_record(rule, streets.get(rule, Counter()), came) for rule, came in by_rule.items()]
    return sorted(found, key=lambda one: (-one.upheld, -one.returned, one.rule))


def suspects(sent: Iterable[Sent], returned: Iterable[Returned]) -> list[Record]:
    """The rules whose dispatches keep coming back."""
    return [one for one in records(sent, returned) if one.suspect]


def told(record: Record, offices: Mapping[str, str], streets: Mapping[str, str]) -> str:
    """The record in a sentence, with what it suggests."""
    waiting = record.returned - record.upheld - record.rejected
    counted = f"派出{record.dispatched}件，退回{record.returned}件：同意{record.upheld}件，不同意{record.rejected}件"
    said = counted + (f"，待裁定{waiting}件。" if waiting else "。")
    change = record.change
    if change is None:
        return said + ("退回后去向分散，请人工核对。" if record.upheld >= AGREED else "")
    office = offices.get(change.office, change.office)
    where = f"，都在{streets.get(change.street, change.street)}" if change.street else ""
    there = f"{streets.get(change.street, change.street)}的" if change.street else ""
    said += f"同意退回的有{record.moved}件改派{office}{where}，建议{there}这一项改由{office}承办"
    return said + (f"（未退回的{record.others}件也会随之改派，请先试算）。" if record.others else "。")


def _record(rule: str, streets: Counter[str], came: Sequence[Returned]) -> Record:
    upheld = [one for one in came if one.ruling == "upheld"]
    change, moved = _suggested(rule, streets, upheld)
    inside = streets[change.street] if change and change.street else streets.total()
    back = sum(not (change and change.street) or one.street == change.street for one in came)
    return Record(
        rule=rule,
        dispatched=max(streets.total(), len(came)),
        returned=len(came),
        upheld=len(upheld),
        rejected=sum(one.ruling == "rejected" for one in came),
        reasons=tuple(Counter(one.reason for one in came).most_common()),
        change=change,
        moved=moved,
        others=max(0, inside - back) if change else 0,
    )


def _suggested(rule: str, streets: Counter[str], upheld: Sequence[Returned]) -> tuple[Change | None, int]:
    """The change that the upheld returns agree on, and how many of them stand behind it."""
    went = Counter(one.went_to for one in upheld if one.went_to)
    if not went:
        return None, 0
    office, times = min(went.items(), key=lambda item: (-item[1], item[0]))
    if times < AGREED or times < MOSTLY * len(upheld):
        return None, 0
    there = Counter(one.street for one in upheld if one.went_to == office)
    street, inside = min(there.items(), key=lambda item: (-item[1], item[0]))
    elsewhere = streets.total() > streets[street]
    if street and elsewhere and inside >= AGREED and inside >= CLUSTERED * times:
        return Change(rule, office, street), inside
    return Change(rule, office), times
