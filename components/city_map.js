// The component as Dash knows it: a place in the page. The map engine is an ES module that arrives later; what
// the page says until then waits here.
(function () {
    const { createElement, useEffect, useRef } = window.React;

    function CityMap(props) {
        const place = useRef(null);
        const engine = useRef(null);
        const latest = useRef(props);
        const moment = useRef(null);
        latest.current = props;

        // What a hand on the time bar has said holds at once: after a key a browser puts all else off until its next picture.
        const shown = () => {
            if (moment.current && moment.current.at === (latest.current.at ?? null)) moment.current = null;
            return { ...latest.current, ...moment.current };
        };

        useEffect(() => {
            let gone = false;
            const tell = (outputs) => gone || latest.current.setProps(outputs);
            const hear = ({ detail }) => {
                moment.current = detail;
                if (engine.current) engine.current.update(shown());
            };
            place.current.addEventListener("moment", hear);
            // What one reads comes first: to make the map ready holds the page up, where a processor has to draw it.
            const read = new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            const soon = Promise.race([read, new Promise((done) => setTimeout(done, 1000))]);
            Promise.all([import(props.engine.module), soon])
                .then(([module]) => module.mount(place.current, shown(), tell))
                .then((mounted) => {
                    engine.current = mounted;
                    if (gone) mounted.remove();
                    else mounted.update(shown());
                });
            return () => {
                gone = true;
                if (engine.current) engine.current.remove();
            };
        }, []);
        useEffect(() => {
            if (engine.current) engine.current.update(shown());
        });
        return createElement("div", { id: props.id, ref: place, className: "cityglass-map" });
    }

    window.cityglass_components = { ...window.cityglass_components, CityMap };
})();
