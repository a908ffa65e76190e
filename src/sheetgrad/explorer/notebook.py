"""The explorer in a notebook: the same modules as an `anywidget`, for Jupyter, marimo and whatever else takes one.

What is shown goes both ways: set `widget.step = 10` in Python and the page moves;
drag a weight on the page and `widget.values` has it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sheetgrad import derivation as derivations
from sheetgrad.errors import MissingPackageError
from sheetgrad.explorer.bundle import asset, bundled, style
from sheetgrad.explorer.content import content
from sheetgrad.explorer.page import as_json, told

if TYPE_CHECKING:
    from sheetgrad.setup import Setup


def widget(setup: Setup) -> Any:  # noqa: ANN401 -- anywidget is not imported for those who do not use it
    """The explorer of a setup as a widget.

    It has `step`, `phase` (0 forward, 1 loss, 2 backward, 3 update), `quantity`, `rate`
    and `values`, the starting numbers that differ from the setup's, by plain name.

    Raises:
        MissingPackageError: anywidget is not installed.
        TooLargeError: the network has too many equations for one page.
    """
    if find_spec("anywidget") is None:
        raise MissingPackageError("anywidget", "the explorer in a notebook", "notebook")
    import anywidget
    import traitlets

    shown = derivations.derive(setup)
    made = content(setup, shown)
    script = "\n".join(
        (
            bundled("widget"),
            made.source,
            f"const given = {as_json(told(made, shown))};",
            f"const markup = {as_json(asset('explorer.html'))};",
            f"const looks = {as_json(style())};",
            "const parts = { program, given, markup, looks };",
            "export default { render: ({ model, el }) => widget(model, el, parts) };\n",
        )
    )
    first = setup.learning_rates[0]

    class Explorer(anywidget.AnyWidget):  # type: ignore[misc]  # its own types are not read
        """One network, at work."""

        _esm = script
        step = traitlets.Int(0, min=0, max=made.data["steps"]).tag(sync=True)
        phase = traitlets.Int(0, min=0, max=3).tag(sync=True)
        quantity = traitlets.Unicode("").tag(sync=True)
        rate = traitlets.Float(first).tag(sync=True)
        values = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Float()).tag(sync=True)

    return Explorer()
