"""Frozen nouns, identifiers, enums, findings and the exception tree; imports nothing of jbnet."""
