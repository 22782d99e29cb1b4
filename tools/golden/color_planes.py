"""Mahalanobis distances of color fields in planes, as the method's authors keep them, by PyTorch's MultivariateNormal.

Writes test/golden/color_planes.json: NumPy files of components, variances and mean in base64, fields and their distances.
Run: /usr/bin/python3 tools/golden/color_planes.py

With a folder of `components.mat.npy` and `exp_variance.mat.npy`, prints the distances of two fixed fields for these instead, to
compare with `npx tsx bench/paperComponents.ts FOLDER`.
"""

import base64
import io
import json
import pathlib
import sys

import numpy as np
import torch

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden"
COUNT, HEIGHT, WIDTH = 3, 4, 5


def distances(components, variances, difference):
    """Of differences `[batch, 2, height, width]`; what is beside the components has the last of the variances."""
    rows = torch.tensor(components, dtype=torch.float64)
    spread = torch.tensor(variances, dtype=torch.float64)
    last = spread[-1]
    covariance = last * torch.eye(rows.shape[1], dtype=torch.float64) + rows.T @ torch.diag(spread - last) @ rows
    flat = torch.as_tensor(difference, dtype=torch.float64).reshape(len(difference), -1)
    scaled = torch.linalg.solve_triangular(torch.linalg.cholesky(covariance), flat.T, upper=False)
    return scaled.square().sum(0)


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array.astype(np.float32))
    return base64.b64encode(stream.getvalue()).decode()


def wave(length):
    """Two fields that any program can make again: `sin(i) / 4` and `cos(i) / 8`, element `i` in the order of planes."""
    i = torch.arange(length, dtype=torch.float64)
    return torch.stack([torch.sin(i) / 4, torch.cos(i) / 8])


def main():
    if len(sys.argv) > 1:
        folder = pathlib.Path(sys.argv[1])
        components = np.load(folder / "components.mat.npy")
        variances = np.load(folder / "exp_variance.mat.npy")
        print(distances(components, variances, wave(components.shape[1])).tolist())
        return
    random = np.random.default_rng(0)
    length = 2 * HEIGHT * WIDTH
    components = np.linalg.qr(random.normal(size=(length, COUNT)))[0].T.astype(np.float32)
    variances = np.float32([7, 2.5, 0.5])
    difference = random.normal(size=(2, 2, HEIGHT, WIDTH))
    content = {
        "tool": "torch.linalg.cholesky, numpy.save",
        "version": f"{torch.__version__}, {np.__version__}",
        "command": "/usr/bin/python3 tools/golden/color_planes.py",
        "date": "2026-11-25",
        "size": [HEIGHT, WIDTH],
        "files": {"components": npy(components), "variances": npy(variances), "mean": npy(random.normal(size=length))},
        "difference": np.moveaxis(difference, 1, 3).ravel().tolist(),
        "distances": distances(components, variances, difference).tolist(),
    }
    (GOLDEN / "color_planes.json").write_text(json.dumps(content) + "\n")


main()
