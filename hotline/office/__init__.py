"""The office's tray and the case page: what is to be done, by when, and everything that was."""
