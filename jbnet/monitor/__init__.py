"""Samples, rates, states, events and incidents. Pure: time comes in as an argument."""
