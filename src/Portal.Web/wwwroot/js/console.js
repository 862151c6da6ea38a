// What the console does without a circuit: menus, dialogs, theme, language, palette, shortcuts and the connection's state.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);

  window.Portal = {
    showDialog(dialog) { if (dialog && !dialog.open) dialog.showModal(); },
    closeDialog(dialog) { if (dialog?.open) dialog.close(); },
    // Called by a circuit that has drawn itself; see resume.
    live() { },
    // Drafts live as long as the tab. The circuit says what rows a form has, the fields themselves say what stands in them: so every key stroke is kept, the server alive or not.
    draft(key) { try { return sessionStorage.getItem(key); } catch { return null; } },
    keepDraft(form, key, text) {
      if (form) form.dataset.draft = key;
      drafts.set(key, text);
      if (form) storeDraft(form);
    },
    dropDraft(key) {
      drafts.delete(key);
      try { sessionStorage.removeItem(key); } catch { /* forbidden: there was none */ }
    },
    async copy(text) { await navigator.clipboard?.writeText(text); },
    download(name, text) {
      const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      const link = Object.assign(document.createElement("a"), { href: url, download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    },
  };

  // The shape of each form on the page by the key of its draft, as the circuit last said it.
  const drafts = new Map();
  const storeDraft = (form) => {
    const key = form.dataset.draft, shape = drafts.get(key);
    if (!shape) return;
    const draft = JSON.parse(shape);
    for (const field of form.querySelectorAll("[data-draft-field]")) {
      const path = field.dataset.draftField.split("."), last = path.pop();
      const owner = path.reduce((part, name) => part?.[name], draft);
      if (owner && last in owner) owner[last] = field.value;
    }
    const text = JSON.stringify(draft);
    try { if (text !== JSON.stringify(JSON.parse(form.dataset.draftUntouched))) sessionStorage.setItem(key, text); else sessionStorage.removeItem(key); } catch { /* full or forbidden: the sealed draft is still there */ }
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
    if (open) $("[role^=menuitem]", toggle.nextElementSibling)?.focus();
  };

  // Palette: pages and actions are on the page already, apps are asked for while typing.
  const palette = {
    asked: null,
    timer: 0,
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
      for (const option of this.dialog.querySelectorAll("[role=option]:not([data-found])")) {
        const content = option.textContent.toLowerCase();
        option.hidden = !words.every((word) => content.includes(word));
      }
      this.settle();
      clearTimeout(this.timer);
      this.asked?.abort();
      if (words.length) this.timer = setTimeout(() => this.search(text.trim()), 120);
      else this.show([]);
    },
    async search(text) {
      this.asked = new AbortController();
      try {
        const answer = await fetch(`/api/v1/search?limit=8&q=${encodeURIComponent(text)}`, { signal: this.asked.signal, credentials: "same-origin" });
        if (answer.ok) this.show(await answer.json());
      } catch { /* typed on, or offline: pages and actions still work */ }
    },
    show(apps) {
      const group = $("[data-palette-found]", this.dialog);
      group.replaceChildren(...apps.map((app) => {
        const option = document.createElement("div");
        const path = `/t/${app.team}/p/${app.project}/e/${app.environment}/apps/${app.app}`;
        Object.assign(option, { id: `palette-found-${path}` });
        option.setAttribute("role", "option");
        option.dataset.found = "";
        option.dataset.href = path;
        const name = document.createElement("span"), place = document.createElement("span");
        name.textContent = app.app;
        place.textContent = `${app.team} / ${app.project} / ${app.environment}`;
        place.className = "portal-palette__hint";
        option.append(name, place);
        return option;
      }));
      this.settle();
    },
    settle() {
      const options = this.options;
      $(".portal-palette__none", this.dialog).hidden = options.length > 0;
      for (const group of this.dialog.querySelectorAll("[role=group]")) group.hidden = !group.querySelector("[role=option]:not([hidden])");
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
      if (!option) return;
      this.dialog.close();
      if (option.dataset.action) act(option.dataset.action);
      else if (window.Blazor?.navigateTo) Blazor.navigateTo(option.dataset.href);
      else location.assign(option.dataset.href);
    },
  };

  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: lasts as long as the page */ } };
  const speak = (language) => {
    document.cookie = `.AspNetCore.Culture=${encodeURIComponent(`c=${language}|uic=${language}`)};path=/;max-age=31536000;samesite=lax`;
    location.reload();
  };
  // On a narrow screen the rail is a sheet over the page, on a wide one it folds to its icons and stays so.
  const narrow = matchMedia("(max-width: 900px)");
  const toggleRail = () => {
    if (narrow.matches) $("#portal-page")?.classList.toggle("portal-page--rail");
    else store("portal-rail", document.documentElement.classList.toggle("portal-rail-folded") ? "folded" : "open");
  };
  const act = (action) => {
    if (action === "theme") PortalTheme.toggle();
    else if (action === "help") $("#portal-help")?.showModal();
    else if (action === "rail") toggleRail();
    else if (action.startsWith("language:")) speak(action.slice(9));
  };

  // Lists: j and k go from row to row, Enter opens what has the focus, Esc leaves.
  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a[href], button") && row.offsetParent);
  const moveRow = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    const target = next.querySelector("a[href], button");
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  };
  const moveTab = (step) => {
    const tabs = [...document.querySelectorAll("nav.portal-tabs a")];
    const at = tabs.findIndex((tab) => tab.getAttribute("aria-current") === "page");
    if (tabs.length) { const tab = tabs[(at + step + tabs.length) % tabs.length]; tab.focus(); tab.click(); }
  };
  let going = 0;

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
    else if (target.closest("[data-rail-toggle]")) toggleRail();
    else if (target.closest("[data-language]")) speak(target.closest("[data-language]").dataset.language);
    else if (target.closest("#portal-palette [role=option]")) palette.go(target.closest("[role=option]"));
    else if (target.closest(".portal-rail__link")) $("#portal-page")?.classList.remove("portal-page--rail");
    else if (target.matches(".portal-skip")) { event.preventDefault(); event.stopPropagation(); $("#content")?.focus(); }
    else if (target.closest("[data-reconnect=retry]")) reconnect();
    else if (target.closest("[data-reconnect=reload]")) location.reload();
  }, true);

  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".portal-palette__input")) palette.filter(event.target.value);
    if (event.target.matches?.("[data-draft-field]") && event.target.form?.dataset.draft) storeDraft(event.target.form);
    if (event.target.matches?.("[data-shortcuts-off]")) store("portal-shortcuts", event.target.checked ? "off" : "on");
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
      const items = [...menu.querySelectorAll("[role^=menuitem]")];
      const at = items.indexOf(document.activeElement);
      const focus = (index) => { event.preventDefault(); items[(index + items.length) % items.length]?.focus(); };
      if (event.key === "ArrowDown") focus(at + 1);
      else if (event.key === "ArrowUp") focus(at - 1);
      else if (event.key === "Home") focus(0);
      else if (event.key === "End") focus(items.length - 1);
      else if (event.key === "Escape" || event.key === "Tab") { const toggle = menu.previousElementSibling; closeMenus(); if (event.key === "Escape") toggle.focus(); }
      return;
    }
    if (event.key === "Escape") {
      closeMenus();
      if (document.activeElement?.closest("main tbody tr")) document.activeElement.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || shortcutsOff() || $("dialog[open]")) return;
    if (Date.now() < going) {
      going = 0;
      const link = $(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") going = Date.now() + 1500;
    else if (event.key === "j" || event.key === "k") { event.preventDefault(); moveRow(event.key === "j" ? 1 : -1); }
    else if (event.key === "[" || event.key === "]") { event.preventDefault(); moveTab(event.key === "]" ? 1 : -1); }
    else if (event.key === "?") { event.preventDefault(); $("#portal-help")?.showModal(); }
    else if (event.key === "/") { const filter = $("[data-filter]"); if (filter) { event.preventDefault(); filter.focus(); } else { event.preventDefault(); palette.open(); } }
  });

  // The circuit's connection. When the server says that it is about to stop (or this tab was hidden for long), the circuit is paused: its state travels to this
  // page, encrypted, and back into a new circuit once the server answers again. Blazor raises its event on its own element.
  const notice = () => $("#components-reconnect-modal");
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const bootId = async () => {
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(2000) });
      return answer.ok ? answer.headers.get("Portal-Boot") ?? "" : null;
    } catch { return null; }
  };
  let resting = null, draining = false;
  const rest = async (why) => {
    if (resting || !window.Blazor?.pauseCircuit) return false;
    resting = why;
    notice()?.classList.toggle("portal-reconnect--asleep", why === "asleep");
    document.body.classList.add("portal-offline");
    const paused = await Blazor.pauseCircuit();
    if (paused) $("#portal-page")?.setAttribute("inert", "");
    else { resting = null; document.body.classList.remove("portal-offline"); }
    return paused;
  };
  const resume = async () => {
    if (!resting) return;
    // What is on the page belongs to the former circuit until the new one has drawn itself: a click before that would be lost.
    const drawn = new Promise((resolve) => { Portal.live = resolve; });
    if (!(await Blazor.resumeCircuit())) { location.reload(); return; }
    await Promise.race([drawn, wait(15_000)]);
    resting = null;
    document.body.classList.remove("portal-offline");
    $("#portal-page")?.removeAttribute("inert");
  };
  Portal.drain = (boot) => {
    if (draining) return;
    draining = true;
    // Not awaited by the server: it waits for the circuits to be gone, not for an answer.
    setTimeout(async () => {
      if (resting || await rest("drain")) {
        for (let attempt = 0; ; attempt++) {
          await wait(Math.min(200 + attempt * 50, 1000));
          const now = await bootId();
          if (now !== null && now !== boot) break;
        }
        await resume();
      }
      draining = false;
    }, 0);
  };
  const reconnect = async () => {
    try {
      if (await Blazor.reconnect()) return;
      if (!(await Blazor.resumeCircuit?.())) location.reload();
    } catch { /* still unreachable: the notice stays */ }
  };
  document.addEventListener("components-reconnect-state-changed", (event) => {
    if (!resting) document.body.classList.toggle("portal-offline", event.detail?.state !== "hide");
  }, true);

  // A tab that nobody has looked at for long gives its memory back to the server.
  const HiddenFor = 10 * 60 * 1000;
  let hidden = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.visibilityState === "hidden") { hidden = setTimeout(() => rest("asleep"), HiddenFor); return; }
    if (resting === "asleep") resume();
    else if (notice()?.classList.contains("components-reconnect-failed")) reconnect();
  });
  document.addEventListener("toggle", (event) => {
    const box = $("[data-shortcuts-off]", event.target instanceof Element ? event.target : document);
    if (box) box.checked = shortcutsOff();
  }, true);
})();
