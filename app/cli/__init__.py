"""The command line: the same verbs without pixels. Thin: parse, call a verb, print text or JSON."""
