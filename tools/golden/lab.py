"""Golden values of CIE Lab: scikit-image's rgb2lab over a 33 x 33 x 33 grid of the sRGB cube.

Run: /usr/bin/python3 tools/golden/lab.py   (writes test/golden/lab.json)

The values are little-endian int16 of Lab times 250, in base64: a rounding error of 0.002 at most.
"""
import base64
import json
import pathlib

import numpy as np
import skimage
from skimage.color import rgb2lab

SIDE = 33
SCALE = 250

steps = np.linspace(0, 1, SIDE)
rgb = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 1, 3)
lab = rgb2lab(rgb).reshape(-1)
values = np.round(lab * SCALE).astype("<i2")

golden = {
    "tool": "scikit-image rgb2lab (D65, 2 degrees)",
    "version": skimage.__version__,
    "command": "python3 tools/golden/lab.py",
    "date": "2026-11-22",
    "side": SIDE,
    "scale": SCALE,
    "order": "red slowest, blue fastest, then L, a, b",
    "lab": base64.b64encode(values.tobytes()).decode("ascii"),
}
path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "lab.json"
path.write_text(json.dumps(golden, indent=2) + "\n")
