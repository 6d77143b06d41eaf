"use strict";
// Everything that comes from the server is put into the page as text, never as markup.
(() => {
  const byId = (id) => document.getElementById(id);
  const history = [];
  const longest = 60;
  let key = sessionStorage.getItem("nexus-key") || "";

  const number = (value) => (value ?? 0).toLocaleString("en-US");
  const money = (value) => "$" + (value ?? 0).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const milliseconds = (value) => (value >= 10000 ? (value / 1000).toFixed(1) + " s" : Math.round(value ?? 0) + " ms");
  const duration = (seconds) => {
    const parts = [[86400, "d"], [3600, "h"], [60, "min"]];
    for (const [size, unit] of parts) if (seconds >= size) return (seconds / size).toFixed(1) + " " + unit;
    return Math.round(seconds) + " s";
  };

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function tiles(entries) {
    byId("tiles").replaceChildren(...entries.map(([value, label]) => {
      const tile = element("div", undefined, "tile");
      tile.append(element("b", value), element("span", label));
      return tile;
    }));
  }

  function table(id, head, rows) {
    const line = (cells, kind) => {
      const row = element("tr");
      row.append(...cells.map((cell) => element(kind, cell)));
      return row;
    };
    const body = rows.length ? rows : [["nothing yet", ...head.slice(1).map(() => "")]];
    byId(id).replaceChildren(line(head, "th"), ...body.map((cells) => line(cells, "td")));
  }

  function chart(id, series) {
    const canvas = byId(id);
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = 140;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const draw = canvas.getContext("2d");
    draw.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    const top = Math.max(1, ...series.flatMap((each) => each.values));
    draw.fillStyle = style.getPropertyValue("--quiet");
    draw.font = "11px system-ui, sans-serif";
    draw.fillText(number(Math.round(top)), 2, 11);
    series.forEach((each, index) => {
      const color = style.getPropertyValue(each.color);
      draw.fillStyle = color;
      draw.fillText(each.name, width - 70 * (series.length - index), 11);
      draw.strokeStyle = color;
      draw.lineWidth = 2;
      draw.beginPath();
      each.values.forEach((value, position) => {
        const x = width - 4 - (each.values.length - 1 - position) * ((width - 8) / (longest - 1));
        const y = height - 4 - (value / top) * (height - 28);
        if (position === 0) draw.moveTo(x, y); else draw.lineTo(x, y);
      });
      draw.stroke();
    });
  }

  function show(stats) {
    const sessions = stats.sessions || {};
    const pool = stats.pool || {};
    byId("about").textContent = `version ${stats.version}, up ${duration(stats.uptime_seconds)}, seen as ${stats.key.id}`;
    tiles([
      [number(stats.queue.running), `turns run, of ${number(stats.queue.max_running)}`],
      [number(stats.queue.length), `wait, of ${number(stats.queue.max_length)}`],
      [number(sessions.live), "live sessions"],
      [number(pool.warm), `warm, of ${number(pool.processes)} processes`],
      [milliseconds(stats.turns.time_to_first_token_ms.p50), "to first token, median"],
      [number(stats.tokens.prompt + stats.tokens.completion), "tokens"],
      [money(stats.cost_usd), "cost"],
      [stats.cache.enabled ? `${number(stats.cache.hits)} / ${number(stats.cache.hits + stats.cache.misses)}` : "off", "cache hits"],
    ]);
    history.push({ running: stats.queue.running, waiting: stats.queue.length, ttft: stats.turns.time_to_first_token_ms.p50 });
    if (history.length > longest) history.shift();
    chart("load", [
      { name: "run", color: "--accent", values: history.map((each) => each.running) },
      { name: "wait", color: "--second", values: history.map((each) => each.waiting) },
    ]);
    chart("ttft", [{ name: "p50", color: "--accent", values: history.map((each) => each.ttft) }]);
    const spread = (name, of) => [name, ...["p50", "p90", "p95", "p99"].map((part) => milliseconds(of[part])), number(of.count)];
    table("latency", ["", "p50", "p90", "p95", "p99", "n"], [
      spread("first token", stats.turns.time_to_first_token_ms),
      spread("whole turn", stats.turns.duration_ms),
      spread("wait", stats.queue.wait_ms),
      spread("any request", stats.requests.latency_ms),
    ]);
    table("models", ["model", "turns", "prompt", "reply", "cost"], Object.entries(stats.models).map(([name, sum]) =>
      [name, number(sum.turns), number(sum.prompt_tokens), number(sum.completion_tokens), money(sum.cost_usd)]));
    table("outcomes", ["turns", ""], [
      ...Object.entries(stats.turns.by_outcome),
      ...Object.entries(stats.turns.by_process).map(([name, count]) => ["process: " + name, count]),
    ].map(([name, count]) => [name, number(count)]));
    table("routes", ["", ""], [
      ...Object.entries(stats.requests.by_route),
      ...Object.entries(stats.requests.by_status).map(([name, count]) => ["status " + name, count]),
    ].map(([name, count]) => [name, number(count)]));
  }

  function state(text, good) {
    byId("state").textContent = text;
    byId("state").className = "state " + (good ? "good" : "bad");
  }

  async function refresh() {
    try {
      const response = await fetch("/stats", { headers: key ? { Authorization: "Bearer " + key } : {}, cache: "no-store", credentials: "omit" });
      if (response.status === 401) {
        byId("login").hidden = false;
        byId("login-error").textContent = key ? "The server does not know this key." : "";
        state("Key needed", false);
        return;
      }
      if (!response.ok) throw new Error("status " + response.status);
      show(await response.json());
      byId("login").hidden = true;
      state("Live", true);
    } catch (failure) {
      state("No answer (" + failure.message + ")", false);
    }
  }

  byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    key = byId("key").value.trim();
    sessionStorage.setItem("nexus-key", key);
    byId("key").value = "";
    refresh();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  refresh();
  setInterval(() => { if (!document.hidden) refresh(); }, 2000);
})();
