// The log viewer: reads server-sent events, each a line as JSON ({instance, process, at, text}), from the REST endpoint by fetch,
// and keeps a bounded window of them on the page. Lines are text nodes, never markup.
const WINDOW = 10_000;
const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** Splits a text with colour sequences (ESC [ … m) into spans of one style each. */
export function styled(text) {
  const parts = [];
  let style = { colour: null, bold: false };
  let at = 0;
  for (const match of text.matchAll(/\u001b\[([\d;]*)m/g)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), ...style });
    for (const code of (match[1] || "0").split(";").map(Number)) {
      if (code === 0) style = { colour: null, bold: false };
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 22) style = { ...style, bold: false };
      else if (code === 39) style = { ...style, colour: null };
      else if (code >= 30 && code <= 37) style = { ...style, colour: COLOURS[code - 30] };
      else if (code >= 90 && code <= 97) style = { ...style, colour: COLOURS[code - 90] };
    }
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), ...style });
  return parts;
}

export function open(root, app) {
  const find = (name) => root.querySelector(`[data-log-${name}]`);
  const lines = find("lines"), status = find("status"), latest = find("latest"), pause = find("pause"), filter = find("filter");
  const buffer = [];
  let held = [], pending = [], paused = false, frame = 0, dropped = 0, reading = null, state = "Connecting…", tag = 0;
  const tags = new Map();

  const say = () => {
    const parts = [state, `${buffer.length.toLocaleString()} lines`];
    if (dropped) parts.push(`oldest ${dropped.toLocaleString()} dropped`);
    if (paused) parts.push(`paused, ${held.length.toLocaleString()} new`);
    status.textContent = parts.join(" · ");
  };
  const matches = (line) => !filter.value || `${line.instance} ${line.text}`.toLowerCase().includes(filter.value.toLowerCase());
  const atEnd = () => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;

  const draw = (line) => {
    const row = document.createElement("div");
    row.className = "portal-logs__line";
    if (line.gap) { row.classList.add("portal-logs__line--gap"); row.textContent = line.text; return row; }
    const time = document.createElement("span");
    time.className = "portal-logs__time";
    time.textContent = line.at ? new Date(line.at).toISOString().slice(11, 23) : "";
    const instance = document.createElement("span");
    if (!tags.has(line.instance)) tags.set(line.instance, tag++ % 6);
    instance.className = `portal-logs__instance portal-logs__instance--${tags.get(line.instance)}`;
    instance.textContent = line.instance.split("-").slice(-1)[0];
    instance.title = line.instance;
    const text = document.createElement("span");
    text.className = "portal-logs__text";
    for (const part of styled(line.text)) {
      const span = document.createElement("span");
      if (part.colour) span.classList.add(`portal-ansi--${part.colour}`);
      if (part.bold) span.classList.add("portal-ansi--bold");
      span.textContent = part.text;
      text.append(span);
    }
    row.append(time, instance, text);
    row.hidden = !matches(line);
    return row;
  };

  const flush = () => {
    frame = 0;
    const follow = atEnd();
    const rows = document.createDocumentFragment();
    for (const line of pending) { buffer.push(line); rows.append(draw(line)); }
    pending = [];
    lines.append(rows);
    const excess = buffer.length - WINDOW;
    if (excess > 0) {
      buffer.splice(0, excess);
      dropped += excess;
      for (let count = 0; count < excess; count++) lines.firstChild.remove();
    }
    if (follow) lines.scrollTop = lines.scrollHeight;
    latest.hidden = follow;
    say();
  };
  const add = (line) => {
    if (paused) { held.push(line); if (held.length > WINDOW) held.shift(); }
    else { pending.push(line); if (pending.length > WINDOW) { pending.shift(); dropped++; } }
    frame ||= requestAnimationFrame(flush);
  };

  const parse = (text) => {
    if (!text.startsWith("data:")) return;
    try {
      const line = JSON.parse(text.slice(5));
      if (typeof line.text === "string") add({ instance: line.instance ?? "", at: line.at, text: line.text });
    } catch { /* a line cut by a lost connection */ }
  };

  const stream = async (url, signal) => {
    let wait = 1000, resumed = false;
    while (!signal.aborted) {
      try {
        // After an interruption only new lines are asked for, and the gap is marked.
        const answer = await fetch(resumed ? url.replace(/tail=\d+/, "tail=0") : url, { signal, headers: { Accept: "text/event-stream" }, credentials: "same-origin" });
        if (!answer.ok) {
          state = answer.status === 403 ? "Your role does not read logs" : answer.status === 404 ? "There is no such instance" : `The server answered ${answer.status}`;
          say();
          if (answer.status < 500) return;
          throw new Error(state);
        }
        state = "Following";
        say();
        wait = 1000;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          const parts = (rest + value).split("\n");
          rest = parts.pop();
          parts.forEach(parse);
        }
        if (rest) parse(rest);
      } catch (error) {
        if (signal.aborted) return;
      }
      if (signal.aborted) return;
      state = "Connecting again…";
      say();
      await new Promise((resolve) => { const timer = setTimeout(resolve, wait); signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true }); });
      wait = Math.min(wait * 2, 10_000);
      if (buffer.length && !resumed) resumed = true;
      if (resumed && !signal.aborted) add({ gap: true, instance: "", text: "— the stream was interrupted; lines may be missing here —" });
    }
  };

  const clear = () => { buffer.length = 0; pending = []; held = []; dropped = 0; lines.replaceChildren(); latest.hidden = true; say(); };
  const setPaused = (value) => {
    paused = value;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Resume" : "Pause";
    if (!paused) { pending.push(...held); held = []; frame ||= requestAnimationFrame(flush); }
    say();
  };

  const listeners = new AbortController();
  const on = (element, event, handler) => element.addEventListener(event, handler, { signal: listeners.signal });
  on(pause, "click", () => setPaused(!paused));
  on(find("clear"), "click", clear);
  on(find("download"), "click", () => Portal.download(`${app}.log`, buffer.filter((line) => !line.gap).map((line) => `${line.at ?? ""} ${line.instance} ${line.text}`).join("\n") + "\n"));
  on(latest, "click", () => { lines.scrollTop = lines.scrollHeight; latest.hidden = true; });
  on(lines, "scroll", () => { if (atEnd()) latest.hidden = true; });
  on(filter, "input", () => { buffer.forEach((line, index) => { if (!line.gap) lines.children[index].hidden = !matches(line); }); lines.scrollTop = lines.scrollHeight; });
  on(find("times"), "change", (event) => lines.classList.toggle("portal-logs__lines--no-times", !event.target.checked));
  on(find("wrap"), "change", (event) => lines.classList.toggle("portal-logs__lines--no-wrap", !event.target.checked));

  return {
    read(url) {
      reading?.abort();
      clear();
      reading = new AbortController();
      state = "Connecting…";
      say();
      stream(url, reading.signal);
    },
    close() { reading?.abort(); listeners.abort(); cancelAnimationFrame(frame); },
  };
}
