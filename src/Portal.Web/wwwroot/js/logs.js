// The log viewer: reads server-sent events, each a line as JSON ({instance, process, at, text, level, gap}), from the REST endpoint by fetch,
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

/** Puts a text into an element, what was searched for in marks. */
function put(element, text, search) {
  if (!search) { element.append(text); return; }
  const [low, sought] = [text.toLowerCase(), search.toLowerCase()];
  let at = 0;
  for (let found = low.indexOf(sought); found >= 0; found = low.indexOf(sought, at)) {
    element.append(text.slice(at, found));
    const mark = document.createElement("mark");
    mark.textContent = text.slice(found, found + sought.length);
    element.append(mark);
    at = found + sought.length;
  }
  element.append(text.slice(at));
}

export function open(root) {
  const find = (name) => root.querySelector(`[data-log-${name}]`);
  const lines = find("lines"), status = find("status"), latest = find("latest"), pause = find("pause");
  const tags = new Map(), reached = new Map();
  let count = 0, held = [], missed = 0, pending = [], fresh = 0, paused = false, frame = 0, dropped = 0, reading = null, state = "Connecting…", search = "";

  const say = () => {
    const parts = [state, `${count.toLocaleString()} lines`];
    if (dropped) parts.push(`oldest ${dropped.toLocaleString()} dropped`);
    if (paused) parts.push(`paused, ${(held.length + missed).toLocaleString()} new`);
    status.textContent = parts.join(" · ");
  };
  const atEnd = () => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;

  const draw = (line) => {
    const row = document.createElement("div");
    row.className = "portal-logs__line";
    if (line.gap) { row.classList.add("portal-logs__line--gap"); row.textContent = `— ${line.text} —`; return row; }
    if (line.level === "Error" || line.level === "Warn") row.classList.add(`portal-logs__line--${line.level.toLowerCase()}`);
    const time = document.createElement("a");
    time.className = "portal-logs__time";
    if (line.at) {
      time.textContent = new Date(line.at).toISOString().slice(11, 23);
      const link = new URL(location.href);
      link.searchParams.set("from", line.at);
      time.href = link.pathname + link.search;
      time.title = `${line.at}: link to this moment`;
      time.tabIndex = -1;
    }
    const instance = document.createElement("span");
    if (!tags.has(line.instance)) tags.set(line.instance, tags.size % 6);
    instance.className = `portal-logs__instance portal-logs__instance--${tags.get(line.instance)}`;
    instance.textContent = line.instance.split("-").slice(-1)[0];
    instance.title = line.instance;
    const text = document.createElement("span");
    text.className = "portal-logs__text";
    for (const part of styled(line.text)) {
      const span = document.createElement("span");
      if (part.colour) span.classList.add(`portal-ansi--${part.colour}`);
      if (part.bold) span.classList.add("portal-ansi--bold");
      put(span, part.text, search);
      text.append(span);
    }
    row.append(time, instance, text);
    return row;
  };

  const flush = () => {
    frame = 0;
    const follow = atEnd();
    const rows = document.createDocumentFragment();
    for (const line of pending) rows.append(draw(line));
    count += pending.length;
    if (!follow) fresh += pending.length;
    pending = [];
    lines.append(rows);
    for (; count > WINDOW; count--, dropped++) lines.firstChild.remove();
    if (follow) { lines.scrollTop = lines.scrollHeight; fresh = 0; }
    latest.hidden = follow;
    latest.textContent = fresh ? `${fresh.toLocaleString()} new lines` : "Newest lines";
    say();
  };
  const show = (line) => {
    pending.push(line);
    if (pending.length > WINDOW) { pending.shift(); dropped++; }
    frame ||= requestAnimationFrame(flush);
  };
  const add = (line) => {
    if (!paused) { show(line); return; }
    held.push(line);
    if (held.length > WINDOW) { held.shift(); missed++; }
    frame ||= requestAnimationFrame(flush);
  };

  const parse = (text, resumed) => {
    if (!text.startsWith("data:")) return;
    let line;
    try { line = JSON.parse(text.slice(5)); } catch { return; /* cut by a lost connection */ }
    if (typeof line.text !== "string") return;
    if (line.at && line.instance) {
      // After an interruption the last second is read again; what was shown is known by its time.
      if (resumed && line.at <= (reached.get(line.instance) ?? "")) return;
      reached.set(line.instance, line.at);
    }
    add({ instance: line.instance ?? "", at: line.at, text: line.text, level: line.level, gap: line.gap === true });
  };

  const resume = (url) => {
    const last = [...reached.values()].sort().at(-1);
    if (!last) return url;
    const next = new URL(url, location.origin);
    next.searchParams.set("since", new Date(new Date(last).getTime() - 1000).toISOString());
    next.searchParams.set("tail", String(WINDOW));
    return next.pathname + next.search;
  };

  const stream = async (url, signal) => {
    const follows = url.includes("follow=true");
    let wait = 1000, lost = 0;
    while (!signal.aborted) {
      try {
        const answer = await fetch(lost ? resume(url) : url, { signal, headers: { Accept: "text/event-stream" }, credentials: "same-origin" });
        if (!answer.ok) {
          const problem = await answer.json().catch(() => null);
          state = answer.status === 403 ? "Your role does not read logs" : answer.status === 404 ? "There is no such instance" : problem?.detail ?? `The server answered ${answer.status}`;
          say();
          if (answer.status < 500) return;
          throw new Error(state);
        }
        if (lost) add({ gap: true, text: `the connection was lost for ${Math.max(1, Math.round((Date.now() - lost) / 1000))} s; what came meanwhile was read again` });
        state = follows ? "Following" : "Complete";
        const resumed = lost > 0;
        lost = 0;
        wait = 1000;
        say();
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          const parts = (rest + value).split("\n");
          rest = parts.pop();
          for (const part of parts) parse(part, resumed);
        }
        if (rest) parse(rest, resumed);
        if (!follows) { frame ||= requestAnimationFrame(flush); return; }
      } catch (error) {
        if (signal.aborted) return;
      }
      if (signal.aborted) return;
      lost ||= Date.now();
      state = "Connecting again…";
      say();
      await new Promise((resolve) => { const timer = setTimeout(resolve, wait); signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true }); });
      wait = Math.min(wait * 2, 10_000);
    }
  };

  const clear = () => { count = 0; pending = []; held = []; missed = 0; dropped = 0; fresh = 0; lines.replaceChildren(); latest.hidden = true; say(); };
  const setPaused = (value) => {
    paused = value;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Resume" : "Pause";
    if (!paused) {
      if (missed) show({ gap: true, text: `${missed.toLocaleString()} lines came while paused and are not kept here` });
      held.forEach(show);
      held = [];
      missed = 0;
    }
    say();
  };

  const listeners = new AbortController();
  const on = (element, event, handler) => element.addEventListener(event, handler, { signal: listeners.signal });
  const toggle = (name, off) => on(find(name), "change", (event) => lines.classList.toggle(`portal-logs__lines--${off}`, !event.target.checked));
  on(pause, "click", () => setPaused(!paused));
  on(find("clear"), "click", clear);
  on(latest, "click", () => { lines.scrollTop = lines.scrollHeight; latest.hidden = true; fresh = 0; });
  on(lines, "scroll", () => { if (atEnd()) { latest.hidden = true; fresh = 0; } });
  toggle("times", "no-times");
  toggle("names", "no-names");
  toggle("wrap", "no-wrap");

  return {
    read(url, sought) {
      reading?.abort();
      reached.clear();
      search = sought;
      clear();
      setPaused(false);
      reading = new AbortController();
      state = "Connecting…";
      say();
      stream(url, reading.signal);
    },
    close() { reading?.abort(); listeners.abort(); cancelAnimationFrame(frame); },
  };
}
