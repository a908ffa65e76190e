"""Bad specs: every problem has its place and says what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgrad.errors import SpecError
from sheetgrad.network import load
from sheetgrad.network.fields import FIELDS

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.network.fields import Where

LAYERS = [{"size": 2, "activation": "tanh"}, {"size": 2, "activation": "sigmoid"}]
GOOD: dict[str, Any] = {"inputs": [0.05, 0.1], "targets": [0.01, 0.99], "layers": LAYERS}
LINE: dict[str, Any] = {
    "equations": "y = w*x + b\nE = (t - y)**2",
    "values": {"x": 1.0, "t": 2.0, "w": 0.5, "b": 0.0},
    "parameters": ["w", "b"],
    "loss": "E",
}


def layered(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


def first_layer(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "layers": [{**LAYERS[0], **changes}, LAYERS[1]]}


def last_layer(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "layers": [LAYERS[0], {**LAYERS[1], **changes}]}


def line(**changes: Any) -> dict[str, Any]:
    return {**LINE, **changes}


def text(equations: str, **values: Any) -> dict[str, Any]:
    return {**LINE, "equations": equations, "values": {**LINE["values"], **values}}


# what is given, the place of the problem, a phrase of the message
BAD: tuple[tuple[dict[str, Any], str, str], ...] = (
    # keys and kinds
    (layered(layer=[]), "layer", "did you mean 'layers'?"),
    (layered(zzz=1), "zzz", "the keys are name, inputs"),
    (first_layer(activaton="tanh"), "layers[0].activaton", "did you mean 'activation'?"),
    (layered(size=3), "size", "below one of the [[layers]]"),
    (layered(parameters=["w"]), "parameters", "write `equations`"),
    (line(layers=LAYERS), "layers", "either layers or equations"),
    ({"inputs": [1], "targets": [1]}, "layers", "add layers"),
    ({"targets": [0.0, 1.0], "layers": LAYERS}, "inputs", "write inputs = [0.1, 0.2]"),
    (layered(name="../up"), "name", "letters, digits"),
    (layered(title="two\nlines"), "title", "one line"),
    (layered(steps=1.5), "steps", "a whole number such as 2"),
    (layered(steps=-1), "steps", "from 0 to"),
    (layered(steps=True), "steps", "is not a whole number"),
    (layered(seed="x"), "seed", "a whole number"),
    (layered(learning_rate=0), "learning_rate", "a number above 0"),
    (layered(learning_rate=[]), "learning_rate", "at least one"),
    (layered(learning_rate=[0.1, "0.2"]), "learning_rate[1]", "without quotes"),
    (layered(learning_rate=float("nan")), "learning_rate", "a finite number"),
    (layered(update="minibatch"), "update", "did you mean 'mini_batch'?"),
    (layered(reduction="max"), "reduction", "there is mean, sum"),
    (layered(notation="own"), "notation", "there is class, mazur, textbook"),
    (layered(optimizer="adams"), "optimizer", "did you mean 'adam'?"),
    (layered(optimizer=3), "optimizer", "write one of gradient_descent"),
    (layered(optimizer={"beta1": 0.9}), "optimizer.name", "name one of"),
    (layered(optimizer={"name": "adam", "bta1": 0.9}), "optimizer.bta1", "did you mean 'beta1'?"),
    (layered(optimizer={"name": "adam", "beta1": 1.0}), "optimizer.beta1", "from 0 up to"),
    (layered(optimizer={"name": "gradient_descent", "mu": 0.9}), "optimizer.mu", "leave it out"),
    # numbers and shapes
    (layered(inputs=[]), "inputs", "at least one number"),
    (layered(inputs=0.5), "inputs", "give one row [0.1, 0.2]"),
    (layered(inputs=[0.1, "0.2"]), "inputs[1]", "without quotes"),
    (layered(inputs=[0.1, float("inf")]), "inputs[1]", "a finite number"),
    (layered(inputs=[0.1, True]), "inputs[1]", "true is not a number; write a number such as 0.5"),
    (layered(inputs=[0.1, 10**400]), "inputs[1]", "below 1e308"),
    (layered(inputs=[[0.1, 0.2], [0.3]]), "inputs[1]", "make all rows equally long"),
    (layered(inputs=[[[0.1]]]), "inputs", "rows [[0.1, 0.2]"),
    (layered(targets=[[0.0, 1.0], [1.0, 0.0]]), "targets", "one row a sample in both"),
    (layered(targets=[0.1, 0.2, 0.3]), "targets", "give 2 targets, one for each output"),
    (
        layered(inputs=[[1, 2]] * 4, targets=[[0, 1]] * 3 + [[float("nan"), 1]]),
        "targets[3][0]",
        "a finite number",
    ),
    # layers
    (layered(layers=[]), "layers", "give from 1 to"),
    (layered(layers={"size": 2}), "layers", "write [[layers]] before each one"),
    (layered(layers=[2, LAYERS[1]]), "layers[0]", "write it as a table"),
    (layered(layers=[{}, LAYERS[1]]), "layers[0].size", "how many neurons"),
    (first_layer(size=0), "layers[0].size", "from 1 to"),
    (first_layer(size=-2), "layers[0].size", "from 1 to"),
    (first_layer(size=10**9), "layers[0].size", "too large; give a whole number from 1 to 100,000"),
    (
        layered(inputs=[1.0] * 2000, layers=[{"size": 90_000}, LAYERS[1]]),
        "layers",
        "is the most; use fewer neurons",
    ),
    (last_layer(activation="sigmod"), "layers[1].activation", "did you mean 'sigmoid'?"),
    (first_layer(activation="softmax"), "layers[0].activation", "choose another, such as tanh"),
    (
        layered(targets=[1.0], layers=[{"size": 1, "activation": "softmax"}]),
        "layers[0].activation",
        "2 neurons, or choose sigmoid",
    ),
    (first_layer(weights=[[1, 2, 3], [4, 5, 6]]), "layers[0].weights", "give 2 rows, one a neuron, of 2 numbers"),
    (first_layer(weights=[1, 2]), "layers[0].weights", "give rows"),
    (last_layer(weights=[[1, "2"], [3, 4]]), "layers[1].weights[0][1]", "without quotes"),
    (first_layer(weights=[[1, 2], [3, 4]], initialisation="he"), "layers[0].initialisation", "give one of them"),
    (first_layer(initialisation="glorot"), "layers[0].initialisation", "there is uniform, xavier, he"),
    (first_layer(bias="every"), "layers[0].bias", "there is none, shared, each"),
    (first_layer(biases=0.1), "layers[0].biases", 'write bias = "each"'),
    (first_layer(bias="shared", biases=[0.1, 0.2]), "layers[0].biases", "a shared bias is one number"),
    (first_layer(bias="each", biases=[0.1, 0.2, 0.3]), "layers[0].biases", "give 2 numbers in a row"),
    (first_layer(bias="each", trained="no"), "layers[0].trained", "write true or false"),
    (first_layer(bias="each", trained=False), "layers[0].biases", "a fixed bias needs its value"),
    (first_layer(trained=False), "layers[0].trained", "or leave it out"),
    # losses
    (layered(loss="cross_entropi"), "loss", "did you mean 'cross_entropy'?"),
    (layered(loss="cross_entropy"), "loss", "give the last layer softmax"),
    ({**last_layer(activation="tanh"), "loss": "binary_cross_entropy"}, "loss", "give the last layer sigmoid"),
    ({**GOOD, "loss": "binary_cross_entropy", "targets": [0.5, 1.5]}, "targets[1]", "give numbers from 0 to 1"),
    (
        {**last_layer(activation="softmax"), "loss": "cross_entropy", "targets": [0.5, 0.4]},
        "targets",
        "give targets that sum to 1",
    ),
    # batches
    (layered(update="mini_batch"), "batch_size", "needs one, such as"),
    (layered(update="mini_batch", batch_size=2), "batch_size", "give a number from 1 to 1"),
    (layered(update="mini_batch", batch_size=0), "batch_size", "from 1 to"),
    (layered(batch_size=1), "batch_size", 'write update = "mini_batch"'),
    # data
    (layered(class_column="species"), "class_column", 'add data = "file.csv"'),
    (layered(data="iris.csv"), "inputs", "give one of them"),
    ({"data": "missing.csv", "class_column": "c", "layers": LAYERS}, "missing.csv", "check the path"),
    ({"data": "iris.csv", "layers": LAYERS}, "target_columns", "one class_column"),
    ({"data": "iris.csv", "class_column": "specis", "layers": LAYERS}, "class_column", "did you mean 'species'?"),
    ({"data": "iris.csv", "target_columns": ["species"], "layers": LAYERS}, "iris.csv:2", "'setosa' is not a number"),
    # equations
    (line(equations=""), "equations", "is empty"),
    (line(equations="# nothing"), "equations", "write one a line"),
    (line(parameters=[]), "parameters", "name at least one"),
    (line(parameters="w"), "parameters", "write a list"),
    (line(parameters=["w", "w"]), "parameters[1]", "list it once"),
    (line(values=[1]), "values", "write { x = 1.0"),
    (line(values={**LINE["values"], "w": "big"}), "values.w", "without quotes"),
    (text("y = w*x +\nE = y + t + b"), "equations:1:10", "the formula ends too early"),
    (text("y = w x\nE = y + t + b"), "equations:1:7", "write products with *"),
    (text("y = w*q + b + x\nE = (t - y)**2"), "equations:1:7", "nothing is called 'q'; give it a value"),
    (text("yy = w*x + b\nE = (t - yyy)**2"), "equations:2:10", "did you mean 'yy'?"),
    (text("y = w*x + b + E\nE = (t - y)**2"), "equations:1:1", "a circle: y needs E needs y"),
    (text("y = w*x + b\ny = w\nE = (t - y)**2"), "equations:2:1", "defined in line 1 already"),
    (text("w = x + b\nE = (t - w)**2"), "equations:1:1", "w has a value"),
    (text("exp = w*x + b\nE = (t - exp)**2"), "equations:1:1", "choose another name"),
    (text("lambda = w*x + b\nE = (t - lambda)**2"), "equations:1:1", "write lambda_"),
    (text("y = w*cosh(x) + b\nE = (t - y)**2"), "equations:1:7", "no function is called 'cosh'"),
    (text("y = w*x[1] + b\nE = (t - y)**2"), "equations:1:7", "write x on its own"),
    (text("y = w*x + b\nE = (t - y)**2", x=[1, 2]), "equations:1:7", "write x["),
    (text("y = w*x[3] + b\nE = (t - y)**2", x=[1, 2]), "equations:1:7", "count from 1, here to 2"),
    (text("y = w*x[0] + b\nE = (t - y)**2", x=[1, 2]), "equations:1:7", "count from 1"),
    (text("y = w*x[i] + b\nE = (t - y)**2", x=[1, 2]), "equations:1:7", "sum over it, as in sum[i](…)"),
    (text("y[i] = w*x[i] + b\nE = t", x=[1, 2], t=1), "parameters[0]", "w does not reach the loss E"),
    (text("E[i] = w*x[i] + b + t", x=[1, 2]), "loss", "add an equation such as total = sum[i](E[i])"),
    (text("y[j] = w + b\nE = sum[i](t + x)"), "equations:1:1", "use j as an index of something that has values"),
    (
        text("E = t + b + w + sum[i](x[i]) + sum[i](v[i])", x=[1, 2], v=[1, 2, 3]),
        "equations:1:39",
        "runs over 2 in x, but over 3 here; use another letter",
    ),
    (text("y[i] = sum[i](x[i])*w + b + t\nE = y[1]", x=[1, 2]), "equations:1:15", "sum over another letter"),
    (text("E = sum[i](x[i,i]) + w + b + t", x=[[1, 2], [3, 4]]), "equations:1:12", "use another letter"),
    (text("E = sum[i](sum[i](x[i])) + w + b + t", x=[1, 2]), "equations:1:12", "use another letter"),
    (text("y[1] = w*x\ny[3] = b\nE = t + y[1] + y[3]"), "equations:1:1", "define every member from 1 on"),
    (text("y[1,j] = w*x[j] + b\nE = t", x=[1, 2]), "equations:1:1", "letters only, or numbers only"),
    (text("E = sum[sample](x[sample]) + t + w + b", x=[1, 2]), "equations:1:1", "choose another index"),
    (line(loss="F"), "loss", "no equation defines 'F'; there is y, E"),
    (line(parameters=["w", "v"]), "parameters[1]", "nothing is called 'v'"),
    (line(parameters=["w", "y"]), "parameters[1]", "y has an equation"),
    (line(parameters=["w", "x"], inputs=["x"]), "parameters[1]", "given with the data"),
    (line(values={**LINE["values"], "c": 1}), "values.c", "take it out"),
    (line(inputs=["z"]), "inputs[0]", "give it in values or in samples"),
    (line(inputs=["x"], targets=["x"]), "targets[0]", "list it in one of them"),
    (line(samples=[]), "samples", "at least one sample"),
    (line(samples={"x": [1, 2], "t": [1, 2]}), "values.x", "give it in one of them"),
    (
        line(values={"w": 1, "b": 0}, samples={"x": [1, 2], "t": [1]}),
        "samples.t",
        "has 1 rows, but x has 2; give as many of each",
    ),
    (line(values={"w": 1, "b": 0}, samples={"x": 1, "t": [1]}), "samples.x", "one for each sample"),
    (line(values={"w": 1, "b": 0}, samples=[{"x": 1, "t": 1}, {"x": 1}]), "samples[1]", "give every sample the same"),
    (line(notation="class"), "notation", "there is own"),
    (
        text("y = sum[i](w[i]*x[i]) + b + w_1\nE = (t - y)**2", x=[1, 2], w=[1, 2], w_1=3),
        "equations",
        "w_1 means w and w_1 at once; rename one of them",
    ),
    (text("eta = w*x + b\nE = (t - eta)**2"), "equations", "eta is a setting of gradient_descent"),
    (text("w_new = w*x + b\nE = (t - w_new)**2"), "equations", "w_new is the next value of w"),
    (
        {**text("v_w = w*x + b\nE = (t - v_w)**2"), "optimizer": "momentum"},
        "equations",
        "v_w is what momentum remembers",
    ),
)


@pytest.mark.parametrize(("spec", "place", "phrase"), BAD, ids=[f"{n}-{bad[1]}" for n, bad in enumerate(BAD)])
def test_a_bad_spec_is_refused_at_its_place_with_a_remedy(spec: dict[str, Any], place: str, phrase: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(spec)
    messages = {problem.place: str(problem) for problem in reversed(caught.value.problems)}
    assert place in messages, caught.value
    assert phrase in messages[place]


@pytest.mark.parametrize("spec", [GOOD, LINE], ids=["layers", "equations"])
def test_the_specs_that_the_bad_ones_are_made_from_are_good(spec: dict[str, Any]) -> None:
    assert load(spec).sample_count == 1


def test_one_mistake_gives_one_problem() -> None:
    for number, (spec, *_) in enumerate(BAD):
        with pytest.raises(SpecError) as caught:
            load(spec)
        assert len(caught.value.problems) <= (2 if spec.get("data") != "iris.csv" else 101), (number, caught.value)


def test_all_problems_of_a_spec_are_reported_together() -> None:
    spec = {**last_layer(activation="sigmod"), "steps": -1, "colour": 1, "targets": ["a", 1.0]}
    with pytest.raises(SpecError) as caught:
        load(spec)
    assert {problem.place for problem in caught.value.problems} == {
        "layers[1].activation", "steps", "colour", "targets[0]",
    }  # fmt: skip


FILES: tuple[tuple[str, bytes, str, str], ...] = (
    ("bad.toml", b"name = 'a'\nsteps = = 3\n", "bad.toml:2", "is not TOML"),
    ("twice.toml", b"steps = 3\nsteps = 4\n", "twice.toml:2", "is not TOML"),
    ("bad.json", b'{"steps": 3,\n "seed": }', "bad.json:2", "is not JSON"),
    ("twice.json", b'{"steps": 3, "steps": 4}', "twice.json", "stands twice"),
    ("list.json", b"[1, 2]", "list.json", "write an object"),
    ("latin.toml", b"name = 'a'\ntitle = '\xe9'\n", "latin.toml:2", "save the file as UTF-8"),
    ("deep.json", b"[" * 100_000, "deep.json", "is not JSON"),
)


@pytest.mark.parametrize(("name", "content", "place", "phrase"), FILES, ids=[row[0] for row in FILES])
def test_a_file_that_cannot_be_read_says_where(
    tmp_path: Path, name: str, content: bytes, place: str, phrase: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load(tmp_path / name)
    (problem,) = caught.value.problems
    assert problem.place == str(tmp_path / place)
    assert phrase in str(problem)


@pytest.mark.parametrize(("source", "phrase"), [("clas", "did you mean 'class'?"), ("no/such.toml", "no such file")])
def test_a_spec_that_is_nowhere_is_named(source: str, phrase: str) -> None:
    with pytest.raises(SpecError, match="there is no such file") as caught:
        load(source)
    assert phrase in str(caught.value)


def test_a_folder_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="is not a file"):
        load(tmp_path)


TABLES: tuple[tuple[str, str, str], ...] = (
    ("", "d.csv:1", "the file is empty"),
    ("x,t\n", "d.csv:2", "there is no sample"),
    ("x,t\n1,2\n3\n", "d.csv:3", "has 1 cells where the heading has 2"),
    ("x,t\n1,2\n\n3,four\n", "d.csv:4", "in column 't', 'four' is not a number"),
    ("x,t\n1,2\n3,\n", "d.csv:3", "a cell is empty"),
    ("x,t\n1,nan\n", "d.csv:2", "a finite number"),
    ("x,x\n1,2\n", "d.csv:1", "stands twice"),
    ("x,\n1,2\n", "d.csv:1", "column 2 has no name"),
    ("1,2\n3,4\n", "d.csv:1", "the first line holds numbers"),
    ('x,t\n1,"2\n', "d.csv:2", "is not CSV"),
    ("y,t\n1,2\n", "input_columns", "d.csv has no column 'x'"),
)


@pytest.mark.parametrize(("content", "place", "phrase"), TABLES, ids=[row[1] + row[2][:20] for row in TABLES])
def test_a_bad_table_is_refused_at_its_line(tmp_path: Path, content: str, place: str, phrase: str) -> None:
    (tmp_path / "d.csv").write_text(content)
    (tmp_path / "spec.toml").write_text(
        'data = "d.csv"\ninput_columns = ["x"]\ntarget_columns = ["t"]\n[[layers]]\nsize = 1\n'
    )
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "spec.toml")
    assert caught.value.problems[0].place == place
    assert phrase in str(caught.value.problems[0])


def test_a_long_list_of_problems_is_cut_and_counted() -> None:
    with pytest.raises(SpecError, match=r"and 50 more$"):
        load(layered(inputs=["x"] * 150))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["w", "x", "adam"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "x", "w", "size"]), inner),
    max_leaves=6,
)
TEXT = st.text(alphabet="yEwxtb=+-*/()[],ij12 #\n²sumaxexp", max_size=30)


@given(good=st.sampled_from([GOOD, LINE]), changes=st.data())
def test_a_spec_loads_or_is_refused_whatever_stands_in_it(good: dict[str, Any], changes: st.DataObject) -> None:
    where: Where = "network" if good is GOOD else "equations"
    spec: dict[str, Any] = {**good, changes.draw(st.sampled_from(list(FIELDS[where]))): changes.draw(ANYTHING)}
    if good is GOOD and isinstance(spec["layers"], list):
        layer = {"size": 2, changes.draw(st.sampled_from(list(FIELDS["layer"]))): changes.draw(ANYTHING)}
        spec["layers"] = [layer, *spec["layers"]]
    if good is LINE and isinstance(spec["values"], dict):
        spec["values"] = {**spec["values"], changes.draw(st.sampled_from(["x", "w", "q"])): changes.draw(ANYTHING)}
    try:
        setup = load(spec)
    except SpecError as error:
        assert all(problem.place for problem in error.problems)  # noqa: PT017 -- both ends are allowed
    else:
        assert load(setup.origin) == setup


@given(more=TEXT)
def test_equations_load_or_are_refused_whatever_they_say(more: str) -> None:
    try:
        load(line(equations=f"{LINE['equations']}\n{more}"))
    except SpecError as error:
        assert all(problem.place for problem in error.problems)  # noqa: PT017 -- both ends are allowed


def test_a_spec_is_never_anything_but_data() -> None:
    with pytest.raises(SpecError, match="int is no spec"):
        load(3)  # type: ignore[arg-type]
