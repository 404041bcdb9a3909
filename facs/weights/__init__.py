"""The shipped ONNX files; each has its model card in docs/models/."""
