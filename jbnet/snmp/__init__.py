"""SNMP wire codec and request state machine (RFC 3411-3418, RFC 1901). Pure: sockets live in adapters."""
