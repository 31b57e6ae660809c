"""The live copy of the network: namespaces, links and daemons on this machine."""
