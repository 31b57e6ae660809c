"""The live copy of the network: namespaces, circuits and daemons on one machine (design section 7)."""
