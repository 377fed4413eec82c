/* The public page's own script: its light, which the reader chooses and the browser remembers. */
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  public: {
    light() {
      const page = document.documentElement;
      const shade = page.dataset.theme === "night" ? "day" : "night";
      page.dataset.theme = shade;
      document.cookie = `public_theme=${shade}; path=/; max-age=31536000; samesite=lax`;
      document.getElementById("light").setAttribute("aria-pressed", String(shade === "night"));
      return shade;
    },
  },
});
