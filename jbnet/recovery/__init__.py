"""Runbooks, journal replay, the next step, RTO and RPO arithmetic. Pure."""
