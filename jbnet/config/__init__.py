"""Device configuration: rendering and comparing. Pure."""
