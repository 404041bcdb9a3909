"""The two-stream network: its specification, its layers, the shipped files and the engines."""
