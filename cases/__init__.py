"""The case file: law, calendar, periods, history, clocks, procedures, and the ledger that writes them down.

Imports nothing of ours from outside this package; every other package stands on it.
"""
