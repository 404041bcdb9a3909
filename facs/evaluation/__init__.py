"""How good is it? Metrics over labels and scores, any CSV against any CSV; no torch."""
