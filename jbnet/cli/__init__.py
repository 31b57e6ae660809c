"""The command line: jbnet [-C DIR] [--json] [--lang en|zh] COMMAND."""
