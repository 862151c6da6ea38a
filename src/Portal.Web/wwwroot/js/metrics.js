// Charts of what an app uses and serves: reads the REST endpoint every 15 s and draws with uPlot. A step without a sample is a gap, never a line across it.
import uPlot from "../lib/uplot/uPlot.esm.js";

const PERIOD = 15_000;
const bytes = (value) => value == null ? "–" : value >= 2 ** 30 ? `${(value / 2 ** 30).toFixed(2)} GiB` : `${(value / 2 ** 20).toFixed(1)} MiB`;
const rate = (value) => value == null ? "–" : `${value.toFixed(value < 10 ? 2 : 0)}/s`;
const CHARTS = [
  { title: "CPU", unit: (v) => v == null ? "–" : `${Math.round(v)} m`, series: [["CPU", "cpuMillis", "#0066cc"]] },
  { title: "Memory", unit: bytes, series: [["Memory", "memoryBytes", "#7a3db8"]] },
  { title: "Requests", unit: rate, series: [["Requests", "requests", "#00695c"], ["Errors", "errors", "#c9190b"]] },
  { title: "Latency", unit: (v) => v == null ? "–" : `${v < 10 ? v.toFixed(1) : Math.round(v)} ms`, series: [["Median", "latencyMedian", "#0066cc"], ["95 %", "latencyP95", "#9a4a00"]] },
  { title: "Instances and restarts", unit: (v) => v == null ? "–" : String(Math.round(v)), series: [["Instances", "instances", "#4a5a00"], ["Restarts", "restarts", "#a3195b"]] },
];

/** The points on the whole grid of steps: where there is none, null. */
export function onGrid(view, points, field) {
  const values = new Map(points.map((point) => [Math.round(Date.parse(point.at) / 1000), point[field]]));
  const from = Math.round(Date.parse(view.from) / 1000), to = Math.round(Date.parse(view.to) / 1000);
  const times = [], figures = [];
  for (let at = from; at <= to; at += view.stepSeconds) { times.push(at); figures.push(values.get(at) ?? null); }
  return [times, figures];
}

function markers(view) {
  return {
    hooks: {
      draw: [(plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.lineWidth = 1;
        ctx.setLineDash([4, 3]);
        ctx.font = `${11 * devicePixelRatio}px sans-serif`;
        for (const release of view().releases) {
          const x = plot.valToPos(Date.parse(release.at) / 1000, "x", true);
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.strokeStyle = ctx.fillStyle = release.state === "Failed" ? "#c9190b" : "#6a6e73";
          ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
          ctx.fillText(`#${release.number}`, x + 3, bbox.top + 11 * devicePixelRatio);
        }
        ctx.restore();
      }],
    },
  };
}

export function open(root) {
  const find = (name) => root.querySelector(`[data-metrics-${name}]`);
  const charts = find("charts"), figures = find("figures"), status = find("status"), lacks = find("lacks"), table = find("table");
  const sync = uPlot.sync("portal-metrics");
  let url = "", view = null, plots = [], timer = 0, controller = null;

  const colour = () => getComputedStyle(root).color;
  const build = () => {
    plots.forEach((plot) => plot.destroy());
    charts.replaceChildren();
    plots = CHARTS.map((chart) => {
      const box = document.createElement("figure");
      box.className = "portal-metrics__chart";
      const caption = document.createElement("figcaption");
      caption.textContent = chart.title;
      box.append(caption);
      charts.append(box);
      const series = chart.series.flatMap(([label, , stroke]) => [
        { label, stroke, width: 2, spanGaps: false, value: (_, v) => chart.unit(v), points: { show: false } },
        ...(view.former.length ? [{ label: `${label} before`, stroke, width: 1, dash: [4, 4], spanGaps: false, value: (_, v) => chart.unit(v), points: { show: false } }] : []),
      ]);
      const axis = { stroke: colour, grid: { stroke: "rgba(128,128,128,.2)", width: 1 }, ticks: { show: false } };
      return new uPlot({
        width: box.clientWidth || 520, height: 190, plugins: [markers(() => view)], cursor: { sync: { key: sync.key } }, legend: { live: true },
        scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1e-9) * 1.1] } },
        axes: [axis, { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => chart.unit(tick)) }],
        series: [{ value: (_, v) => v == null ? "–" : new Date(v * 1000).toLocaleTimeString() }, ...series],
      }, data(chart), box);
    });
  };
  const data = (chart) => {
    const [times] = onGrid(view, view.points, "at");
    return [times, ...chart.series.flatMap(([, field]) => [onGrid(view, view.points, field)[1], ...(view.former.length ? [onGrid(view, view.former, field)[1]] : [])])];
  };

  const tabulate = () => {
    const element = document.createElement("table");
    element.className = "pf-v6-c-table pf-m-compact";
    const head = element.createTHead().insertRow();
    const columns = CHARTS.flatMap((chart) => chart.series.map(([label, field]) => [label, field, chart.unit]));
    for (const title of ["Time", ...columns.map(([label]) => label)]) { const cell = document.createElement("th"); cell.scope = "col"; cell.textContent = title; head.append(cell); }
    const body = element.createTBody();
    for (const point of [...view.points].reverse()) {
      const row = body.insertRow();
      row.insertCell().textContent = new Date(point.at).toLocaleString();
      for (const [, field, unit] of columns) row.insertCell().textContent = unit(point[field]);
    }
    figures.replaceChildren(element);
  };

  const show = (compared) => {
    const last = view.points.at(-1);
    status.textContent = last ? `${view.points.length} steps of ${view.stepSeconds} s · newest ${new Date(last.at).toLocaleTimeString()}` : "No samples in this time";
    lacks.hidden = view.lacks.length === 0;
    lacks.replaceChildren(...view.lacks.map((text) => { const item = document.createElement("li"); item.textContent = text; return item; }));
    if (plots.length === 0 || compared) build();
    else plots.forEach((plot, index) => plot.setData(data(CHARTS[index])));
    if (!figures.hidden) tabulate();
  };

  const read = async (fresh) => {
    clearTimeout(timer);
    controller?.abort();
    controller = new AbortController();
    try {
      const answer = await fetch(url, { signal: controller.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status === 403 ? "Your role does not read figures" : `The server answered ${answer.status}`);
      view = await answer.json();
      show(fresh);
    } catch (error) {
      if (error.name === "AbortError") return;
      // What was drawn stays.
      status.textContent = `${error.message} · trying again`;
    }
    timer = setTimeout(() => read(false), PERIOD);
  };

  const resize = new ResizeObserver(() => plots.forEach((plot) => plot.setSize({ width: plot.root.parentElement.clientWidth, height: 190 })));
  resize.observe(charts);
  table.addEventListener("change", () => { figures.hidden = !table.checked; charts.hidden = table.checked; if (table.checked && view) tabulate(); });
  return {
    read(source) { url = source; return read(true); },
    close() { clearTimeout(timer); controller?.abort(); resize.disconnect(); plots.forEach((plot) => plot.destroy()); },
  };
}
