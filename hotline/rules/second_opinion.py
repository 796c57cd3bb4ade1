"""The second opinion in the house: what the city's own model says where rules are silent or say otherwise.

It proposes and a person decides; only from the confidence the city has set in its edition of the day, and
only where no gate and no rule has spoken, does it dispatch, under its own name. The model is one file in the
data folder, read again when it is replaced; a broken one is no opinion, and the log says so.
"""

import logging
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from cases.changes import Move
from cases.people import SYSTEM
from cases.procedures.work_order_facts import Dispatch
from hotline.city.figures import least_confidence
from hotline.house import House
from hotline.settings import Settings
from routing import Asked, Routed, Rulebook
from routing.classify import Model, Proposal, Reading, propose, read, spoken, weighed
from routing.opinion_file import ModelError, load

log = logging.getLogger("hotline.rules.second_opinion")

RULE = "classifier"  # in place of a rule's name, where it dispatched
ODD = 0.5  # below this it does not gainsay a rule
FILE = "second_opinion.model"


class Guess(Struct, frozen=True, kw_only=True):
    """One answer: code and title, how sure (0 … 1), and what it would say next."""

    code: str
    title: str
    confidence: float
    second: str


class Opinion(Struct, frozen=True, kw_only=True):
    """What the model says of one request; `against` when a rule has spoken otherwise."""

    office: Guess
    topic: Guess | None
    words: tuple[str, ...]
    model: str
    against: bool

    @property
    def sure(self) -> bool:
        """Whether it is likelier right than wrong."""
        return self.office.confidence >= ODD

    @property
    def says(self) -> str:
        """The opinion in a sentence."""
        topic = f"，事项「{self.topic.title}」（{self.topic.confidence:.0%}）" if self.topic else ""
        words = f"；看重{''.join(f'「{word}」' for word in self.words)}" if self.words else ""
        second = f"，其次{self.office.second}" if self.office.second else ""
        lead = "二次意见与规则不同" if self.against else "二次意见"
        return (
            f"{lead}：{self.office.title}（置信度{self.office.confidence:.2f}{second}）{topic}{words}。"
            f"由本市办成的派单学得，模型版本{self.model}"
        )


def model_path(settings: Settings) -> Path:
    """Where the model in force stands."""
    return settings.data / FILE


def model_of(house: House) -> Model | None:
    """The model in force, or None."""
    path = model_path(house.settings)
    try:
        state = path.stat()
    except OSError:
        return None
    return _read(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=2)
def _read(path: Path, *state: int) -> Model | None:
    try:
        return load(path).model
    except (ModelError, OSError) as wrong:
        log.warning("no second opinion: %s", wrong)
        return None


def opinion(house: House, title: str, text: str, office: str | None = None) -> Opinion | None:
    """What the model thinks where the rules sent a request to no `office`, or would have sent it elsewhere;
    None when there is no model of this city, or it agrees, or is too unsure to gainsay a rule."""
    model = model_of(house)
    if model is None or "office" not in model.heads:
        return None
    book, titles = house.book, house.city.offices
    seen = read(model, title, text, spoken(book, title, text))
    found = propose(model.heads["office"], seen)
    if found.label not in titles or (office and (found.label == office or found.confidence < ODD)):
        return None
    return Opinion(
        office=Guess(
            code=found.label, title=titles[found.label], confidence=found.confidence,
            second=titles.get(found.second, ""),
        ),
        topic=_topic(model, seen, book),
        words=_words(model, seen, found),
        model=model.version,
        against=bool(office),
    )  # fmt: skip


def beside(house: House, asked: Asked, routed: Routed) -> Opinion | None:
    """The opinion beside a route; none on what belongs elsewhere or says nothing."""
    if routed.gate and routed.gate.acts in ("outside", "empty"):
        return None
    return opinion(house, asked.title, asked.text, routed.office)


def _topic(model: Model, seen: Reading, book: Rulebook) -> Guess | None:
    if "topic" not in model.heads:
        return None
    found = propose(model.heads["topic"], seen)
    full = {
        code: book.topics[book.numbers[code]].full
        for code in (found.label, found.second)
        if code in book.numbers
    }
    if found.label not in full:
        return None
    second = full.get(found.second, "")
    return Guess(code=found.label, title=full[found.label], confidence=found.confidence, second=second)


def _words(model: Model, seen: Reading, found: Proposal) -> tuple[str, ...]:
    return tuple(one.word for one in weighed(model, model.heads["office"], seen, found))


def dispatches(house: House, title: str, text: str, routed: Routed) -> tuple[Move, ...]:
    """The dispatch a sure enough second opinion makes where nothing else spoke and no place is to be asked
    back; none unless the city allows it."""
    edition = house.city.edition(house.city.calendar.day_of(house.now()))
    least = least_confidence(house)
    if least is None or routed.gate or routed.office or routed.ask:
        return ()
    found = opinion(house, title, text)
    if found is None or found.office.confidence < least:
        return ()
    because = (
        *(reason.say for reason in routed.because if reason.what != "triage"),
        f"{found.says}；不低于《{edition.name}》规定的{least:.2f}，自动派出。",
    )
    topic = found.topic.code if found.topic else ""
    facts = Dispatch(
        office=found.office.code,
        because=because,
        topic=routed.topic or topic,
        version=routed.version,
        rule=RULE,
    )
    return (Move("dispatch", facts, SYSTEM),)
