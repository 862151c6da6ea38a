// Runs before the first paint, so that a dark page never flashes white. "auto" follows the system.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("portal-theme") ?? "auto"; } catch { return "auto"; } };
  const apply = () => {
    const choice = stored();
    root.classList.toggle("pf-v6-theme-dark", choice === "dark" || (choice === "auto" && system.matches));
  };
  system.addEventListener("change", apply);
  window.PortalTheme = {
    apply,
    toggle() {
      const dark = !root.classList.contains("pf-v6-theme-dark");
      try { localStorage.setItem("portal-theme", dark === system.matches ? "auto" : dark ? "dark" : "light"); } catch { /* private mode: the choice lasts as long as the page */ }
      root.classList.toggle("pf-v6-theme-dark", dark);
    },
  };
  apply();
  try { root.classList.toggle("portal-rail-folded", localStorage.getItem("portal-rail") === "folded"); } catch { /* open, then */ }
})();
