"""The declaration for other tools and back: tables, CSV, edits of YAML in place, Ansible."""
