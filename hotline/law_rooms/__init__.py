"""The legal officer's and the mediator's rooms: sittings, their feed, evidence, the mediation table."""
