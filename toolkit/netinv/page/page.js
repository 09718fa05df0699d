"use strict";
// All text of the data is put in as text, never as HTML.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = visible(text);
    if (name) element.className = name;
    return element;
  };
  // Marks that turn the direction of text, and other controls, are spelt out.
  const visible = (value) => String(value).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g,
    (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"));

  const nodes = new vis.DataSet(data.network.nodes);
  const edges = new vis.DataSet(data.network.edges);
  const network = new vis.Network(byId("network"), { nodes, edges }, data.network.options);
  const off = new Set();
  let current = null;

  const settle = () => network.fit({
    nodes: nodes.get({ filter: (one) => !one.hidden }).map((one) => one.id),
    maxZoomLevel: 1.4,
    animation: false,
  });

  function refresh() {
    const inNodes = current && new Set(current.nodes);
    const inEdges = current && new Set(current.edges);
    const places = current && current.places;
    nodes.update(data.network.nodes.map((one) => ({
      id: one.id,
      x: places && places[one.id] ? places[one.id][0] : one.x,
      y: places && places[one.id] ? places[one.id][1] : one.y,
      hidden: off.has(data.nodes[one.id].label) || Boolean(inNodes && !inNodes.has(one.id)),
    })));
    edges.update(data.network.edges.map((one) => ({
      id: one.id,
      hidden: off.has(data.edges[one.id].type) || Boolean(inEdges && !inEdges.has(one.id)),
    })));
    for (const item of byId("findings").children) {
      item.setAttribute("aria-current", String(Boolean(current) && item.dataset.id === current.id));
    }
    settle();
  }

  function show(finding) {
    current = finding && current === finding ? null : finding;
    refresh();
  }

  // ------------------------------------------------------------ the findings

  data.findings.forEach((finding, index) => {
    const item = make("li");
    item.tabIndex = 0;
    item.dataset.id = finding.id;
    const rank = make("div", undefined, "rank");
    rank.append(make("span", "#" + (index + 1) + " · " + finding.id));
    if (finding.score !== null) rank.append(make("span", "score " + finding.score.toFixed(1)));
    item.append(rank, make("div", finding.sentence || JSON.stringify(finding.values)));
    if (finding.explained) item.append(make("div", "explained: " + finding.explained, "explained"));
    finding.against.forEach((said) => item.append(make("div", "against: " + said, "against")));
    if (finding.variants) item.append(make("div", finding.variants + " weaker variants", "rank"));
    if (!finding.places) item.append(make("div", "not drawn: the page is full", "explained"));
    item.addEventListener("click", () => show(finding));
    byId("findings").append(item);
  });
  byId("findings").addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    const step = { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling };
    if (event.key === "Enter" || event.key === " ") item.click();
    else if (step[event.key]) step[event.key].focus();
    else return;
    event.preventDefault();
  });
  byId("all").addEventListener("click", () => show(null));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    byId("details").hidden = true;
    byId("search").value = "";
    byId("hits").textContent = "";
    show(null);
  });

  // ------------------------------------------------------------ details

  const readable = (value) => Array.isArray(value) ? value.map(readable).join(", ")
    : value !== null && typeof value === "object" ? JSON.stringify(value) : value;

  function detail(entity, kind, title) {
    const panel = byId("details");
    panel.replaceChildren();
    const close = make("button", "Close", "close");
    close.addEventListener("click", () => { panel.hidden = true; });
    panel.append(close, make("h2", title), make("p", kind, "kind"));
    const list = make("dl");
    const apart = ["sources", "doubts", "conflicts"];
    for (const [name, value] of Object.entries(entity.properties)) {
      if (!apart.includes(name)) list.append(make("dt", name), make("dd", readable(value)));
    }
    panel.append(list);
    for (const name of ["conflicts", "doubts"]) {
      const said = entity.properties[name];
      if (said && said.length) panel.append(heading(name), bullets(said, "marked"));
    }
    const rows = (entity.properties.sources || []).map((row) => {
      const [source, record] = row.split(":");
      return (data.files[source] || "a file no longer in the case") + ", row " + record + " (" + row + ")";
    });
    const none = entity.properties.derived ? "derived by rule " + (entity.properties.rule || "")
      : "named by other rows, described by none";
    panel.append(heading("source rows"), bullets(rows.length ? rows : [none]));
    panel.hidden = false;
  }
  const heading = (text) => make("h3", text);
  function bullets(lines, name) {
    const list = make("ul", undefined, name);
    lines.forEach((line) => list.append(make("li", line)));
    return list;
  }
  network.on("click", (event) => {
    const [node] = event.nodes;
    const [edge] = event.edges;
    if (node) {
      const entity = data.nodes[node];
      detail(entity, entity.label + " " + entity.key, entity.name);
    } else if (edge) {
      const entity = data.edges[edge];
      const name = (id) => data.nodes[id] ? data.nodes[id].name : id;
      detail(entity, name(entity.start) + " → " + name(entity.end), entity.type);
    }
  });

  // ------------------------------------------------------------ search

  const texts = data.network.nodes.map((one) => {
    const entity = data.nodes[one.id];
    const values = Object.values(entity.properties).map((value) => readable(value));
    return [one.id, [entity.name, entity.key, entity.label, ...values].join("\n").toLowerCase()];
  });
  byId("search").addEventListener("input", (event) => {
    const word = event.target.value.trim().toLowerCase();
    const hits = word ? texts.filter(([, text]) => text.includes(word)).map(([id]) => id) : [];
    byId("hits").textContent = word ? hits.length + " of " + texts.length + " nodes" : "";
    const seen = hits.filter((id) => !nodes.get(id).hidden);
    network.selectNodes(seen, false);
    if (seen.length) network.fit({ nodes: seen, animation: false, maxZoomLevel: 1.2 });
  });

  // ------------------------------------------------------------ legend

  const SHAPES = {
    dot: "M6 1a5 5 0 1 0 .01 0z", square: "M1 1h10v10H1z", triangle: "M6 1l5 10H1z",
    triangleDown: "M1 1h10L6 11z", diamond: "M6 0l6 6-6 6-6-6z",
    hexagon: "M3 1h6l3 5-3 5H3L0 6z", star: "M6 0l2 4h4L9 7l1 5-4-3-4 3 1-5-3-3h4z",
  };
  function entry(name, count, shape, colour) {
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 12 12");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape ? SHAPES[shape] : "M0 5h8V2l4 4-4 4V7H0z");
    path.setAttribute("fill", colour);
    svg.append(path);
    button.append(svg, make("span", name + " " + count));
    button.addEventListener("click", () => {
      const shown = off.has(name);
      if (shown) off.delete(name); else off.add(name);
      button.setAttribute("aria-pressed", String(shown));
      refresh();
    });
    byId("legend").append(button);
  }
  for (const [label, [shape, colour]] of Object.entries(data.looks)) {
    entry(label, data.network.nodes.filter((one) => data.nodes[one.id].label === label).length, shape, colour);
  }
  for (const [type, count] of Object.entries(data.types)) {
    entry(type, count, "", type === "HANDOFF" ? "#b2182b" : "#8a8f98");
  }

  settle();
  window.netinv = { network, nodes, edges };
})();
