"""From a camera to words, as they are made: frames, one child's face, her gestures, a voice."""
