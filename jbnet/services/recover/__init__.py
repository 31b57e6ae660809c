"""Runbooks carried out: steps, approvals, actions."""
