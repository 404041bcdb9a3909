"""Finding faces, following them, and saying how well each can be scored."""
