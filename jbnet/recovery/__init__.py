"""Runbooks, replay of a journal, approvals, RTO and RPO arithmetic. Pure: time and text come in as arguments."""
