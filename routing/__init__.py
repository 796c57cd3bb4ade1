"""Routing: whose matter is it? Rules in four TOML files, one pure function, every answer with its reasons."""

from routing.catalogue import Rulebook, load
from routing.match import Asked, Routed, explain, route

__all__ = ["Asked", "Routed", "Rulebook", "explain", "load", "route"]
