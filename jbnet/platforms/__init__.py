"""What each network operating system can do, as data."""
