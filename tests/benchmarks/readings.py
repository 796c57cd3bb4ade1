"""Due dates read off histories: `python -m tests.benchmarks.readings`.

Readings a second for work orders of 10 and of 50 events, every clock of the case read anew each time, beside the bare
decoding of the same events' facts in the same run.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from cases.history import Event, Note, facts_text
from cases.numbers import public_number
from cases.people import SYSTEM
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import Dispatch, ExtensionGiven, Request, Suspension
from hotline.city.local import load_city
from tests.benchmarks.sweep import CITY, timed

BEGUN = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
FILES = 300  # histories that begin at different moments
AGAIN: list[tuple[str, Any]] = [
    ("suspend", Suspension(ground="season", text="等待雨季结束")),
    ("resume", Note(text="恢复办理")),
    ("note", Note(text="已联系来电人")),
]


def history(n: int, events: int) -> tuple[Event, ...]:
    """A work order that was extended, then held up again and again."""
    asked = Request(kind="complaint", text="小区电梯坏了", channel="web", party=1)
    steps: list[tuple[str, Any]] = [
        ("register", asked), ("dispatch", Dispatch(office="housing")), ("sign_for", None),
        ("start", Note(text="开始办理")), ("approve_extension", ExtensionGiven(days=5)),
    ]  # fmt: skip
    while len(steps) < events:
        steps.append(AGAIN[len(steps) % len(AGAIN)])
    at = BEGUN + timedelta(minutes=37 * n)
    return tuple(
        Event(seq=seq, step=step, at=at + timedelta(hours=5 * seq), recorded_at=at, by=SYSTEM.id, facts=facts)
        for seq, (step, facts) in enumerate(steps, 1)
    )


def run(events: int) -> None:
    """Prints the figures."""
    city, procedure = load_city(CITY), PROCEDURES["work_order"]
    histories = [history(n, events) for n in range(FILES)]
    texts = [(facts_text(event.facts), procedure.step(event.step).asks) for one in histories for event in one]
    bare, _ = timed(lambda: [msgspec.json.decode(text, type=asks) for text, asks in texts if asks])

    def read() -> int:
        files = (File(id=1, number=public_number(1), procedure=procedure, events=one) for one in histories)
        return sum(len(file.readings(city)) for file in files)

    took, readings = timed(read)
    print(f"{events} events: {readings / took:.0f} readings/s, {FILES / took:.0f} histories/s; "
          f"bare decoding of their facts {FILES / bare:.0f} histories/s, reading/decoding = {took / bare:.1f}")


if __name__ == "__main__":
    for count in (10, 50):
        run(count)
