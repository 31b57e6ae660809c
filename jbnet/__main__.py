"""Entry point of ``python -m jbnet`` and of the ``jbnet`` command."""

from jbnet.cli.app import main

if __name__ == "__main__":
    main()
