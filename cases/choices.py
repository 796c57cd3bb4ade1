"""The buttons of a case: every step an actor could ever take there, and why not now."""

from datetime import datetime

from msgspec import Struct

from cases.city import City
from cases.people import Actor
from cases.procedure import Attempt, File, Refused, Step, why_not


class Choice(Struct, frozen=True):
    """One button: the step, and why it is grey (None: it may be taken)."""

    step: Step
    refused: Refused | None


def choices(file: File, actor: Actor, now: datetime, city: City) -> list[Choice]:
    """The steps the actor's roles could ever take here, each with the reason why not now."""
    found = []
    for step in file.procedure.steps:
        if step.opens or step.hidden or not actor.has(step.by):
            continue
        attempt = Attempt(file=file, step=step, actor=actor, at=now, now=now, city=city)
        found.append(Choice(step, why_not(attempt)))
    return found
