"""The city's own settings as papers with versions: limits, texts, letters, the alert ladder."""
