"""Where in a face a unit was seen: maps of one moment, by four methods."""
