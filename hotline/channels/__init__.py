"""Where requests come in: the telephone exchange, the web, text messages. Each parses into one struct and
hands it to `intake`; none decides anything about a case.
"""
