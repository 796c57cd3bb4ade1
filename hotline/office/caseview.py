"""What a case's page and its JSON are made of: the file, its names and its neighbours, read in a few statements."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from cases.across import arising
from cases.choices import Choice, choices
from cases.clocks import latest
from cases.corrections import BEYOND
from cases.history import CORRECT
from cases.kinship import linked
from cases.lists import load_file, load_files, merged_into
from cases.parties import Person
from cases.procedure import CORRECTING, Attempt, File, why_not
from cases.procedures.work_order_facts import CHANNELS, KINDS
from cases.procedures.work_order_guards import IN_CONFIDENCE, withheld
from cases.remedies import nothing_left, remedies
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.attachments import known
from hotline.calendar.lights import due_words, moment_words
from hotline.fields import Field, Options, fields_of
from hotline.house import House
from hotline.knowledge import norms
from hotline.law_rooms import legal_file
from hotline.letters import book as letter_book
from hotline.masks import behind_mask, in_clear
from hotline.office import case_office
from hotline.office.casefile import Entry, Words, bars, entries, people_of
from hotline.progress import digests
from hotline.rules import route_view
from hotline.web import day

FIRST = ("sign_for", "dispatch", "answer", "start")  # what is usually next stands first


class Button(Struct, frozen=True, kw_only=True):
    """One step as a button: open with its form, or grey with the reason why not."""

    name: str
    title: str
    article: str
    refused: str
    confirm: str
    fields: list[Field]
    open: bool


def whose(house: House, case: int) -> Person:
    """The person of a case in clear: only for who has just been recorded as looking."""
    with house.reading() as connection:
        return in_clear(connection, house.vault, case)


def shown(
    house: House,
    seat: Seat,
    case: int,
    step: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything `case.html` draws. `step` is the form that came back, with `typed` in it and `errors` beside."""
    typed, errors = typed or {}, errors or {}
    with house.reading() as connection:
        file = load_file(connection, case)
        assert file is not None, "the door has seen it"
        words = Words(bell.names(connection, people_of(file)), house.book)
        person = _person(connection, house, seat, file)
        neighbours = _neighbours(connection, file)
        history = entries(file, house.city, words)
        office = case_office.beside(connection, house, seat, file, words)
        letters = letter_book.listed(connection, house, seat, file)
    return {
        **_read(file, house, words),
        **person,
        "history": history,
        "beyond": BEYOND | {CORRECT} if seat.roles & CORRECTING.by else None,
        "attached": {one.digest: one for one in known(house, digests(file))},
        **neighbours,
        "rises": arising(seat.actor, file.procedure.name),
        **legal_file.shown(file, words, letters, house.city),
        "buttons": _buttons(file, seat, house, step, typed, errors),
        "errors": errors,
        "step": step,
        "typed": typed,
        "key": uuid4().hex,
        **office,
        "problem": "",
        "done": "",
    }


def _person(connection: Connection, house: House, seat: Seat, file: File) -> dict[str, Any]:
    """Whom the file is about as this seat sees it, and whether it may look further."""
    kept = withheld(file, seat.actor)
    return {
        "person": behind_mask(connection, house.vault, file.opening.facts.party, kept),
        "unmasked": False,
        "in_confidence": IN_CONFIDENCE if kept else "",
        "may_unmask": _may_unmask(file, seat, house),
    }


def _neighbours(connection: Connection, file: File) -> dict[str, list[tuple[str, str]]]:
    """The cases merged into this one, the one it arose from, and those it gave rise to: number and title."""
    came, gave = linked(connection, file.id)
    files = load_files(connection, [*came, *gave])
    return {
        "merged": [(m.number, getattr(m.opening.facts, "title", "")) for m in merged_into(connection, file.number)],
        "came": [(files[case].number, files[case].procedure.title) for case in came],
        "gave": [(files[case].number, files[case].procedure.title) for case in gave],
        "cited": norms.cited_in(connection, file),
    }


def _read(file: File, house: House, words: Words) -> dict[str, Any]:
    """What is read off the file alone."""
    clocks, asked = bars(file, house.city, house.now(), words), file.opening.facts
    text = " ".join(getattr(asked, "text", "").split())
    return {
        "file": file,
        "asked": asked,
        "title": getattr(asked, "title", "") or text[:40] or file.procedure.title,
        "dispatched": route_view.dispatched(file),
        "remedies": remedies(file, house.city, house.now()),
        "no_remedy": nothing_left(file, house.city, house.now()),
        "particulars": _particulars(file, words, house),
        "clocks": clocks,
        "main_clock": next((bar for bar in clocks if bar.open and not bar.citizen), None),
        "lead": next(
            (getattr(event.facts, "into", "") for event in reversed(file.history) if event.step == "merge"),
            "",
        ),
    }


def _particulars(file: File, words: Words, house: House) -> list[tuple[str, str]]:
    """What stands under the words of the request, with its names; what is empty is left out."""
    asked, city = file.opening.facts, house.city
    promise = latest(file.readings(city), file.procedure.promise)
    offices = "、".join(words.office(code) for code in file.co_offices)
    found = [
        ("类别", KINDS.get(getattr(asked, "kind", ""), "")),
        ("来源", CHANNELS.get(getattr(asked, "channel", ""), "")),
        ("登记", f"{day(file.opening.at, city.calendar)} {moment_words(file.opening.at, city.calendar)[-5:]}"),
        ("事项", words.topic(_last_named(file, "topic"))),
        ("街道", words.street(_last_named(file, "street"))),
        ("地点", getattr(asked, "place", "")),
        ("主办", words.office(file.office)),
        ("协办", offices),
        ("经办", words.who(file.in_charge) if file.in_charge else ""),
        ("承诺答复", due_words(promise.end.moment, city.calendar) if promise and promise.end else ""),
    ]
    return [(name, value) for name, value in found if value]


def _last_named(file: File, name: str) -> str:
    named = (str(getattr(event.facts, name, "") or "") for event in reversed(file.history))
    return next((value for value in named if value), "")


def _may_unmask(file: File, seat: Seat, house: House) -> bool:
    step = next((step for step in file.procedure.steps if step.name == "unmask"), None)
    if step is None:
        return False
    now = house.now()
    attempt = Attempt(file=file, step=step, actor=seat.actor, at=now, now=now, city=house.city)
    return why_not(attempt) is None


def _buttons(
    file: File, seat: Seat, house: House, step: str, typed: Mapping[str, str], errors: Mapping[str, str]
) -> list[Button]:
    offers = offers_for(file, seat, house)
    found = [
        _button(choice, typed if choice.step.name == step else {}, errors if choice.step.name == step else {}, offers,
                choice.step.name == step)
        for choice in choices(file, seat.actor, house.now(), house.city)
    ]  # fmt: skip
    order = {name: n for n, name in enumerate(FIRST)}
    return sorted(found, key=lambda button: (bool(button.refused), order.get(button.name, len(order))))


def _button(
    choice: Choice,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    offers: Mapping[str, Options],
    open_: bool,
) -> Button:
    step = choice.step
    given = {
        name: options
        for name, options in offers.items()
        if name != "letter" or step.name == "reply_supervision"
    }
    return Button(
        name=step.name,
        title=step.title,
        article=str(step.article),
        refused=choice.refused.message if choice.refused else "",
        confirm=step.confirm,
        fields=fields_of(step.asks, typed, errors, given),
        open=open_,
    )


def offers_for(file: File, seat: Seat, house: House) -> dict[str, Options]:
    """What a select offers that no struct can list: offices, topics, streets, letters that wait for an answer."""
    offices = sorted(house.city.offices.items(), key=lambda item: item[1])
    answered = {event.facts.letter for event in file.history if event.step == "reply_supervision"}
    letters = [event.facts.letter for event in file.history if event.step == "supervise"]
    own = seat.office in file.co_offices
    return {
        "office": [(seat.office, house.city.offices.get(seat.office, seat.office))] if own else offices,
        "suggests": offices,
        "topic": [(topic.code, topic.full) for topic in house.book.topics],
        "street": list(house.book.places.streets.items()),
        "letter": [(letter, letter) for letter in letters if letter not in answered],
    }


def as_json(house: House, seat: Seat, case: int) -> dict[str, Any]:
    """The case for programs: where it stands, its clocks explained, its history without personal data."""
    now, city = house.now(), house.city
    with house.reading() as connection:
        file = load_file(connection, case)
        assert file is not None, "the door has seen it"
        words = Words(bell.names(connection, people_of(file)), house.book)
        letters = letter_book.listed(connection, house, seat, file)
        near = _neighbours(connection, file)
    return {
        "number": file.number,
        "letters": letters,
        "procedure": file.procedure.name,
        "stage": file.stage,
        "stage_title": file.procedure.stages[file.stage],
        "ended": file.ended,
        "office": file.office,
        "co_offices": file.co_offices,
        "in_charge": words.who(file.in_charge) if file.in_charge else "",
        "seq": file.events[-1].seq,
        "from_case": next((number for number, _ in near["came"]), None),
        "gave_rise": [number for number, _ in near["gave"]],
        "routing": msgspec.to_builtins(route_view.dispatched(file)),
        "remedies": msgspec.to_builtins(remedies(file, city, now), str_keys=True),
        "no_remedy": nothing_left(file, city, now),
        "clocks": [_clock_json(bar) for bar in bars(file, city, now, words)],
        "history": [_entry_json(entry) for entry in entries(file, city, words)],
        "steps": [
            {"step": choice.step.name, "title": choice.step.title,
             "why_not": str(choice.refused) if choice.refused else None}
            for choice in choices(file, seat.actor, now, city)
        ],
    }  # fmt: skip


def _clock_json(bar: Any) -> dict[str, Any]:
    days = [{"date": day.date, "counted": day.counted, "because": day.because} for day in bar.days]
    names = ("id", "title", "article", "state", "open", "due_at", "lengths", "begun", "start_event", "stopped",
             "pauses", "extended", "rolled", "provisional")  # fmt: skip
    return {name: getattr(bar, name) for name in names} | {
        "light": bar.light.sort,
        "words": bar.light.words,
        "days": days,
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "step": entry.step,
        "title": entry.title,
        "at": entry.moment,
        "by": entry.who,
        "void": entry.void,
        **({"version": entry.version, "rule": entry.rule} if entry.version else {}),
        "facts": {fact.title: list(fact.attachments) or fact.value for fact in entry.facts},
    }
