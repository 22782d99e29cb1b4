"""Makes test/golden/selfCheck.json: what the check of a backend computes, by PyTorch in float64.

Convolution, group normalization and matrix product of the inputs of src/backends/selfCheckReference.ts, and the gradients of
their weighted sum.

Run: /usr/bin/python3 tools/golden/self_check.py
"""

import json
import pathlib

import torch

OUT = pathlib.Path(__file__).parents[2] / "test" / "golden" / "selfCheck.json"


def waves(shape, frequency):
    count = torch.Size(shape).numel()
    return torch.sin(frequency * torch.arange(1, count + 1, dtype=torch.float64)).reshape(shape)


def rounded(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def main():
    image = waves([1, 4, 4, 2], 1.7).requires_grad_()
    kernel = waves([3, 3, 2, 4], 2.3).requires_grad_()
    matrix = waves([4, 3], 3.1).requires_grad_()
    convolved = torch.nn.functional.conv2d(image.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), padding=1)
    normalized = torch.nn.functional.group_norm(convolved, 2, eps=1e-5)
    output = normalized.permute(0, 2, 3, 1).reshape(16, 4) @ matrix
    (output * waves([16, 3], 0.9)).sum().backward()
    golden = {
        "tool": "PyTorch",
        "version": torch.__version__,
        "command": "/usr/bin/python3 tools/golden/self_check.py",
        "date": "2026-11-22",
        "output": rounded(output),
        "image": rounded(image.grad),
        "filter": rounded(kernel.grad),
        "matrix": rounded(matrix.grad),
    }
    OUT.write_text(json.dumps(golden) + "\n")


main()
