"""Golden values of color statistics (scikit-image, numpy) and perceptual hashes (SciPy's cosine transform).

Run: /usr/bin/python3 tools/golden/picture_statistics.py   (writes test/golden/pictureStatistics.json)

The pictures are made by the formula of test/data/formulaPicture.ts.
"""
import json
import pathlib

import numpy as np
import scipy
import skimage
from scipy.fft import dctn
from skimage.color import rgb2lab


def picture(width, height, seed):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return (x * (7 + seed) + y * (3 + 2 * c) * seed + ((x * y) >> 3) * (c + 1) + c * 40) % 256


def color_statistics(rgb):
    lab = rgb2lab(rgb / 255).reshape(-1, 3)
    midtones = lab[(lab[:, 0] > 15) & (lab[:, 0] < 85)]
    mean = midtones[:, 1:].mean(0)
    direction = mean / np.linalg.norm(mean)
    along = midtones[:, 1:] @ direction
    return {
        "meanChroma": float(np.linalg.norm(lab[:, 1:], axis=1).mean()),
        "hueSpread": float(np.abs(midtones[:, 1:] @ [-direction[1], direction[0]]).mean()),
        "chromaVariation": float(np.abs(along - along.mean()).mean() / along.mean()),
        "lightnessSpread": float(midtones[:, 0].std()),
        "hue": float(np.degrees(np.arctan2(mean[1], mean[0])) % 360),
    }


def perceptual_hash(rgb):
    height, width, _ = rgb.shape
    rows = [height * i // 32 for i in range(33)]
    columns = [width * i // 32 for i in range(33)]
    areas = np.array(
        [
            [rgb[top:bottom, left:right].mean((0, 1)) for left, right in zip(columns, columns[1:])]
            for top, bottom in zip(rows, rows[1:])
        ]
    )
    frequencies = dctn(areas @ [0.299, 0.587, 0.114], norm="ortho")[:8, :8].reshape(-1)
    bits = frequencies > np.median(frequencies)
    return [int("".join("1" if bit else "0" for bit in half), 2) for half in (bits[:32], bits[32:])]


pictures = []
for width, height, seed in [(64, 64, 1), (64, 64, 3), (100, 70, 2), (127, 90, 5)]:
    rgb = picture(width, height, seed)
    entry = {"width": width, "height": height, "seed": seed, **color_statistics(rgb)}
    pictures.append({**entry, "hash": perceptual_hash(rgb)})

golden = {
    "tool": "scikit-image rgb2lab, SciPy dctn",
    "version": f"{skimage.__version__}, {scipy.__version__}",
    "command": "python3 tools/golden/picture_statistics.py",
    "date": "2026-11-22",
    "pictures": pictures,
}
path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "pictureStatistics.json"
path.write_text(json.dumps(golden, indent=2) + "\n")
