"""What may be written down: pydantic models of every declared file, strict, unknown keys forbidden."""
