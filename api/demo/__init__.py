"""The whole procedure, played over REST by every party, on an embedded default."""
