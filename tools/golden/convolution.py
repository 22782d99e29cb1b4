"""Convolutions and their gradients by PyTorch autograd, for test/backends/convolution.test.ts.

Run: python3 tools/golden/convolution.py
Inputs are uniform in [-1, 1], rounded to 4 digits; layouts are those of TensorFlow.js (NHWC, HWIO).
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.manual_seed(0)


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().double().flatten().tolist()]


def draw(*shape):
    return (torch.rand(*shape, dtype=torch.float64) * 2 - 1).mul(1e4).round().div(1e4)


def case(name, size, channels, kernel, strides, pad, depthwise=False):
    """pad is top, bottom, left, right; channels are (in, out) or, if depthwise, (in, multiplier)."""
    x = draw(2, size[0], size[1], channels[0]).requires_grad_()
    weights = draw(kernel[0], kernel[1], *channels).requires_grad_()
    top, bottom, left, right = pad
    padded = functional.pad(x.permute(0, 3, 1, 2), (left, right, top, bottom))
    if depthwise:
        filters = weights.permute(2, 3, 0, 1).reshape(channels[0] * channels[1], 1, *kernel)
        y = functional.conv2d(padded, filters, stride=strides, groups=channels[0])
    else:
        y = functional.conv2d(padded, weights.permute(3, 2, 0, 1), stride=strides)
    y = y.permute(0, 2, 3, 1)
    dy = draw(*y.shape)
    y.backward(dy)
    return {
        "name": name,
        "case": {
            "batch": 2,
            "size": list(size),
            "inChannels": channels[0],
            "outChannels": channels[1],
            "kernel": list(kernel),
            "strides": list(strides),
            "pad": list(pad),
            "depthwise": depthwise,
        },
        "inputs": {"x": numbers(x), "filter": numbers(weights), "dy": numbers(dy)},
        "outputs": {"y": numbers(y), "dx": numbers(x.grad), "dfilter": numbers(weights.grad)},
    }


CASES = [
    case("3x3, stride 1, same", (6, 5), (3, 4), (3, 3), (1, 1), (1, 1, 1, 1)),
    case("5x5, stride 2, same on an even size", (8, 8), (2, 3), (5, 5), (2, 2), (1, 2, 1, 2)),
    case("4x3, stride 3 by 2, asymmetric", (7, 6), (2, 3), (4, 3), (3, 2), (2, 0, 1, 3)),
    case("1x1", (4, 4), (5, 3), (1, 1), (1, 1), (0, 0, 0, 0)),
    case("depthwise 3x3, stride 2", (7, 7), (3, 2), (3, 3), (2, 2), (1, 1, 1, 1), depthwise=True),
]

document = {
    "tool": "PyTorch",
    "version": torch.__version__,
    "command": "python3 tools/golden/convolution.py",
    "date": "2026-11-22",
    "cases": CASES,
}
path = Path(__file__).parents[2] / "test" / "golden" / "convolution.json"
path.write_text(json.dumps(document) + "\n")
