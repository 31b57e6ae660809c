"""The address plan: blocks recorded once and never moved, what they are cut into, and whose each address is."""
