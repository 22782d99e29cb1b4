"""Golden values of resizing: Pillow's BILINEAR filter on float images, with and without a source box.

Run: /usr/bin/python3 tools/golden/resize.py   (writes test/golden/resize.json)
"""
import json
import pathlib

import numpy as np
import PIL
from PIL import Image

CASES = [
    {"from": [7, 5], "to": [3, 2]},
    {"from": [5, 7], "to": [11, 16]},
    {"from": [6, 9], "to": [13, 4]},
    {"from": [9, 6], "to": [9, 3]},
    {"from": [1, 4], "to": [5, 1]},
    {"from": [4, 4], "to": [8, 8]},
    {"from": [30, 20], "to": [7, 6]},
    # box: left, upper, right, lower in source pixels
    {"from": [8, 10], "to": [4, 5], "box": [1.5, 0.75, 9.25, 6.5]},
    {"from": [8, 10], "to": [12, 9], "box": [2, 3, 5, 7]},
    {"from": [12, 12], "to": [3, 3], "box": [0.3, 5.1, 6.2, 12]},
]

rng = np.random.default_rng(7)
cases = []
for case in CASES:
    height, width = case["from"]
    source = rng.uniform(-1, 1, size=(height, width)).astype(np.float32)
    to_height, to_width = case["to"]
    resized = Image.fromarray(source, mode="F").resize((to_width, to_height), Image.Resampling.BILINEAR, box=case.get("box"))
    shorten = lambda x: [float(f"{v:.9g}") for v in np.asarray(x, dtype=np.float64).ravel()]
    cases.append({**case, "source": shorten(source), "resized": shorten(np.asarray(resized))})

golden = {
    "tool": "Pillow Image.resize, mode F, BILINEAR",
    "version": PIL.__version__,
    "command": "python3 tools/golden/resize.py",
    "date": "2026-11-22",
    "cases": cases,
}
path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "resize.json"
path.write_text(json.dumps(golden) + "\n")
