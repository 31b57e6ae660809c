"""Implementations of the ports: devices, hosts, databases, files, clocks."""
