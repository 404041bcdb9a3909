"""How good is it? Metrics over labels and scores; no torch."""
