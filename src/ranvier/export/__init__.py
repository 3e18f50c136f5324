"""Models as programs for inference, without Python: StableHLO and ONNX."""

from ranvier.export._export import export_model

__all__ = ["export_model"]
