"""Subcommands of ``facs`` that fill a file of their own."""
