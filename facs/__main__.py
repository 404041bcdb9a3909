"""``python -m facs``."""

from facs.cli import main

main()
