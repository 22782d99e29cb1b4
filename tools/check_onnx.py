"""Checks .onnx files with the checker of ONNX, shapes included. Run: /usr/bin/python3 tools/check_onnx.py FILES"""

import sys

import onnx

for path in sys.argv[1:]:
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    shape = lambda value: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
    ends = ' -> '.join(', '.join(f'{v.name} {shape(v)}' for v in values) for values in (graph.input, graph.output))
    print(f'{path}: valid, opset {model.opset_import[0].version}, {len(graph.node)} nodes, {ends}')
