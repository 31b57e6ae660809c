"""The report of an execution: one signed document, from its journal and what else is known of it."""
