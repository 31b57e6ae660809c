"""The score of a site by GB/T 20988: seven elements, each 1 to 6; the total is the lowest."""
