// A table of many rows, written by React at once. Every cell is a text and stays one.
(function () {
    const { createElement, memo } = window.React;

    function Rows({ caption, titles, rows, picks }) {
        const heading = (cells, i) => {
            if (!picks) return cells[0];
            const [layer, thing] = picks[i];
            return createElement("button", { type: "button", className: "link", "data-layer": layer, "data-id": thing }, cells[0]);
        };
        const line = (cells, i) => createElement(
            "tr",
            { key: picks ? picks[i].join("/") : i },
            createElement("th", { scope: "row" }, heading(cells, i)),
            ...cells.slice(1).map((cell, n) => createElement("td", { key: n }, cell)),
        );
        const head = titles.map((title, n) => createElement("th", { key: n, scope: "col" }, title));
        return createElement(
            "table",
            null,
            createElement("caption", null, caption),
            createElement("thead", null, createElement("tr", null, ...head)),
            createElement("tbody", null, ...rows.map(line)),
        );
    }

    window.cityglass_components = { ...window.cityglass_components, Rows: memo(Rows) };
})();
