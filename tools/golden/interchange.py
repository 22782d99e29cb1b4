"""Files with arrays as PyTorch and NumPy write them, safetensors files by their public specification, and hostile ones.

Writes test/golden/interchange.json: the files in base64, and what is in them.
Run: /usr/bin/python3 tools/golden/interchange.py
"""

import base64
import collections
import io
import json
import os
import pathlib
import struct
import zipfile

import numpy as np
import torch

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'test' / 'golden'
ORIGIN = {
    'tool': 'torch, numpy',
    'version': f'{torch.__version__}, {np.__version__}',
    'command': '/usr/bin/python3 tools/golden/interchange.py',
    'date': '2026-11-25',
}


def described(arrays):
    """Shapes and values; floats are those of float32, and infinity is a text."""
    def one(array):
        a = np.asarray(array.detach().float() if torch.is_tensor(array) and array.is_floating_point() else array)
        if a.dtype.kind == 'f':
            a = a.astype(np.float32).astype(np.float64)
        return {'shape': list(a.shape), 'integer': a.dtype.kind != 'f', 'values': [float(v) if np.isfinite(v) else str(v) for v in a.ravel()]}
    return {name: one(array) for name, array in arrays.items()}


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def tensors():
    torch.manual_seed(0)
    x = torch.randn(3, 4)
    return collections.OrderedDict([
        ('float32', x),
        ('float64', torch.randn(2, dtype=torch.float64)),
        ('float16', torch.tensor([1.5, -65504.0, 6e-8, float('inf')], dtype=torch.float16)),
        ('bfloat16', torch.tensor([1.0, -3.140625, 1e30], dtype=torch.bfloat16)),
        ('int64', torch.tensor([[-5, 2**31 - 1]])),
        ('int32', torch.tensor([7], dtype=torch.int32)),
        ('int16', torch.tensor([-300], dtype=torch.int16)),
        ('int8', torch.tensor([-128, 127], dtype=torch.int8)),
        ('uint8', torch.tensor([255], dtype=torch.uint8)),
        ('bool', torch.tensor([True, False])),
        ('scalar', torch.tensor(2.5)),
        ('empty', torch.zeros(0, 3)),
        ('transposed', x.t()),
        ('part', x[1:, ::2]),
        ('expanded', torch.tensor([[1.0], [2.0]]).expand(2, 3)),
        ('parameter', torch.nn.Parameter(torch.randn(2))),
    ])


class Command:
    """A pickle that would run a command in a reader that runs what pickles ask for."""

    def __reduce__(self):
        return os.system, ('echo polyhue was here > pwned',)


def pytorch():
    state = tensors()
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    files = {
        'tensors.pth': (saved(state), state),
        'protocol4.pth': (saved(state, pickle_protocol=4), state),
        'module.pth': (saved(module.state_dict()), module.state_dict()),
        'training.pth': (saved({'epoch': 3, 'rate': 1e-3, 'done': None, 'names': ['a', ('b', True)], 'state_dict': module.state_dict()}),
                         module.state_dict()),
    }
    refused = {
        'legacy.pth': saved(state, _use_new_zipfile_serialization=False),
        'wholeModule.pth': saved(module),
        'command.pth': saved({'weight': torch.zeros(1), 'x': Command()}),
        'noTensors.pth': saved({'epoch': 3}),
        'largeInteger.pth': saved({'n': torch.tensor([2**40])}),
        'complex.pth': saved({'z': torch.zeros(1, dtype=torch.complex64)}),
    }
    return files, refused


def safetensors(arrays, metadata=None, pad=0):
    header, data = {}, b''
    if metadata:
        header['__metadata__'] = metadata
    for name, (dtype, shape, content) in arrays.items():
        header[name] = {'dtype': dtype, 'shape': shape, 'data_offsets': [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode() + b' ' * pad
    return struct.pack('<Q', len(text)) + text + data


def safe():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((2, 3)).astype('<f4')
    b = rng.standard_normal(3).astype('<f8')
    h = np.array([0.1, -2.0, 6e-8], '<f2')
    bf = np.array([1.0, -2.5], '<f4')
    content = {
        'a.weight': ('F32', [2, 3], a.tobytes()),
        'b': ('F64', [3], b.tobytes()),
        'half': ('F16', [3], h.tobytes()),
        'brain': ('BF16', [2], (bf.view('<u4') >> 16).astype('<u2').tobytes()),
        'steps': ('I64', [], struct.pack('<q', 12345)),
        'flags': ('BOOL', [3], b'\1\0\1'),
        'bytes': ('U8', [2], b'\0\xff'),
        'none': ('F32', [0, 4], b''),
    }
    values = {'a.weight': a, 'b': b, 'half': h, 'brain': bf, 'steps': np.array(12345), 'flags': np.array([1, 0, 1]),
              'bytes': np.array([0, 255]), 'none': np.zeros((0, 4), np.float32)}
    return {'arrays.safetensors': (safetensors(content, {'format': 'pt'}, 5), values)}


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npz(save, **arrays):
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


def numpy_files():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 3, 2))
    files = {}
    for name, array in {
        'float64': x, 'float32': x.astype(np.float32), 'float16': x.astype(np.float16), 'bigEndian': x.astype('>f4'),
        'columnMajor': np.asfortranarray(x), 'int64': np.arange(-2, 4), 'bigEndianInt16': np.arange(3).astype('>i2'),
        'bool': np.array([True, False]), 'scalar': np.array(1.5), 'empty': np.zeros((0, 2)),
    }.items():
        files[f'{name}.npy'] = (npy(array), {'array': array})
    parts = {'components': x, 'mean': np.arange(5000, dtype=np.float32)}
    files['stored.npz'] = (npz(np.savez, components=x, mean=np.arange(40)), {'components': x, 'mean': np.arange(40)})
    files['compressed.npz'] = (npz(np.savez_compressed, **{k: v[:40] if k == 'mean' else v for k, v in parts.items()}),
                               {'components': x, 'mean': parts['mean'][:40]})
    refused = {
        'object.npy': npy(np.array([{'a': 1}], dtype=object)),
        'complex.npy': npy(np.zeros(2, complex)),
        'records.npy': npy(np.zeros(2, [('a', '<f4')])),
    }
    return files, refused


def bomb():
    """A zip of 200 kB whose part unpacks to 200 MB while its directory says 1 kB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('x.npy', b'\0' * 20_000_000)
    data = bytearray(stream.getvalue())
    directory = data.rindex(b'PK\1\2')
    data[directory + 24:directory + 28] = struct.pack('<I', 1000)
    return bytes(data)


def traversal():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        archive.writestr('../../evil.npy', npy(np.zeros(1)))
    return stream.getvalue()


def asking(module, name):
    """A file as torch.save writes it, whose pickle calls a global without arguments."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        archive.writestr('archive/data.pkl', b'\x80\x02}X\x01\0\0\0xc%s\n%s\n)Rs.' % (module.encode(), name.encode()))
    return stream.getvalue()


FORBIDDEN = [('os', 'system'), ('subprocess', 'Popen'), ('builtins', 'eval'), ('__builtin__', 'exec'), ('torch.hub', 'load'),
             ('torch._utils', '_rebuild_anything'), ('torch', 'FloatStorage.from_file'), ('collections', 'OrderedDict.fromkeys'),
             ('', ''), ('constructor', 'constructor'), ('webbrowser', 'open')]

if __name__ == '__main__':
    torch_files, torch_refused = pytorch()
    np_files, np_refused = numpy_files()
    files = {**torch_files, **safe(), **np_files}
    refused = {**torch_refused, **np_refused, 'bomb.npz': bomb(), 'traversal.npz': traversal()}
    encode = lambda data: base64.b64encode(data).decode()
    content = {
        'files': {name: encode(data) for name, (data, _) in files.items()},
        'arrays': {name: described(arrays) for name, (_, arrays) in files.items()},
        'forbidden': {f'{module}.{name}': encode(asking(module, name)) for module, name in FORBIDDEN},
        'refused': {name: encode(data) for name, data in refused.items()},
    }
    path = GOLDEN / 'interchange.json'
    path.write_text(json.dumps({**ORIGIN, **content}) + '\n')
    print(path.name, path.stat().st_size)
