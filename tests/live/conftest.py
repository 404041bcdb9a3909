"""The command as a user runs it, also here."""

from tests.commands.conftest import facs as facs
