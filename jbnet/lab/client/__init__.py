"""The client outside: writes through the service addresses all along, and records what was acknowledged.

``python -m jbnet.lab.client`` writes as an office does; ``python -m jbnet.lab.client.probe`` tries both
sites at once. Neither shares code or state with what they judge.
"""
