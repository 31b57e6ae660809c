"""From what is declared to the finished nouns: homes, equipment, lines, agencies, partners, services."""
