"""The agent's desk: calls, drafts, call-backs, what waits for a person to dispatch it."""
