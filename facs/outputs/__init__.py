"""What other people's tools read, and pictures of it."""
