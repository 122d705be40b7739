"""Model packs of a few kilobytes, shaped as InsightFace's are: what loads them cannot tell."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SIDE = 128  # of the detector's input
CELLS = {8: 512, 16: 128, 32: 32}  # anchors by stride
FLOAT = TensorProto.FLOAT


def write_pack(folder, *, detector=True, recogniser=True):
    """A pack whose detector finds nothing and whose recogniser makes 128 numbers of an image's colours."""
    folder.mkdir(parents=True, exist_ok=True)
    if detector:
        write_detector(folder / "detector.onnx")
    if recogniser:
        write_recogniser(folder / "recogniser.onnx")
    return folder


def write_detector(path, *, score=0.0, box=8.0, outputs=9):
    """SCRFD's nine outputs, all constant: one face of `score` in the middle, `box` times 16 pixels to each side."""
    scores = [np.zeros((count, 1), np.float32) for count in CELLS.values()]
    boxes = [np.zeros((count, 4), np.float32) for count in CELLS.values()]
    landmarks = [np.zeros((count, 10), np.float32) for count in CELLS.values()]
    scores[1][72], boxes[1][72] = score, box
    landmarks[1][72] = np.linspace(-1, 1, 10)
    constants = [*scores, *boxes, *landmarks][:outputs]
    nodes = [
        helper.make_node("Constant", [], [f"out{i}"], value=numpy_helper.from_array(constant))
        for i, constant in enumerate(constants)
    ]
    made = [helper.make_tensor_value_info(f"out{i}", FLOAT, c.shape) for i, c in enumerate(constants)]
    _write(path, nodes, [1, 3, SIDE, SIDE], made)


def write_recogniser(path, *, side=112, factor=1.0, dimension=128):
    """ArcFace's shape: mean colours of a grid, mixed by fixed random weights times `factor`."""
    weights = np.random.default_rng(7).normal(size=(48, dimension)).astype(np.float32) * np.float32(factor)
    step = 28 if side == "any" else side // 4
    nodes = [
        helper.make_node("AveragePool", ["in"], ["grid"], kernel_shape=[step, step], strides=[step, step]),
        helper.make_node("Flatten", ["grid"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["out"]),
    ]
    made = [helper.make_tensor_value_info("out", FLOAT, ["batch", "length"])]
    _write(path, nodes, [1, 3, side, side], made, [numpy_helper.from_array(weights, "weights")])


def write_liveness(path, *, channel=0, factor=1.0, then="Identity", side=80, batch=1):
    """The liveness add-on's shape: `then` of `factor` times the mean of one `channel` of (batch, 3, side, side)."""
    weights = np.zeros(3, np.float32)
    weights[channel] = factor
    nodes = [
        helper.make_node("ReduceMean", ["in"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["mean"]),
        helper.make_node(then, ["mean"], ["out"]),
    ]
    made = [helper.make_tensor_value_info("out", FLOAT, [batch])]
    _write(path, nodes, [batch, 3, side, side], made, [numpy_helper.from_array(weights, "weights")])
    return path


def _write(path, nodes, shape, made, constants=()):
    taken = [helper.make_tensor_value_info("in", FLOAT, shape)]
    graph = helper.make_graph(nodes, "tiny", taken, made, list(constants))
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
