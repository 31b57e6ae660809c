"""Probes: echoes, connections, requests, certificates, databases. Each wait has a deadline."""
