"""One transaction's worth of changes: read what they need and decide each; what is decided waits in a draft.

Deciding is `why_not` and nothing else. A file changed twice in one batch is seen by the second change as
the first left it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from cases.across import ASKED_AGAIN, barred
from cases.changes import Change, Deed, Opening, Taking, Written
from cases.city import City
from cases.clocks import latest
from cases.draft import Draft
from cases.history import CORRECT, FIRST_DIGEST, Correction, Event, facts_text, seal
from cases.kinship import NOBODY, kin_of, opened_by, person_index, pointed_to, source_of
from cases.lists import load_files
from cases.numbers import parse_number, public_number
from cases.origin import GaveRise, act_key
from cases.outbox import owed
from cases.parties import Vault
from cases.people import Actor
from cases.procedure import Attempt, File, Refused, why_not
from cases.procedures import PROCEDURES
from cases.procedures.merging import moved_by, taken_in
from cases.procedures.work_order_facts import TakenIn
from cases.tables import KeyRow, OutboxRow, PartyRow

ASKED_BY = KeyRow.key.in_(bindparam("keys", expanding=True))
USED_KEYS = select(KeyRow.key, KeyRow.case_id, KeyRow.asked).where(ASKED_BY)
USED = "这个幂等键已经用于另一份内容不同的提交"


class Batch:
    """Changes decided together. `ids` yields a case id for each opening."""

    def __init__(self, connection: Connection, city: City, vault: Vault, ids: Iterator[int]) -> None:
        self.connection, self.city, self.vault, self.ids = connection, city, vault, ids
        self.files: dict[int, File] = {}
        self.keys: dict[str, tuple[int, str]] = {}  # key → case, digest of what was asked
        self.draft = Draft()
        self.acts: dict[tuple[str, str], set[int]] = {}  # act and person → the cases opened in this very batch

    def read(self, changes: Sequence[Change]) -> None:
        """Loads the keys and the files that `changes` speak of."""
        keys = [change.key for change in changes if not isinstance(change, Deed) and change.key]
        if keys:
            found = self.connection.execute(USED_KEYS, {"keys": keys})
            self.keys = {key: (case, asked) for key, case, asked in found}
        wanted = {case for case, _ in self.keys.values()}
        for change in changes:
            if isinstance(change, Taking):
                wanted.add(change.case)
                wanted.update(pointed_to(change.facts))
            elif isinstance(change, Opening):
                wanted.update(other for move in change.follow for other in pointed_to(move.facts))
                if source := source_of(change.facts):
                    wanted.add(source)
        self.files = load_files(self.connection, wanted)

    def decide(self, change: Opening | Taking) -> Written | Refused:
        """What becomes of one change; its rows wait in the draft."""
        used = self.keys.get(change.key) if change.key else None
        if used is not None:
            case, asked = used
            if asked != change.asked:
                return Refused(USED, field="Idempotency-Key")
            return self._written(self.files[case], new=False)
        return self._open(change) if isinstance(change, Opening) else self._take(change)

    # -- deciding ------------------------------------------------------------------------------------

    def _open(self, change: Opening) -> Written | Refused:
        source = source_of(change.facts)
        act, refused = self._asked_of(change, source)
        if refused is not None:
            return refused
        case = next(self.ids)
        facts = msgspec.structs.replace(change.facts, party=case)
        procedure = PROCEDURES[change.procedure]
        opening = next(step for step in procedure.steps if step.opens)
        file = File(id=case, number=public_number(case), procedure=procedure, events=())
        file = self._append(file, opening.name, facts, change.at, change)
        for move in change.follow:
            attempt = self._attempt(file, move.step, move.actor, move.facts, change.at, change.now)
            if why_not(attempt) is None:  # one that may not be leaves the case in triage, never lost
                file = self._append(file, move.step, move.facts, change.at, change, move.actor)
        self.draft.opened.add(case)
        if change.also:
            self.draft.tie(change.also, case)
        party = opened_by(self.connection, self.vault, case, change.person, source, change.now)
        self.draft.add(PartyRow, party)
        if not change.quiet:
            for event in file.events:
                self._tell(file, event, change.now, party["phone_kind"] == "mobile")
        if source is not None:
            arises_from = self.files[source]
            arose = GaveRise(case=file.number, procedure=procedure.title)
            self._hold(self._append(arises_from, "gave_rise", arose, change.now, change), len(arises_from.events))
        self.acts.setdefault(act, set()).add(case)
        self._tell_lead(file, change)
        return self._keep(file, change)

    def _tell_lead(self, file: File, change: Opening | Taking) -> None:
        """Writes into a lead case's history that `file` came in by its last step, or is inside no more."""
        merged, out = moved_by(file)
        if merged is None:
            return
        (lead,) = self._loaded(pointed_to(merged))
        if out is None:
            after = self._append(lead, "took_in", TakenIn(number=file.number), change.now, change)
        else:
            gone = next(e.seq for e in lead.history if e.step == "took_in" and e.facts.number == file.number)
            undone = Correction(seq=gone, reason=out.reason, void=True)
            after = self._append(lead, CORRECT, undone, change.now, change)
        self._hold(after, len(lead.events))

    def _inside(self, lead: File) -> list[File]:
        """The cases that were merged into `lead`, as this batch has left them."""
        return self._loaded([case for number in taken_in(lead) if (case := parse_number(number))])

    def _asked_of(self, change: Opening, source: int | None) -> tuple[tuple[str, str], Refused | None]:
        """Whose act an opening is about, and why it may not be because of another case of the same matter."""
        if not hasattr(change.facts, "about"):
            return ("", ""), None
        arises_from = self.files.get(source) if source is not None else None
        if source is not None and arises_from is None:
            return ("", ""), Refused(f"没有编号为{change.facts.from_case}的案件", field="from_case")
        act = (act_key(change.facts.about), person_index(self.connection, self.vault, change.person, source))
        kin = self._kin(source, *act) | (self.acts.get(act, set()) if all(act) else set())
        return act, barred(change.procedure, change.facts, arises_from, self._loaded(kin))

    def _kin(self, case: int | None, about: str, index: str) -> set[int]:
        asked = (case, about, index)
        self.draft.matters[asked] = kin_of(self.connection, *asked)
        return self.draft.matters[asked]

    def _loaded(self, cases: Iterable[int]) -> list[File]:
        """The files of `cases`, as this batch has left them."""
        missing = [case for case in cases if case not in self.files]
        self.files |= load_files(self.connection, missing)
        return [self.files[case] for case in sorted(cases) if case in self.files]

    def _taken_elsewhere(self, file: File, change: Taking) -> Refused | None:
        """Whether another procedure on the same matter stands in the way of taking this one on."""
        if (file.procedure.name, change.step) not in ASKED_AGAIN:
            return None
        facts = file.opening.facts
        index = person_index(self.connection, self.vault, NOBODY, file.id)
        kin = self._kin(file.id, facts.about, index) - {file.id}
        return barred(file.procedure.name, facts, None, self._loaded(kin))

    def _take(self, change: Taking) -> Written | Refused:
        file = self.files.get(change.case)
        if file is None:
            return Refused(f"没有编号为{public_number(change.case)}的案件", field="number")
        if change.seen is not None and change.seen != file.events[-1].seq:
            return Refused("案件在您打开页面之后已有新的进展，请看过再办", field="seen")
        try:
            attempt = self._attempt(file, change.step, change.actor, change.facts, change.at, change.now)
        except KeyError:
            return Refused(f"{file.procedure.title}没有“{change.step}”这个步骤", field="step")
        if attempt.step.asks is not None and not isinstance(change.facts, attempt.step.asks):
            return Refused(f"{attempt.step.title}需要填写内容", attempt.step.article, "facts")
        refused = why_not(attempt) or self._taken_elsewhere(file, change)
        if refused is not None:
            return refused
        try:
            after = self._append(file, change.step, change.facts, change.at, change)
        except msgspec.ValidationError as wrong:
            return Refused(f"填写的内容不合要求：{wrong}", attempt.step.article, "facts")
        broken = next((said for keeps in file.procedure.keeps if (said := keeps(after))), None)
        if broken is not None:
            return Refused(broken, attempt.step.article)
        if not change.quiet:
            self._tell(after, after.events[-1], change.now)
        self._tell_lead(after, change)
        return self._keep(after, change, seen=len(file.events))

    def _attempt(
        self, file: File, step: str, actor: Actor, facts: Any, at: datetime, now: datetime
    ) -> Attempt:
        other = next((self.files.get(case) for case in pointed_to(facts)), None)
        return Attempt(
            file=file,
            step=file.procedure.step(step),
            actor=actor,
            at=at,
            now=now,
            city=self.city,
            facts=facts,
            other=other,
        )

    def _append(
        self, file: File, step: str, facts: Any, at: datetime, change: Opening | Taking, actor: Actor | None = None
    ) -> File:
        last = file.events[-1] if file.events else None
        event = Event(
            seq=last.seq + 1 if last else 1,
            step=step,
            at=at,
            recorded_at=change.now,
            by=(actor or change.actor).id,
            facts=facts,
        )
        text = facts_text(facts)
        asks = file.procedure.step(step).asks
        if asks is not None:
            msgspec.json.decode(text, type=asks)  # what is written must be readable: the limits of every field hold
        digest = seal(last.digest if last else FIRST_DIGEST, file.id, event, text)
        event = msgspec.structs.replace(event, digest=digest)
        return file.with_event(event)

    def _hold(self, file: File, seen: int) -> None:
        self.files[file.id] = file
        self.draft.hold(file, seen)

    def _keep(self, file: File, change: Opening | Taking, seen: int = 0) -> Written:
        self._hold(file, seen)
        if change.key:
            self.keys[change.key] = (file.id, change.asked)
            row = {"key": change.key, "case_id": file.id, "asked": change.asked, "created_at": change.now}
            self.draft.add(KeyRow, row)
        return self._written(file, new=True)

    def _tell(self, file: File, event: Event, now: datetime, reachable: bool = True) -> None:
        owed_to = file.procedure.tells.get(event.step, ())
        tells = tuple(tell for tell in owed_to if reachable or tell.to != "party")
        if not tells:
            return
        written = self._written(file, new=True)
        facts = {"number": file.number, "promised": written.promised_at}
        for row in owed(file, event.seq, tells, facts, now):
            self.draft.add(OutboxRow, row)
        if event.step in file.procedure.follows:
            for other in self._inside(file):
                facts = {"number": other.number, "lead": file.number}
                for row in owed(other, event.seq, tells, facts, now):
                    self.draft.add(OutboxRow, {**row, "dedupe": f"{file.id}>{row['dedupe']}"})

    def _written(self, file: File, new: bool) -> Written:
        promise = latest(file.readings(self.city), file.procedure.promise)
        return Written(
            case=file.id,
            number=file.number,
            seq=file.events[-1].seq,
            stage=file.stage,
            promised_at=promise.end.moment if promise and promise.end else None,
            new=new,
        )
