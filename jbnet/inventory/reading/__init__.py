"""From the text of a YAML file to plain data with the place of every key and value."""
