// Markup that calls nothing back, written by React at once: Dash would keep a component, and ask its store at every
// change of anything, for each element. Texts stay texts.
(function () {
    const { createElement, Fragment, memo, useEffect, useReducer, useRef } = window.React;
    const own = (tag) => /^[A-Z]/.test(tag);

    /** A node is a text, or [tag, attributes, ...what is inside]; a tag in capitals is a component of ours. */
    function drawn(node) {
        if (!Array.isArray(node)) return node;
        const [tag, attributes, ...inside] = node;
        return createElement(own(tag) ? window.cityglass_components[tag] : tag, attributes, ...inside.map(drawn));
    }

    // What a hand is about to press stays where it is: news of a steady list wait for the hand to come to rest or to
    // have pressed, though not for long.
    const REST_MS = 1_000;
    const PRESSED_MS = 3_000; // who holds a button for longer waits for something else
    const MOST_MS = 4_000;
    const LOOK_MS = 100;
    const hand = { over: null, moved: -Infinity, pressed: -Infinity, done: -Infinity };
    const watch = (kind, told) => addEventListener(
        kind,
        (event) => {
            hand.over = event.target.closest?.("[data-steady]") ?? null;
            Object.assign(hand, told(performance.now()));
        },
        { capture: true, passive: true },
    );
    watch("pointermove", (now) => ({ moved: now }));
    watch("pointerdown", (now) => ({ pressed: now }));
    watch("pointercancel", () => ({ pressed: -Infinity }));
    watch("click", (now) => ({ pressed: -Infinity, done: now })); // what the press has asked for is to be seen

    function isHeld(element, since) {
        const now = performance.now();
        if (!element || hand.over !== element) return false;
        if (now < hand.pressed + PRESSED_MS) return true;
        return now < hand.moved + REST_MS && now > hand.done + REST_MS && now < since + MOST_MS;
    }

    /** What is to be shown now of a list that may have to wait. */
    function useSteady(inside, element) {
        const shown = useRef(inside);
        const since = useRef(0);
        const [, look] = useReducer((n) => n + 1, 0);
        if (shown.current !== inside) since.current ||= performance.now();
        const waits = shown.current !== inside && isHeld(element.current, since.current);
        if (!waits) {
            shown.current = inside;
            since.current = 0;
        }
        useEffect(() => {
            const again = waits ? setTimeout(look, LOOK_MS) : 0;
            return () => clearTimeout(again);
        });
        return shown.current;
    }

    /** With an id it is an element of its own, which stays while what is inside changes, and with it the focus. */
    function Still({ id, inside, attributes }) {
        const element = useRef(null);
        const nodes = useSteady(inside, element).map(drawn);
        if (!id) return createElement(Fragment, null, ...nodes);
        return createElement("div", { id, ref: element, ...attributes }, ...nodes);
    }

    window.cityglass_components = { ...window.cityglass_components, Still: memo(Still) };
})();
