// Draws the plots of a report; the figures stand in the page.
const figures = JSON.parse(document.getElementById("figures").textContent)
const names = JSON.parse(document.getElementById("names").textContent)
const css = getComputedStyle(document.documentElement)
const colour = (name) => css.getPropertyValue(name).trim()
const COLOURS = ["--a", "--b", "--c", "--d", "--e", "--f"].map(colour)
const HEIGHT = 220
const KINDS = { app: "app", media: "media node", matcher: "face matcher", workers: "other workers", postgresql: "PostgreSQL", valkey: "Valkey" }

function plot(where, title, x, lines, unit) {
  const figure = document.createElement("figure")
  const caption = document.createElement("figcaption")
  caption.textContent = title
  figure.append(caption)
  where.append(figure)
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } }
  const chart = new uPlot({
    width: 280, height: HEIGHT, legend: { live: false },
    scales: { x: { time: false }, y: { range: (_, least, most) => [0, Math.max(most * 1.1, 0.01)] } },
    axes: [{ ...axis, values: (_, all) => all.map((it) => `${it} s`) }, { ...axis, size: 74, values: (_, all) => all.map((it) => `${+it.toFixed(3)} ${unit}`) }],
    series: [{ label: "at", value: (_, it) => (it === null ? "–" : `${it} s`) }, ...lines.map(({ label }, at) => ({
      label, stroke: COLOURS[at % COLOURS.length], width: 2, spanGaps: true,
      value: (_, it) => (it === null || it === undefined ? "–" : `${+it.toFixed(3)} ${unit}`),
    }))],
  }, [x, ...lines.map(({ values }) => values)], figure)
  chart.root.querySelector("canvas").ariaHidden = "true" // the tables say it in words
  // The grid settles once all are in it.
  new ResizeObserver(() => chart.setSize({ width: figure.clientWidth - 34, height: HEIGHT })).observe(figure)
}

const times = document.getElementById("times")
for (const [name, curve] of Object.entries(figures.curves)) {
  if (curve.length < 2) continue
  if (name === "loss" && !curve.some(({ p99 }) => p99)) continue
  const of = (key) => curve.map((it) => (name === "loss" ? it[key] * 100 : it[key]))
  plot(times, names[name], curve.map(({ at }) => at), [{ label: "p50", values: of("p50") }, { label: "p99", values: of("p99") }], name === "loss" ? "%" : "s")
}

const costs = document.getElementById("costs")
if (costs && figures.costs.length > 1) {
  const kinds = Object.keys(figures.costs[0]).filter((it) => !["at", "streaming"].includes(it))
  const later = figures.costs.slice(1)
  const x = later.map(({ at }) => at)
  const share = (kind) => later.map((it, at) => {
    const before = figures.costs[at]
    return it[kind] && before[kind] ? ((it[kind].cpu_s - before[kind].cpu_s) / (it.at - before.at)) * 100 : null
  })
  plot(costs, "Share of one core, by process", x, kinds.map((kind) => ({ label: KINDS[kind] ?? kind, values: share(kind) })), "%")
  plot(costs, "Memory, by process", x, kinds.map((kind) => ({ label: KINDS[kind] ?? kind, values: later.map((it) => it[kind]?.mb ?? null) })), "MB")
  plot(costs, "Students who stream", x, [{ label: "students", values: later.map(({ streaming }) => streaming) }], "")
}
