// Markup that calls nothing back, written by React at once: Dash would keep a component, and ask its store at every
// change of anything, for each element. Texts stay texts.
(function () {
    const { createElement, Fragment, memo } = window.React;
    const own = (tag) => /^[A-Z]/.test(tag);

    /** A node is a text, or [tag, attributes, ...what is inside]; a tag in capitals is a component of ours. */
    function drawn(node) {
        if (!Array.isArray(node)) return node;
        const [tag, attributes, ...inside] = node;
        return createElement(own(tag) ? window.cityglass_components[tag] : tag, attributes, ...inside.map(drawn));
    }

    /** With an id it is an element of its own, which stays while what is inside changes, and with it the focus. */
    function Still({ id, inside, attributes }) {
        const nodes = inside.map(drawn);
        return id ? createElement("div", { id, ...attributes }, ...nodes) : createElement(Fragment, null, ...nodes);
    }

    window.cityglass_components = { ...window.cityglass_components, Still: memo(Still) };
})();
