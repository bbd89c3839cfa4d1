"""Models as others keep them: PyTorch's modules, NumPy's arrays, safetensors."""
