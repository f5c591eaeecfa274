"""REST, command line, identity, settings and wiring: the one way in (Measure, Article 6)."""
