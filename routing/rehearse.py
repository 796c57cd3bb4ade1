"""What a new rule set would have done with past requests: what goes elsewhere, and what returns that means.

A return (退单) counts as avoided only where the centre upheld it, the old rules had made that very dispatch, and
the new ones send the request where it ended. One counts as caused where the old rules sent it to the office that
kept it and the new ones send it to another office: that office would have had to send it back. What goes to
triage is neither, and what a person dispatched by hand against the old rules says nothing about them.
"""

from collections.abc import Iterable

from msgspec import Struct, field

from routing.asked import Asked
from routing.catalogue import Rulebook
from routing.match import route

SAMPLES = 5
SHOWN = 60  # characters of a sample


class Past(Struct, frozen=True, kw_only=True):
    """A request as it was asked and as it went: `office` it was first sent to, `returned` whether that office sent
    it back, `upheld` whether the centre said it was right to, `ended_at` where it stood in the end."""

    asked: Asked
    office: str = ""
    returned: bool = False
    upheld: bool = False
    ended_at: str = ""
    number: str = ""

    @property
    def right(self) -> str:
        """The office it rightly belonged to, as far as the past tells; empty where it does not."""
        if self.returned and self.upheld:
            return self.ended_at if self.ended_at != self.office else ""
        return self.office


class Sample(Struct, frozen=True):
    """One request that would go elsewhere, and what the new rules say to it."""

    number: str
    text: str
    because: str


class Move(Struct):
    """All that would go from one office to another; empty is the triage desk."""

    before: str
    after: str
    count: int = 0
    samples: list[Sample] = field(default_factory=list)


class Rehearsal(Struct):
    """What was found: how many were asked, how many would go elsewhere, and the returns avoided and caused."""

    asked: int = 0
    changed: int = 0
    avoided: int = 0
    caused: int = 0
    topics: int = 0  # those whose topic alone changes
    urgent: int = 0  # those that become urgent, or no longer are
    moves: list[Move] = field(default_factory=list)
    avoided_samples: list[Sample] = field(default_factory=list)
    caused_samples: list[Sample] = field(default_factory=list)


def rehearse(past: Iterable[Past], old: Rulebook, new: Rulebook) -> Rehearsal:
    """Replays `past` through both; holds one request at a time and a few samples a move."""
    found = Rehearsal()
    moves: dict[tuple[str, str], Move] = {}
    for one in past:
        _replay(found, moves, one, old, new)
    found.moves = _ranked(moves)
    return found


def together(parts: Iterable[Rehearsal]) -> Rehearsal:
    """Several rehearsals of one pair of rule sets as one: what several processes found, or several slices."""
    whole = Rehearsal()
    moves: dict[tuple[str, str], Move] = {}
    for part in parts:
        for name in ("asked", "changed", "avoided", "caused", "topics", "urgent"):
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        for name in ("avoided_samples", "caused_samples"):
            setattr(whole, name, (getattr(whole, name) + getattr(part, name))[:SAMPLES])
        for move in part.moves:
            ours = moves.setdefault((move.before, move.after), Move(move.before, move.after))
            ours.count += move.count
            ours.samples = (ours.samples + move.samples)[:SAMPLES]
    whole.moves = _ranked(moves)
    return whole


def _ranked(moves: dict[tuple[str, str], Move]) -> list[Move]:
    return sorted(moves.values(), key=lambda move: (-move.count, move.before, move.after))


def _replay(
    found: Rehearsal, moves: dict[tuple[str, str], Move], past: Past, old: Rulebook, new: Rulebook
) -> None:
    was, would = route(past.asked, old), route(past.asked, new)
    before, after, right = was.office or "", would.office or "", past.right
    found.asked += 1
    found.urgent += was.priority != would.priority
    if before == after:
        found.topics += was.topic != would.topic
        return
    found.changed += 1
    text = " ".join((past.asked.title or past.asked.text).split())[:SHOWN]
    sample = Sample(past.number, text, would.because[-1].say)
    move = moves.setdefault((before, after), Move(before, after))
    move.count += 1
    _keep(move.samples, sample)
    if past.returned and past.upheld and before == past.office and right and after == right:
        found.avoided += 1
        _keep(found.avoided_samples, sample)
    elif right and before == right and after:
        found.caused += 1
        _keep(found.caused_samples, sample)


def _keep(samples: list[Sample], sample: Sample) -> None:
    if len(samples) < SAMPLES:
        samples.append(sample)
