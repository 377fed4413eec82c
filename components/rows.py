"""A table of many rows as one Dash component: a component for each cell would hold a browser up for a minute.

Texts alone pass through it, and the browser writes them as texts.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from dash import html
from dash.development.base_component import Component

from components.script import declare

declare("rows.js")


class Rows(Component):  # type: ignore[misc]  # Dash is untyped
    """A table whose first cell of each row is its heading.

    Props:

    - `caption`: what the table is of; `titles`: one for each column.
    - `rows`: the texts of the cells, row by row.
    - `picks`: `[[layer, id]]`, one for each row: its heading is then a button that picks this thing; or None.
    """

    _namespace = "cityglass_components"
    _type = "Rows"
    # Dash wants lists here, and declares no types
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _prop_names: ClassVar[list[str]] = ["caption", "titles", "rows", "picks"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []

    def __init__(
        self,
        caption: str,
        titles: Sequence[str],
        rows: Sequence[Sequence[str]],
        picks: Sequence[tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(caption=caption, titles=titles, rows=rows, picks=picks)

    def plain(self) -> Any:
        """The same table of Dash's own HTML components, without its buttons."""
        lines = [
            html.Tr([html.Th(cells[0], scope="row"), *(html.Td(cell) for cell in cells[1:])]) for cells in self.rows
        ]
        head = html.Thead(html.Tr([html.Th(title, scope="col") for title in self.titles]))
        return html.Table([html.Caption(self.caption), head, html.Tbody(lines)])
