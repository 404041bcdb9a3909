"""A model for the apps of others: ONNX files, what they want and give as JSON, a README."""
