// The tiles of the strip, written by React at once and kept from one moment to the next: a focus in them stays.
// What a tile does when it is pressed is in assets/desk/numbers.js.
(function () {
    const { createElement, memo } = window.React;
    const span = (className, ...inside) => createElement("span", { className }, ...inside);

    function mark({ severity, severe }) {
        const told = { className: `mark severity-${severity}`, role: "img", title: severe, "aria-label": severe };
        return severity ? createElement("span", told) : null;
    }

    function way({ key, table }) {
        const icon = { className: "icon", style: { "--icon": "url(/assets/engine/icons/table.svg)" }, "aria-hidden": true };
        const button = { type: "button", className: "button", "data-table-of": key };
        return table ? createElement("button", button, createElement("span", icon), table) : null;
    }

    function tile(figure, name) {
        const { key, label, value, unit, trust, meaning, unusual, sentences, origin, severity } = figure;
        const long = label.length + (severity ? 3 : 0) + (trust.includes("·") ? 22 : 14); // letters of its head
        const card = `${name}-${key}`;
        const face = { type: "button", className: "tile-face", "aria-expanded": false, "aria-controls": card };
        return createElement(
            "li",
            { key, className: "tile", style: { "--long": long } },
            createElement(
                "button",
                face,
                span("head", span("label", mark(figure), label), span("trust", trust)),
                span("reading", span("value", value), " ", span("unit", unit)),
                span(unusual ? "meaning unusual" : "meaning", meaning),
            ),
            createElement(
                "div",
                { id: card, className: "panel tile-card" },
                createElement("h2", null, label),
                ...sentences.map((words, n) => createElement("p", { key: n }, words)),
                origin ? createElement("p", { key: "origin", className: "origin" }, origin) : null,
                way(figure),
            ),
        );
    }

    function Tiles({ id, label, figures }) {
        return createElement("ul", { id, className: "tiles", "aria-label": label }, ...figures.map((one) => tile(one, id)));
    }

    window.cityglass_components = { ...window.cityglass_components, Tiles: memo(Tiles) };
})();
