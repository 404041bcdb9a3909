"""What movements mean for one person: her rest, her gestures, and published prototypes."""
