"""Photos painted with small color fields, by scikit-image and Pillow: test/golden/paint.json.

Run: python3 tools/golden/paint.py
"""

import json
import pathlib

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.color import lab2rgb, rgb2lab

OUT = pathlib.Path(__file__).parents[2] / "test/golden/paint.json"
WIDTH, HEIGHT, FIELD = 11, 7, 4


def resized(channels: np.ndarray, width: int, height: int) -> np.ndarray:
    images = [Image.fromarray(channels[..., i].astype(np.float32), mode="F") for i in range(channels.shape[-1])]
    return np.stack([image.resize((width, height), Image.BILINEAR) for image in images], -1).astype(np.float64)


def to_bytes(rgb: np.ndarray) -> list:
    return np.rint(rgb * 255).astype(int).ravel().tolist()


def main() -> None:
    generator = np.random.default_rng(7)
    photo = generator.integers(70, 180, (HEIGHT, WIDTH, 3))
    field = np.round(generator.uniform(-0.15, 0.15, (FIELD, FIELD, 2)), 4)
    lightness = rgb2lab(photo / 255)[..., 0]
    ab = resized(field * 128, WIDTH, HEIGHT)
    square = rgb2lab(resized(photo / 255, FIELD, FIELD))[..., 0]
    painted = lab2rgb(np.dstack([lightness, ab]))
    assert painted.min() > 0 and painted.max() < 1, "all colors are to be in the gamut"
    grey = lab2rgb(np.dstack([lightness, np.zeros_like(ab)]))
    golden = {
        "tool": "scikit-image, Pillow",
        "version": f"{skimage.__version__}, {PIL.__version__}",
        "command": "python3 tools/golden/paint.py",
        "date": "2026-11-22",
        "width": WIDTH,
        "height": HEIGHT,
        "photo": photo.ravel().tolist(),
        "fieldSize": FIELD,
        "field": field.ravel().tolist(),
        "painted": to_bytes(painted),
        "grey": to_bytes(grey),
        "lightness": np.round(lightness, 5).ravel().tolist(),
        "squareLightness": np.round(square, 5).ravel().tolist(),
    }
    OUT.write_text(json.dumps(golden) + "\n")


main()
