"""Half-precision numbers by NumPy, and a checkpoint written from the description of the format alone.

Writes test/golden/float16.json, test/golden/checkpoint.json and test/golden/quantized.json.
Run: /usr/bin/python3 tools/golden/checkpoint.py
"""

import base64
import hashlib
import json
import pathlib

import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden"
ORIGIN = {
    "tool": "numpy",
    "version": np.__version__,
    "command": "/usr/bin/python3 tools/golden/checkpoint.py",
    "date": "2026-11-22",
}


def float16_cases():
    rng = np.random.default_rng(0)
    scales = np.repeat(2.0 ** np.arange(-27, 17), 6)
    random = rng.standard_normal(scales.size) * scales
    halves = np.arange(0, 0x7C00, 997, dtype=np.uint16).view(np.float16).astype(np.float64)
    steps = np.spacing(halves.astype(np.float16)).astype(np.float64)
    ties = halves + steps / 2
    edges = [0.0, -0.0, 65504, 65519.996, 65520, -65520, 1e9, np.inf, -np.inf, 2.0**-14, 2.0**-24, 2.0**-25, 3e-8, 1e-45]
    values = np.concatenate([random, halves, ties, -ties, edges]).astype(np.float32)
    with np.errstate(over="ignore"):
        nearest = values.astype(np.float16)
    return {
        "float32Bits": values.view(np.uint32).tolist(),
        "float16Bits": nearest.view(np.uint16).tolist(),
        "roundedFloat32Bits": nearest.astype(np.float32).view(np.uint32).tolist(),
    }


def checkpoint():
    kernel = np.array([[0.5, -1.25, 3.0], [1e-3, -65504.0, 2.0**-24]], dtype=np.float32)
    bias = np.array([0.1, -0.2, 0.3], dtype=np.float32)
    step = np.array(1234567890, dtype=np.int32)
    first = kernel.astype("<f4").tobytes()
    halves = bias.astype("<f2").tobytes()
    second = halves + b"\0" * (-len(halves) % 4) + step.astype("<i4").tobytes()
    contents = {"weights-a.bin": first, "weights-b.bin": second}
    manifest = {
        "format": "polyhue",
        "formatVersion": 1,
        "kind": "golden",
        "metadata": {"note": "caf\u00e9", "list": [1, None, True]},
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in contents.items()
        ],
        "tensors": [
            {"name": "kernel", "shape": [2, 3], "dtype": "float32", "storage": "float32", "file": "weights-a.bin", "offset": 0},
            {"name": "bias", "shape": [3], "dtype": "float32", "storage": "float16", "file": "weights-b.bin", "offset": 0},
            {"name": "step", "shape": [], "dtype": "int32", "storage": "int32", "file": "weights-b.bin", "offset": 8},
        ],
    }
    contents["polyhue.json"] = json.dumps(manifest, ensure_ascii=False).encode("utf-8")
    return {
        "files": {name: base64.b64encode(data).decode("ascii") for name, data in contents.items()},
        "values": {
            "kernel": [float(value) for value in kernel.ravel()],
            "bias": [float(value) for value in bias.astype(np.float16)],
            "step": [int(step)],
        },
    }


def quantized():
    rng = np.random.default_rng(1)
    channels = 5
    kernel = (rng.standard_normal((3, 3, 2, channels)) * np.array([1, 1e-3, 300, 0.1, 0])).astype(np.float32)
    kernel[..., 3] = np.abs(kernel[..., 3]) + np.float32(0.5)  # a channel far from zero
    kernel[..., 4] = np.float32(-0.25)  # a channel of one value
    least, most = kernel.min(axis=(0, 1, 2)), kernel.max(axis=(0, 1, 2))
    scale = ((most.astype(np.float64) - least) / 255).astype(np.float32)
    steps = np.where(scale == 0, 1, scale).astype(np.float64)
    codes = np.minimum(np.rint((kernel.astype(np.float64) - least) / steps), 255).astype(np.uint8)
    decoded = (least.astype(np.float64) + scale.astype(np.float64) * codes).astype(np.float32)
    stored = scale.astype("<f4").tobytes() + least.astype("<f4").tobytes() + codes.tobytes()
    name = f"weights-{hashlib.sha256(stored).hexdigest()[:16]}.bin"
    manifest = {
        "format": "polyhue",
        "formatVersion": 2,
        "kind": "golden",
        "metadata": None,
        "files": [{"name": name, "bytes": len(stored), "sha256": hashlib.sha256(stored).hexdigest()}],
        "tensors": [
            {"name": "kernel", "shape": list(kernel.shape), "dtype": "float32", "storage": "uint8", "file": name, "offset": 0},
        ],
    }
    return {
        "kernel": {"shape": list(kernel.shape), "values": [float(value) for value in kernel.ravel()]},
        "decoded": [float(value) for value in decoded.ravel()],
        "manifest": manifest,
        "weights": base64.b64encode(stored).decode("ascii"),
    }


for name, cases in {"float16": float16_cases(), "checkpoint": checkpoint(), "quantized": quantized()}.items():
    (GOLDEN / f"{name}.json").write_text(json.dumps({**ORIGIN, **cases}) + "\n")
