"""What is owed to be told: rows put down in the same transaction as the event that owes them.

A row names whom, never a telephone number; the number is opened at delivery. `dedupe` makes each telling
one, however often it is put down.
"""

from datetime import datetime
from typing import Any

import msgspec

from cases.procedure import File, Tell


def owed(
    file: File, seq: int, tells: tuple[Tell, ...], facts: dict[str, Any], now: datetime
) -> list[dict[str, Any]]:
    """The outbox rows that event `seq` of `file` owes."""
    return [
        message(
            dedupe=f"{file.id}:{seq}:{tell.template}",
            case=file.id,
            recipient=_recipient(file, seq, tell),
            template=tell.template,
            facts=facts,
            now=now,
        )
        for tell in tells
    ]


def message(
    *, dedupe: str, case: int | None, recipient: str, template: str, facts: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """One waiting row."""
    return {
        "dedupe": dedupe,
        "case_id": case,
        "means": "sms",
        "recipient": recipient,
        "template": template,
        "facts": msgspec.json.encode(facts).decode(),
        "created_at": now,
        "state": "waiting",
        "tries": 0,
        "next_at": now,
        "sent_at": None,
        "error": "",
    }


def _recipient(file: File, seq: int, tell: Tell) -> str:
    if tell.to == "party":
        return f"party:{file.opening.facts.party}"
    if tell.to == "office":
        return f"office:{file.office}"
    said = next(event.facts for event in file.events if event.seq == seq)
    return f"{tell.to}:{getattr(said, 'number', '')}"  # emergency:119
