"""jbnet: declare a hierarchical wide-area network once; configure, watch and recover it from that text."""

__version__ = "0.1.0"
