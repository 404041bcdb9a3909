"""From a face in a picture to what the network sees: aligned crop, mask, flow, window."""
