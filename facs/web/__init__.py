"""A web page on this machine: a video in, its action units out, and nothing leaves it."""
