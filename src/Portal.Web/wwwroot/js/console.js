// What the console does without a circuit: menus, dialogs, theme, palette, shortcuts and the connection's state.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);

  window.Portal = {
    showDialog(dialog) { if (dialog && !dialog.open) dialog.showModal(); },
    closeDialog(dialog) { if (dialog?.open) dialog.close(); },
    async copy(text) { await navigator.clipboard?.writeText(text); },
    download(name, text) {
      const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      const link = Object.assign(document.createElement("a"), { href: url, download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    },
  };

  // Menus.
  const closeMenus = (except) => document.querySelectorAll("[data-menu-toggle][aria-expanded=true]").forEach((toggle) => {
    if (toggle === except) return;
    toggle.setAttribute("aria-expanded", "false");
    toggle.nextElementSibling.hidden = true;
  });
  const toggleMenu = (toggle) => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    closeMenus(toggle);
    toggle.setAttribute("aria-expanded", String(open));
    toggle.nextElementSibling.hidden = !open;
    if (open) $("[role=menuitem]", toggle.nextElementSibling)?.focus();
  };

  // Palette.
  const palette = {
    get dialog() { return $("#portal-palette"); },
    get options() { return [...this.dialog.querySelectorAll("[role=option]")].filter((option) => !option.hidden); },
    open() {
      const dialog = this.dialog;
      if (!dialog || dialog.open) return;
      dialog.showModal();
      const input = $("input", dialog);
      input.value = "";
      this.filter("");
      input.focus();
    },
    filter(text) {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      for (const option of this.dialog.querySelectorAll("[role=option]")) {
        const content = option.textContent.toLowerCase();
        option.hidden = !words.every((word) => content.includes(word));
      }
      const options = this.options;
      $(".portal-palette__none", this.dialog).hidden = options.length > 0;
      this.select(options[0]);
    },
    select(option) {
      this.dialog.querySelectorAll("[role=option]").forEach((other) => other.setAttribute("aria-selected", String(other === option)));
      $("input", this.dialog).setAttribute("aria-activedescendant", option?.id ?? "");
      option?.scrollIntoView({ block: "nearest" });
    },
    move(step) {
      const options = this.options;
      const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (options.length) this.select(options[(at + step + options.length) % options.length]);
    },
    go(option) {
      const href = option?.dataset.href;
      this.dialog.close();
      if (!href) return;
      if (window.Blazor?.navigateTo) Blazor.navigateTo(href); else location.assign(href);
    },
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const toggle = target.closest("[data-menu-toggle]");
    if (toggle) { toggleMenu(toggle); return; }
    closeMenus();
    if (target.closest("[data-theme-toggle]")) PortalTheme.toggle();
    else if (target.closest("[data-help-open]")) $("#portal-help")?.showModal();
    else if (target.closest("[data-palette-open]")) palette.open();
    else if (target.closest("[data-dialog-close]")) target.closest("dialog")?.close();
    else if (target.closest("[data-rail-toggle]")) $("#portal-page")?.classList.toggle("portal-page--rail");
    else if (target.closest("#portal-palette [role=option]")) palette.go(target.closest("[role=option]"));
    else if (target.closest(".portal-rail__link")) $("#portal-page")?.classList.remove("portal-page--rail");
    else if (target.matches(".portal-skip")) { event.preventDefault(); event.stopPropagation(); $("#content")?.focus(); }
    else if (target.closest("[data-reconnect=retry]")) reconnect();
    else if (target.closest("[data-reconnect=reload]")) location.reload();
  }, true);

  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".portal-palette__input")) palette.filter(event.target.value);
    if (event.target.matches?.("[data-shortcuts-off]")) { try { localStorage.setItem("portal-shortcuts", event.target.checked ? "off" : "on"); } catch { /* lasts as long as the page */ } }
  });

  const shortcutsOff = () => { try { return localStorage.getItem("portal-shortcuts") === "off"; } catch { return false; } };
  const typing = (element) => element instanceof Element && element.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); palette.open(); return; }
    if (palette.dialog?.open) {
      if (event.key === "ArrowDown") { event.preventDefault(); palette.move(1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); palette.move(-1); }
      else if (event.key === "Enter") { event.preventDefault(); palette.go(palette.options.find((option) => option.getAttribute("aria-selected") === "true")); }
      return;
    }
    const menu = event.target instanceof Element ? event.target.closest("[role=menu]") : null;
    if (menu) {
      const items = [...menu.querySelectorAll("[role=menuitem]")];
      const at = items.indexOf(document.activeElement);
      const focus = (index) => { event.preventDefault(); items[(index + items.length) % items.length]?.focus(); };
      if (event.key === "ArrowDown") focus(at + 1);
      else if (event.key === "ArrowUp") focus(at - 1);
      else if (event.key === "Home") focus(0);
      else if (event.key === "End") focus(items.length - 1);
      else if (event.key === "Escape" || event.key === "Tab") { const toggle = menu.previousElementSibling; closeMenus(); if (event.key === "Escape") toggle.focus(); }
      return;
    }
    if (event.key === "Escape") { closeMenus(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || shortcutsOff() || $("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); $("#portal-help")?.showModal(); }
    else if (event.key === "/") { const filter = $("[data-filter]"); if (filter) { event.preventDefault(); filter.focus(); } else { event.preventDefault(); palette.open(); } }
  });

  // The circuit's connection: Blazor raises this event on its own element.
  const reconnect = async () => {
    try {
      if (await Blazor.reconnect()) return;
      if (!(await Blazor.resumeCircuit?.())) location.reload();
    } catch { /* still unreachable: the notice stays */ }
  };
  document.addEventListener("components-reconnect-state-changed", (event) => {
    document.body.classList.toggle("portal-offline", event.detail?.state !== "hide");
  }, true);
  document.addEventListener("visibilitychange", () => {
    const notice = $("#components-reconnect-modal");
    if (document.visibilityState === "visible" && notice?.classList.contains("components-reconnect-failed")) reconnect();
  });
  document.addEventListener("toggle", (event) => {
    const box = $("[data-shortcuts-off]", event.target instanceof Element ? event.target : document);
    if (box) box.checked = shortcutsOff();
  }, true);
})();
