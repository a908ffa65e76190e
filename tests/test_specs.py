"""A spec can be a preset, a TOML or JSON file, a dict or keywords; its schema and reference are up to date."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the package has no types

from sheetgrad.catalog.activations import ACTIVATIONS
from sheetgrad.catalog.losses import LOSSES
from sheetgrad.catalog.presets import PRESETS, shipped_data
from sheetgrad.errors import SpecError
from sheetgrad.network import load, reference, schema
from sheetgrad.network.fields import FIELDS, NOTATIONS, OWN
from sheetgrad.network.kinds import KINDS
from sheetgrad.notation import STYLES

HOUSE = Path(__file__).parent.parent
EXAMPLES = sorted((HOUSE / "examples").glob("*.toml"))
SPEC: dict[str, Any] = {"inputs": [0.05, 0.1], "targets": [0.01, 0.99], "layers": [{"size": 2}], "seed": 4}


def accepts(spec: object) -> bool:
    return Draft202012Validator(schema()).is_valid(spec)  # type: ignore[no-any-return]  # without types it gives anything


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_published_schema_is_the_one_in_use() -> None:
    published = json.loads((HOUSE / "docs" / "schema" / "sheetgrad.schema.json").read_text(encoding="utf-8"))
    assert published == schema(), "run `make docs`"


def test_the_reference_is_the_one_made_from_the_fields() -> None:
    page = (HOUSE / "docs" / "specs.md").read_text(encoding="utf-8")
    assert page == reference(), "run `make docs`"


@pytest.mark.parametrize("name", PRESETS)
def test_the_schema_accepts_every_preset(name: str) -> None:
    assert accepts(tomllib.loads(PRESETS[name]))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_schema_accepts_every_example(path: Path) -> None:
    assert accepts(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "spec",
    [
        {**SPEC, "colour": 1},
        {**SPEC, "layers": [{"size": 2, "colour": 1}]},
        {**SPEC, "layers": []},
        {**SPEC, "layers": [{"size": 0}]},
        {**SPEC, "learning_rate": 0},
        {**SPEC, "optimizer": {"name": "adam", "mu": 0.5}},
        {**SPEC, "loss": "hinge"},
        {"inputs": [1], "targets": [1]},
        {"equations": "E = w", "layers": [], "parameters": ["w"], "loss": "E"},
    ],
    ids=str,
)
def test_the_schema_refuses_what_loading_refuses(spec: dict[str, Any]) -> None:
    assert accepts(SPEC)
    assert not accepts(spec)
    with pytest.raises(SpecError):
        load(spec)


@pytest.mark.parametrize("name", PRESETS)
def test_a_completed_spec_obeys_the_schema_as_json(name: str) -> None:
    assert accepts(json.loads(json.dumps(load(name).origin)))


def test_notations_are_those_that_there_are() -> None:
    assert {*NOTATIONS, OWN} == set(STYLES)


def test_every_kind_of_field_is_known_and_used() -> None:
    assert {field.kind for fields in FIELDS.values() for field in fields.values()} == set(KINDS)


def test_losses_allow_only_activations_that_there_are() -> None:
    assert {name for loss in LOSSES.values() for name in loss.outputs} == set(ACTIVATIONS)


def test_toml_json_a_dict_and_keywords_say_the_same(tmp_path: Path) -> None:
    text = "inputs = [0.05, 0.1]\ntargets = [0.01, 0.99]\nseed = 4\nname = 'net'\n[[layers]]\nsize = 2\n"
    (tmp_path / "net.toml").write_text(text)
    (tmp_path / "net.json").write_text(json.dumps({**SPEC, "name": "net"}))
    wanted = load(SPEC, name="net")
    assert load(tmp_path / "net.toml") == load(str(tmp_path / "net.json")) == load(**SPEC, name="net") == wanted


def test_a_spec_without_a_name_is_called_after_its_file(tmp_path: Path) -> None:
    (tmp_path / "my net.json").write_text(json.dumps(SPEC))
    assert load(tmp_path / "my net.json").name == "my net"


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(SPEC).encode())
    assert load(tmp_path / "net.json").sample_count == 1


def test_keywords_take_the_place_of_keys() -> None:
    setup = load("class", learning_rate=0.1, steps=7)
    assert setup.learning_rates == (0.1,)
    assert setup.steps == 7
    assert load(setup, steps=8).steps == 8
    assert load(setup) is setup
    assert load().name == "class"


def test_optimizer_settings_are_kept() -> None:
    optimizer = load(SPEC, optimizer={"name": "adam", "beta1": 0.8}).optimizer
    settings = {symbol.name: value for symbol, value in optimizer.settings.items()}
    assert (settings["beta1"], settings["beta2"]) == (0.8, 0.999)


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ({"update": "batch"}, 3),
        ({"update": "sample"}, 1),
        ({"update": "shuffled_sample"}, 1),
        ({"update": "mini_batch", "batch_size": 2}, 2),
    ],
)
def test_the_size_of_a_step_follows_the_update(keys: dict[str, Any], size: int) -> None:
    setup = load({**SPEC, "inputs": [[1, 2]] * 3, "targets": [[0, 1]] * 3}, **keys)
    assert setup.batch_size == size
    assert setup.update == keys["update"]


def test_targets_of_distributions_are_known_to_the_model() -> None:
    spec = {**SPEC, "targets": [0.0, 1.0], "layers": [{"size": 2, "activation": "softmax"}], "loss": "cross_entropy"}
    model = load(spec).model
    assert model.constraints == {model.targets[0]: "sums to 1"}
    assert load(SPEC).model.constraints == {}


def test_a_path_to_data_is_relative_to_the_spec(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,b,kind\n1,2,left\n3,4,right\n\n5,6,left\n")
    spec = 'data = "points.csv"\nclass_column = "kind"\n[[layers]]\nsize = 2\n'
    (tmp_path / "spec.toml").write_text(spec)
    setup = load(tmp_path / "spec.toml")
    x, t = setup.model.data
    assert setup.samples[x] == [(1, 2), (3, 4), (5, 6)]
    assert setup.samples[t] == [(1, 0), (0, 1), (1, 0)]
    assert load(setup.origin) == setup


def test_a_table_of_ones_own_comes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "iris.csv").write_text("a,t\n1,2\n")
    (tmp_path / "spec.toml").write_text('data = "iris.csv"\ntarget_columns = ["t"]\n[[layers]]\nsize = 1\n')
    assert load(tmp_path / "spec.toml").sample_count == 1
    (tmp_path / "iris.csv").unlink()
    (tmp_path / "spec.toml").write_text('data = "iris.csv"\nclass_column = "species"\n[[layers]]\nsize = 3\n')
    assert load(tmp_path / "spec.toml").sample_count == 150


def test_only_tables_are_shipped_data() -> None:
    assert shipped_data("iris.csv") is not None
    assert shipped_data("class.toml") is None
    assert shipped_data("../__init__.py") is None


def test_arrays_are_taken_as_numbers() -> None:
    setup = load(SPEC, inputs=np.array([0.05, 0.1]), seed=np.int64(4), learning_rate=np.float64(0.5))
    assert setup == load(SPEC)
    with pytest.raises(SpecError, match=r"inputs\[1\]: nan"):
        load(SPEC, inputs=np.array([0.05, np.nan]))
    with pytest.raises(SpecError, match="does not hold numbers"):
        load(SPEC, inputs=np.array(["a", "b"]))


def test_a_large_array_of_samples_stays_an_array() -> None:
    rows = np.ones((1000, 200), dtype="float32")
    setup = load(SPEC, inputs=rows, targets=np.zeros((1000, 2)))
    kept = setup.samples[setup.model.inputs[0]]
    assert isinstance(kept, np.ndarray)
    assert kept.dtype == np.float64
