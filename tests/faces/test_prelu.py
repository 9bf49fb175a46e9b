"""PRelu in other operations: the same numbers, on real faces too."""

import itertools
from dataclasses import astuple

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from app.proctoring.domain.judging import verdict_of
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from media.faces import sessions
from media.faces.engine import FaceEngine
from media.faces.packs import model_path
from media.faces.prelu import without_prelu
from tests.faces.conftest import varied
from workers.demo_faces import as_jpeg

SLOPES = np.array([-1.4, 0, 0.25, 1.3], np.float32).reshape(4, 1, 1)


def prelus(model: bytes) -> int:
    graph = onnx.load_model_from_string(model).graph
    return sum(node.op_type == "PRelu" for node in graph.node)


def of_prelu_alone(slopes) -> bytes:
    shape = (1, 4, 5, 6)
    graph = helper.make_graph(
        [helper.make_node("PRelu", ["x", "slopes"], ["y"])],
        "alone",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(slopes, "slopes")],
    )
    opset = helper.make_opsetid("", 9)
    made = helper.make_model(graph, opset_imports=[opset], ir_version=6)
    return made.SerializeToString()


def run(model: bytes, tensor):
    how = sessions.options(1)
    providers = ["CPUExecutionProvider"]
    made = onnxruntime.InferenceSession(model, how, providers=providers)
    return made.run(None, {"x": tensor})[0]


@pytest.fixture(scope="module")
def as_they_come(pack):
    """The engine on the models as their files say."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sessions, "without_prelu", lambda model: model)
        return FaceEngine.load(pack)


@pytest.fixture(scope="module")
def bent(pack):
    """The engine on models whose slopes were lost: what a mistake would look like."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sessions, "without_prelu", lambda it: without_prelu(flat(it)))
        return FaceEngine.load(pack)


def flat(model: bytes) -> bytes:
    made = onnx.load_model_from_string(model)
    graph = made.graph
    wanted = {node.input[1] for node in graph.node if node.op_type == "PRelu"}
    for it in [it for it in graph.initializer if it.name in wanted]:
        it.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(it) * 0, it.name))
    return made.SerializeToString()


@pytest.fixture(scope="module")
def looks(engine, portraits):
    """Samples of five frames with each one's reference, their own and another's."""
    references = [engine.enrol(as_jpeg(it)) for it in portraits.values()]
    return [
        ([varied(picture, number * 10 + shot) for shot in range(5)], reference)
        for (number, picture), reference in itertools.product(
            enumerate(portraits.values()), references
        )
    ]


def furthest(one, other, looks) -> float:
    """1 - cosine of the embeddings of the same frames, at most."""
    return max(
        1 - float(one.capture(*look).vector @ other.capture(*look).vector)
        for look in looks
    )


def test_each_channel_has_its_own_slope():
    chance = np.random.default_rng(1)
    tensor = chance.normal(size=(1, 4, 5, 6)).astype(np.float32)
    tensor[:, :, 0] = 0
    model = without_prelu(of_prelu_alone(SLOPES))
    assert prelus(model) == 0
    wanted = np.where(tensor > 0, tensor, SLOPES * tensor)
    np.testing.assert_array_equal(run(model, tensor), wanted)


@pytest.mark.parametrize("shape", [(1,), (1, 1, 1), (4, 5, 6), (1, 6), (1, 4, 1, 1)])
def test_slopes_of_other_shapes_stay_as_they_are(shape):
    model = of_prelu_alone(np.full(shape, 0.3, np.float32))
    assert prelus(without_prelu(model)) == 1


def test_the_models_of_the_pack_run_without(pack):
    for name in ("feature", "liveness"):
        model = model_path(pack, name).read_bytes()
        assert prelus(model) == 33
        assert prelus(without_prelu(model)) == 0


def test_the_same_faces_have_the_same_embedding(engine, as_they_come, bent, looks):
    assert furthest(engine, as_they_come, looks) < 1e-6
    assert furthest(bent, as_they_come, looks) > 1e-2


def test_findings_and_verdicts_are_the_same(engine, as_they_come, looks):
    verdicts = set()
    for frames, reference in looks:
        found = engine.examine(frames, reference)
        before = as_they_come.examine(frames, reference)
        assert astuple(found) == pytest.approx(astuple(before), abs=1e-4)
        assert verdict_of(found, Policy()) is verdict_of(before, Policy())
        verdicts.add(verdict_of(found, Policy()))
    assert verdicts == {Verdict.MATCH, Verdict.MISMATCH}
