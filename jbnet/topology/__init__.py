"""The graph of the network: paths, failure sets, impact. Pure."""
