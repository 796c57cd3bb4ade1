// Charts drawn from the tables beneath them, and nothing else: every word and number is the table's own, and a bar
// leads where the table's cell leads. Without this script, or where less motion is wanted, nothing is lost.
"use strict";

(() => {
  const INK = "#1b2430", LINE = "#d9dee5";
  const COLOURS = ["#14508c", "#1d6b3f", "#8a5300", "#a9261d", "#4f4a8c"];
  const LATE = "#a9261d";
  const MARKS = ["circle", "rect", "triangle", "diamond", "roundRect"];
  const MOST = 12; // lying bars that can still be read
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const number = (cell) => { const found = parseFloat(cell.textContent); return Number.isNaN(found) ? null : found; };

  function read(table, lying) {
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("few") || !lying);
    const told = (row) => heads.some((head, n) => head.dataset.series && number(row.cells[n]));
    const chosen = (rows.length ? rows : [...table.tBodies[0].rows]).filter((row) => !lying || told(row)).slice(0, lying ? MOST : undefined);
    const series = heads.map((head, n) => ({ n, kind: head.dataset.series, name: head.textContent })).filter((one) => one.kind);
    return {
      names: chosen.map((row) => row.cells[0].textContent.trim()),
      series: series.map(({ n, kind, name }) => ({
        kind, name,
        values: chosen.map((row) => number(row.cells[n])),
        links: chosen.map((row) => row.cells[n].querySelector("a")?.href),
      })),
    };
  }

  function drawn({ kind, name, values }, n, lying) {
    const colour = kind === "stack" && n > 0 ? LATE : COLOURS[n % COLOURS.length];
    return kind === "line"
      ? { name, type: "line", data: values, symbol: MARKS[n % MARKS.length], symbolSize: 7, lineStyle: { width: 2 }, color: colour }
      : { name, type: "bar", data: values, stack: kind === "stack" ? "all" : undefined, color: colour, barMaxWidth: 22,
          decal: n > 0 ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.45)" } : undefined,
          label: lying && kind !== "stack" ? { show: true, position: "right", color: INK } : undefined };
  }

  function options(found, lying, narrow, moves) {
    const names = { type: "category", data: found.names, axisLabel: { color: INK, width: narrow ? 90 : 170, overflow: lying ? "truncate" : "none" },
      axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false }, inverse: lying };
    const counts = { type: "value", minInterval: 1, axisLabel: { color: INK }, splitLine: { lineStyle: { color: LINE } } };
    return {
      animation: moves && !still,
      animationDuration: 300,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: lying ? "shadow" : "line" }, confine: true },
      legend: { show: found.series.length > 1, top: 0, left: 0, textStyle: { color: INK } },
      grid: { left: 8, right: 32, top: found.series.length > 1 ? (narrow ? 64 : 40) : 12, bottom: 8, containLabel: true },
      xAxis: lying ? counts : names,
      yAxis: lying ? names : counts,
      series: found.series.map((one, n) => drawn(one, n, lying)),
    };
  }

  for (const place of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(place.dataset.chart);
    if (!table || !window.echarts) { place.hidden = true; continue; }
    const lying = "lying" in place.dataset;
    const found = read(table, lying);
    if (!found.names.length || !found.series.length) { place.hidden = true; continue; }
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    const draw = (moves) => chart.setOption(options(found, lying, place.clientWidth < 500, moves), true);
    draw(true);
    let width = place.clientWidth;
    chart.on("click", ({ seriesIndex, dataIndex }) => {
      const link = found.series[seriesIndex]?.links[dataIndex];
      if (link) location.assign(link);
    });
    new ResizeObserver(() => {
      if (place.clientWidth === width) return;
      width = place.clientWidth;
      chart.resize();
      draw(false);
    }).observe(place);
  }
})();
