// Where the keyboard is to go once an answer has brought what was asked for.
(function () {
  "use strict";
  const EVERY_MS = 100;

  /** Focus an element as soon as it can be seen, however long the server takes (5 seconds at most). */
  function onceSeen(id, tries = 50) {
    const wanted = document.getElementById(id);
    if (wanted?.checkVisibility()) wanted.focus({ preventScroll: true });
    else if (tries > 0) setTimeout(onceSeen, EVERY_MS, id, tries - 1);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { focus: { onceSeen } });
})();
