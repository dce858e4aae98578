"""Writes all-MiniLM-L6-v2 as an ONNX file of 32-bit floats, number by number as it lies in the safetensors file.

    python minilm-onnx.py FOLDER MODEL.onnx

FOLDER is a sentence-transformers folder of a BERT model. The file takes what exports of BERT take and gives
last_hidden_state. Needs the packages onnx and numpy.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
from minilm_tensors import read_tensors
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64
# The first set that has both LayerNormalization and Gelu, and its format.
OPERATOR_SET, FORMAT = 20, 9


class Graph:
    """Nodes and constants in the order they are made; each method gives the name of its result."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}
        self._tensors = tensors

    def weight(self, name: str, transposed: bool = False) -> str:
        tensor = self._tensors[name]
        self.constants[name] = np.ascontiguousarray(tensor.T if transposed else tensor)
        return name

    def constant(self, name: str, value: object, kind: type) -> str:
        self.constants[name] = np.array(value, dtype=kind)
        return name

    def add(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, value: str, name: str) -> str:
        product = self.add("MatMul", value, self.weight(f"{name}.weight", transposed=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def normalized(self, value: str, name: str, epsilon: float) -> str:
        weights = (self.weight(f"{name}.weight"), self.weight(f"{name}.bias"))
        return self.add("LayerNormalization", value, *weights, axis=-1, epsilon=epsilon)


def embeddings(graph: Graph, epsilon: float) -> str:
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    kinds = graph.add("Gather", graph.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    one, start = graph.constant("one", [1], np.int64), graph.constant("start", [0], np.int64)
    width = graph.add("Shape", "input_ids", start=1, end=2)
    places = graph.add("Slice", graph.weight("embeddings.position_embeddings.weight"), start, width, start, one)
    total = graph.add("Add", graph.add("Add", words, kinds), places)
    return graph.normalized(total, "embeddings.LayerNorm", epsilon)


def attention(graph: Graph, value: str, name: str, bias: str, size: tuple[int, int]) -> str:
    heads, width = size
    split = graph.constant("split", [0, 0, heads, width], np.int64)
    joined = graph.constant("joined", [0, 0, heads * width], np.int64)
    parts = {}
    for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        flat = graph.linear(value, f"{name}.self.{part}")
        parts[part] = graph.add("Transpose", graph.add("Reshape", flat, split), perm=order)
    scores = graph.add("MatMul", parts["query"], parts["key"])
    scaled = graph.add("Div", scores, graph.constant("scale", math.sqrt(width), np.float32))
    shares = graph.add("Softmax", graph.add("Add", scaled, bias), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", shares, parts["value"]), perm=[0, 2, 1, 3])
    return graph.linear(graph.add("Reshape", mixed, joined), f"{name}.output.dense")


def attention_bias(graph: Graph) -> str:
    """Nought for what is read, very little for padding: (texts, 1, 1, tokens)."""
    mask = graph.add("Cast", "attention_mask", to=FLOAT)
    missing = graph.add("Sub", mask, graph.constant("unit", 1.0, np.float32))
    weighted = graph.add("Mul", missing, graph.constant("large", 10_000.0, np.float32))
    return graph.add("Unsqueeze", weighted, graph.constant("axes", [1, 2], np.int64))


def build(config: dict, tensors: dict[str, np.ndarray]) -> onnx.ModelProto:
    graph = Graph(tensors)
    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    size = (heads, config["hidden_size"] // heads)
    state, bias = embeddings(graph, epsilon), attention_bias(graph)
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        seen = attention(graph, state, f"{name}.attention", bias, size)
        state = graph.normalized(graph.add("Add", state, seen), f"{name}.attention.output.LayerNorm", epsilon)
        wide = graph.add("Gelu", graph.linear(state, f"{name}.intermediate.dense"))
        narrow = graph.linear(wide, f"{name}.output.dense")
        state = graph.normalized(graph.add("Add", state, narrow), f"{name}.output.LayerNorm", epsilon)
    graph.nodes.append(helper.make_node("Identity", [state], ["last_hidden_state"]))
    shape = ["batch", "sequence"]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "bert",
            [helper.make_tensor_value_info(name, INT, shape) for name in ("input_ids", "attention_mask", "token_type_ids")],
            [helper.make_tensor_value_info("last_hidden_state", FLOAT, [*shape, config["hidden_size"]])],
            [numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
        ir_version=FORMAT,
    )


def main(folder: Path, target: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tensors = {name.removeprefix("bert."): value for name, value in read_tensors(folder / "model.safetensors").items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.write_bytes(build(config, tensors).SerializeToString(deterministic=True))
    part.rename(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
