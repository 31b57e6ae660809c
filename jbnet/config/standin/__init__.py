"""Routers with FRR that stand in for hardware in a rehearsal: what a configuration means, said again in FRR's words."""
