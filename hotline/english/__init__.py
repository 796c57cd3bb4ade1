"""English beside the Chinese: the Chinese in templates and code is the source, `hotline/locale` holds the English.

Nobody marks a text. Templates are translated when they are compiled, and what Python made is translated when it is
printed; what people wrote is printed with `|e` and stays as they wrote it.
"""
