"""ONNX sessions on the CPU, each with the optimisation that is quickest here."""

import time
from pathlib import Path

import numpy as np
import onnxruntime

from media.faces.prelu import without_prelu

LEVELS = (
    onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
    onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
)
RUNS = 3
Model = str | bytes
"""The path of a file, or what is in it."""


def options(threads: int) -> onnxruntime.SessionOptions:
    made = onnxruntime.SessionOptions()
    made.intra_op_num_threads = threads
    made.inter_op_num_threads = 1
    made.log_severity_level = 3
    return made


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    return _opened(without_prelu(path.read_bytes()), options(threads))


def quickest_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    model = without_prelu(path.read_bytes())
    return _opened(model, quickest_options(model, threads))


def quickest_options(model: Model, threads: int) -> onnxruntime.SessionOptions:
    """Tried out once: on some processors the blocked layout (ENABLE_ALL) makes a
    recognition model three times slower, on others faster (onnxruntime 1.32)."""
    return min(
        (_at(level, threads) for level in LEVELS), key=lambda it: _run_s(model, it)
    )


def _at(
    level: onnxruntime.GraphOptimizationLevel, threads: int
) -> onnxruntime.SessionOptions:
    made = options(threads)
    made.graph_optimization_level = level
    return made


def _opened(
    model: Model, how: onnxruntime.SessionOptions
) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(model, how, providers=["CPUExecutionProvider"])


def _run_s(model: Model, how: onnxruntime.SessionOptions) -> float:
    it = _opened(model, how)
    (wanted,) = it.get_inputs()
    shape = [side if isinstance(side, int) else 1 for side in wanted.shape]
    tensor = np.zeros(shape, np.float32)
    it.run(None, {wanted.name: tensor})
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        it.run(None, {wanted.name: tensor})
        took.append(time.perf_counter() - began)
    return min(took)
