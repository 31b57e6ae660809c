"""The sheet for whoever puts a new box in a dead one's place: nouns, derivation from the declaration, two printers."""
