"""People at one table: who may sit, what a session's record must hold, what an agreement needs to stand.

Rules as pure functions over values. The limits themselves are those of the mediation procedure in `cases`,
asked for by id and never written a second time. Never meets `routing`.
"""
