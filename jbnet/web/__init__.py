"""The NOC's page."""
