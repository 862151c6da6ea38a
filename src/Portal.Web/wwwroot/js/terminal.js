// Terminals in instances, in a dock below the page that outlives navigation. A button with data-terminal-open (the endpoint's path) and data-terminal-title opens one.
let dock = null, words = {}, open = [], current = null, library = null;

const load = () => library ??= (async () => {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/lib/xterm/xterm.css";
  document.head.append(sheet);
  const [{ Terminal }, { FitAddon }] = await Promise.all([import("../lib/xterm/xterm.js"), import("../lib/xterm/addon-fit.js")]);
  return { Terminal, FitAddon };
})();

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
};

function select(session) {
  current = session;
  for (const other of open) {
    other.panel.hidden = other !== session;
    other.tab.setAttribute("aria-selected", String(other === session));
    other.tab.tabIndex = other === session ? 0 : -1;
  }
  dock.hidden = open.length === 0;
  if (session) { session.fit.fit(); session.terminal.focus(); }
}

function close(session) {
  session.socket.close();
  session.terminal.dispose();
  session.panel.remove();
  session.tab.remove();
  open = open.filter((other) => other !== session);
  if (current === session) select(open.at(-1) ?? null);
  if (open.length === 0) session.opener?.focus();
}

async function start(path, title, opener) {
  const { Terminal, FitAddon } = await load();
  const panel = element("div", "portal-dock__panel");
  const banner = element("p", "portal-dock__banner", words.connecting);
  banner.setAttribute("role", "status");
  const screen = element("div", "portal-dock__screen");
  const tab = element("button", "portal-dock__tab", title);
  const end = element("button", "portal-dock__close", "×");
  tab.type = end.type = "button";
  tab.setAttribute("role", "tab");
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-label", title);
  end.setAttribute("aria-label", `${words.close} ${title}`);
  banner.append(end);
  panel.append(banner, screen);
  dock.querySelector("[role=tablist]").append(tab);
  dock.append(panel);
  const terminal = new Terminal({ convertEol: false, cursorBlink: false, scrollback: 5000, screenReaderMode: true, fontFamily: "var(--portal-mono, monospace)", fontSize: 13 });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  const address = new URL(path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const session = { panel, tab, terminal, fit, socket, opener };
  open.push(session);
  dock.hidden = false;
  terminal.open(screen);
  select(session);
  const encoder = new TextEncoder();
  const say = (text) => { banner.replaceChildren(document.createTextNode(text), end); };
  let over = "";
  const size = () => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ columns: terminal.cols, rows: terminal.rows })); };
  terminal.onData((data) => { if (socket.readyState === WebSocket.OPEN) socket.send(encoder.encode(data)); });
  terminal.onResize(size);
  socket.onopen = size;
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") { terminal.write(new Uint8Array(data)); return; }
    const told = JSON.parse(data);
    if (told.end !== undefined) over = told.end;
    else say(`${told.instance} · ${told.container} · ${told.user} · ${words.audited}`);
  };
  socket.onclose = () => { say(`${words.ended} ${over || title}`); terminal.options.disableStdin = true; };
  tab.addEventListener("click", () => select(session));
  end.addEventListener("click", () => close(session));
}

export function attach(root, texts) {
  if (dock === root) return;
  dock = root;
  words = texts;
  const tabs = element("div", "portal-dock__tabs");
  tabs.setAttribute("role", "tablist");
  tabs.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const next = open[(open.indexOf(current) + step + open.length) % open.length];
    select(next);
    next.tab.focus();
  });
  dock.append(tabs);
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element ? event.target.closest("[data-terminal-open]") : null;
    if (opener && opener.getAttribute("aria-disabled") !== "true") start(opener.dataset.terminalOpen, opener.dataset.terminalTitle, opener);
  });
  new ResizeObserver(() => current?.fit.fit()).observe(dock);
}
