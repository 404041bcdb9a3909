"""Faces whose every muscle is known, because we moved it: labelled pictures to train on."""
