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
  const words = (type) => data.words[type] || type;
  const many = (count, what) => count.toLocaleString("en") + " " + what + (count === 1 ? "" : "s");

  const drawnNodes = new Map(data.network.nodes.map((one) => [one.id, one]));
  const drawnEdges = new Map(data.network.edges.map((one) => [one.id, one]));
  const nodes = new vis.DataSet(data.network.nodes.map((one) => {
    const { label, ...rest } = one;  // names are written by `write`, below
    const { name, key } = data.nodes[one.id];
    return { ...rest, title: visible(name).slice(0, 300) + "\n" + data.nodes[one.id].label + " " + visible(key) };
  }));
  const edges = new vis.DataSet(data.network.edges.map(({ label, ...rest }) => rest));
  const network = new vis.Network(byId("network"), { nodes, edges }, data.network.options);
  const off = new Set();
  let current = null;
  let hits = new Set();

  // ------------------------------------------------------------ the view

  const place = (id) => {
    const one = drawnNodes.get(id);
    return (current && current.places && current.places[id]) || [one.x, one.y];
  };
  const shownNodes = () => data.network.nodes.map((one) => one.id).filter((id) => !nodes.get(id).hidden);

  // The view depends on the places of the nodes and the size of the stage, on nothing shown before.
  let ours = true;
  let last = () => settle();
  function look(ids, most) {
    ours = true;
    last = () => look(ids, most);
    if (!ids.length) return;
    const at = ids.map(place);
    const range = (axis) => [Math.min(...at.map((p) => p[axis])), Math.max(...at.map((p) => p[axis]))];
    const [left, right] = range(0);
    const [top, bottom] = range(1);
    const stage = byId("network");
    const wide = Math.max(stage.clientWidth - covered(), 100);
    const high = Math.max(stage.clientHeight, 100);
    const room = { side: Math.min(85, wide * 0.18), top: 30, bottom: 50 };
    const scale = Math.min(
      most,
      (wide - 2 * room.side) / Math.max(right - left, 1),
      (high - room.top - room.bottom) / Math.max(bottom - top, 1),
    );
    network.moveTo({
      position: { x: (left + right) / 2, y: (top + bottom) / 2 },
      scale: Math.max(scale, 0.01),
      offset: { x: -covered() / 2, y: (room.top - room.bottom) / 2 },
      animation: false,
    });
  }
  const settle = () => look(shownNodes(), 1.4);
  // How much of the stage the panel lies over.
  const covered = () => {
    const stage = byId("network").getBoundingClientRect();
    const panel = byId("details").getBoundingClientRect();
    return byId("details").hidden ? 0 : Math.max(stage.right - panel.left, 0);
  };
  function resized() {
    network.setSize();
    if (ours) last();
    network.redraw();
  }
  new ResizeObserver(resized).observe(byId("network"));
  network.on("zoom", () => { ours = false; });
  network.on("dragEnd", () => { ours = false; });

  function refresh() {
    const inNodes = current && new Set(current.nodes);
    const inEdges = current && new Set(current.edges);
    const hidden = new Set(data.network.nodes.map((one) => one.id).filter((id) =>
      off.has(data.nodes[id].label) || Boolean(inNodes && !inNodes.has(id))));
    nodes.update(data.network.nodes.map(({ id }) => {
      const [x, y] = place(id);
      return { id, x, y, hidden: hidden.has(id) };
    }));
    edges.update(data.network.edges.map((one) => ({
      id: one.id,
      hidden: off.has(data.edges[one.id].type) || Boolean(inEdges && !inEdges.has(one.id))
        || hidden.has(one.from) || hidden.has(one.to),
    })));
    for (const item of byId("findings").children) {
      item.setAttribute("aria-current", String(Boolean(current) && item.dataset.id === current.id));
    }
    for (const button of byId("legend").children) {
      button.setAttribute("aria-pressed", String(!off.has(button.dataset.name)));
    }
    settle();
    find(false);
  }

  function show(finding) {
    current = finding && current === finding ? null : finding;
    closePanel();
    refresh();
  }

  function reveal() {
    off.clear();
    show(null);
  }

  function everything() {
    byId("search").value = "";
    reveal();
  }

  // ------------------------------------------------------------ names in the network

  // Names have the same size on the screen at any zoom. One that would stand in another, or on a
  // node, is left out; the hits of a search and the findings' companies and people come first.
  const FACE = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif";
  const ORDER = Object.keys(data.looks);
  const order = data.network.nodes.map((one) => one.id)
    .sort((a, b) => ORDER.indexOf(data.nodes[a].label) - ORDER.indexOf(data.nodes[b].label));
  const widths = new Map();
  let written = [];
  function write(context) {
    const scale = network.getScale();
    const taken = new Map();  // what stands where, by squares of the screen
    const squares = ([left, top, right, bottom]) => {
      const all = [];
      for (let x = Math.floor(left / 64); x <= right / 64; x += 1) {
        for (let y = Math.floor(top / 64); y <= bottom / 64; y += 1) all.push(x * 1e6 + y);
      }
      return all;
    };
    const free = (boxes) => boxes.every((a) => squares(a).every((square) => (taken.get(square) || []).every(
      (b) => a[0] >= b[2] || a[2] <= b[0] || a[1] >= b[3] || a[3] <= b[1])));
    const take = (box) => squares(box).forEach((square) => {
      if (taken.has(square)) taken.get(square).push(box); else taken.set(square, [box]);
    });
    const stage = byId("network");
    const [from, to] = [[0, 0], [stage.clientWidth - covered(), stage.clientHeight]].map(([x, y]) => network.DOMtoCanvas({ x, y }));
    const inside = ([left, top, right, bottom]) => left >= from.x * scale && right <= to.x * scale
      && top >= from.y * scale && bottom <= to.y * scale;
    const measure = (text) => {
      if (!widths.has(text)) widths.set(text, context.measureText(text).width);
      return widths.get(text);
    };
    const put = (text, x, y, turn, size, strong) => {
      context.save();
      context.translate(x / scale, y / scale);
      context.rotate(turn);
      context.scale(1 / scale, 1 / scale);
      context.font = (strong ? "bold " : "") + size + "px " + FACE;
      context.lineWidth = 3;
      context.strokeStyle = "#f6f7f9";
      context.strokeText(text, 0, 0);
      context.fillStyle = size < 12 ? "#5b6572" : "#1b2430";
      context.fillText(text, 0, 0);
      context.restore();
    };
    context.save();
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.font = "12px " + FACE;
    written = [];
    const seen = order.filter((id) => !nodes.get(id).hidden);
    const at = network.getPositions(seen);
    const radius = (id) => drawnNodes.get(id).size * scale;
    for (const id of seen) {
      const [x, y, r] = [at[id].x * scale, at[id].y * scale, radius(id)];
      take([x - r, y - r, x + r, y + r]);
    }
    for (const id of [...seen.filter((one) => hits.has(one)), ...seen.filter((one) => !hits.has(one))]) {
      const text = drawnNodes.get(id).label;
      const [x, y, r, half] = [at[id].x * scale, at[id].y * scale, radius(id), measure(text) / 2 + 3];
      const spots = [[x, y + r + 11], [x, y - r - 11], [x + r + half + 2, y], [x - r - half - 2, y]];
      const box = ([a, b]) => [a - half, b - 8, a + half, b + 8];
      let spot = spots.find((one) => inside(box(one)) && free([box(one)]));
      if (!spot && hits.has(id) && hits.size === 1) spot = spots[0];
      if (!spot) continue;
      take(box(spot));
      written.push({ id, text, boxes: [box(spot)] });
      put(text, ...spot, 0, 12, hits.has(id));
    }
    if (current) {
      const tied = data.network.edges.filter((one) => one.label && !edges.get(one.id).hidden);
      for (const { id, label } of [...tied.filter((one) => one.dashes), ...tied.filter((one) => !one.dashes)]) {
        const edge = network.body.edges[id];
        if (!edge || !edge.connected) continue;
        const half = measure(label) * 10 / 12 / 2;
        for (const part of [0.5, 0.4, 0.6, 0.3, 0.7]) {
          const [middle, before, after] = [part, part - 0.08, part + 0.08].map((at) => edge.edgeType.getPoint(at));
          let turn = Math.atan2(after.y - before.y, after.x - before.x);
          if (Math.abs(turn) > Math.PI / 2) turn += turn > 0 ? -Math.PI : Math.PI;
          const [x, y] = [middle.x * scale, middle.y * scale];
          const boxes = [];
          for (let step = -3; step <= 3; step += 1) {
            const [a, b] = [x + half * step / 3 * Math.cos(turn), y + half * step / 3 * Math.sin(turn)];
            boxes.push([a - 6, b - 6, a + 6, b + 6]);
          }
          if (!boxes.every(inside) || !free(boxes)) continue;
          boxes.forEach(take);
          written.push({ id, text: label, boxes });
          put(label, x, y, turn, 10, false);
          break;
        }
      }
    }
    context.restore();
  }
  network.on("afterDrawing", write);

  // ------------------------------------------------------------ the findings

  data.findings.forEach((finding, index) => {
    const item = make("li");
    item.tabIndex = 0;
    item.dataset.id = finding.id;
    const rank = make("div", undefined, "rank");
    rank.append(make("span", "#" + (index + 1) + " · " + finding.id));
    if (finding.score !== null) {
      const score = make("span", "score " + finding.score.toFixed(1));
      score.title = visible(Object.entries(finding.parts).map(([name, part]) => name + " " + part).join(" + "));
      rank.append(score);
    }
    item.append(rank, make("div", finding.sentence || JSON.stringify(finding.values)));
    if (finding.explained) item.append(make("div", "explained: " + finding.explained, "explained"));
    finding.against.forEach((said) => item.append(make("div", "against: " + said, "against")));
    if (finding.variants) item.append(make("div", many(finding.variants, "weaker variant"), "rank"));
    if (finding.decided) item.append(make("div", finding.decided, "explained"));
    if (!finding.places) item.append(make("div", "not drawn: the page is full", "explained"));
    item.addEventListener("click", () => show(finding));
    byId("findings").append(item);
  });
  byId("findings").addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    const listed = [...byId("findings").children].filter((one) => !one.hidden);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") item.click();
    else if (step) (listed[listed.indexOf(item) + step] || item).focus();
    else return;
    event.preventDefault();
  });
  byId("all").addEventListener("click", everything);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (byId("asked").open) {
      byId("asked").open = false;
      byId("asked").querySelector("summary").focus();
    } else {
      everything();
    }
  });

  // ------------------------------------------------------------ details

  const readable = (value) => Array.isArray(value) ? value.map(readable).join(", ")
    : value === true ? "yes" : value === false ? "no"
    : value !== null && typeof value === "object" ? JSON.stringify(value) : value;
  const internal = (name) => name === "key" || /_(key|last)$/.test(name);
  const heading = (text) => make("h3", text);
  function bullets(lines, name) {
    const list = make("ul", undefined, name);
    lines.forEach((line) => list.append(make("li", line)));
    return list;
  }
  function pairs(entries) {
    const list = make("dl");
    for (const [name, value] of entries) {
      const said = make("dd", Array.isArray(value) ? undefined : value);
      if (Array.isArray(value)) said.append(bullets(value));
      list.append(make("dt", name), said);
    }
    return list;
  }

  const twice = new Set(Object.values(data.files).filter((file, index, all) => all.indexOf(file) !== index));
  function record(row) {
    const cut = row.lastIndexOf(":");
    const [source, number] = [row.slice(0, cut), row.slice(cut + 1)];
    let file = data.files[source] || "a file no longer in the case";
    if (!data.files[source] || twice.has(file)) file += " (" + source + ")";
    const at = data.lines[row];
    if (!at) return file + ", record " + number;
    const [, sheet, line] = /^(?:(.*)!)?(\d+)$/s.exec(at) || [];
    const where = line ? (sheet ? "sheet " + sheet + ", " : "") + "line " + line : at;
    return file + ", " + where + " (record " + number + ")";
  }
  const records = (entity) => (entity.properties.sources || []).map(record);

  // A quantity in plain digits, two of them telling.
  const digits = (value) => value > 0
    ? value.toFixed(Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(value))))) : "less than 0.000000001";
  const BASES = {
    lot: "the same lot", serial: "the same serial number",
    "container+seal": "the same container with its seal", weight: "like weight",
    split: "like weight: one load went on in several", merge: "like weight: several loads went on in one",
  };
  function inWords(about) {
    const known = (value) => value !== undefined && value !== null;
    return [
      ["tied by", BASES[about.basis] || (known(about.basis) ? about.basis : "not said")],
      ["days between", known(about.days) ? about.days : "not known"],
      ["drift of weight", known(about.drift) ? (100 * about.drift).toFixed(1) + " %" : "not known"],
      ["such hand-overs by chance", known(about.expected) ? digits(about.expected) + " expected" : "not known"],
      ["what changed", (about.changes || []).length ? about.changes : "nothing"],
      ["may be lawful", about.lawful || "nothing on record says so"],
    ];
  }

  function closePanel() {
    if (byId("details").hidden) return;
    byId("details").hidden = true;
    resized();
  }

  function detail(entity, kind, title) {
    const panel = byId("details");
    const about = entity.properties;
    panel.replaceChildren();
    const close = make("button", "Close", "close");
    close.type = "button";
    close.addEventListener("click", closePanel);
    panel.append(close, make("h2", title), make("p", kind, "kind"));
    const apart = ["sources", "doubts", "conflicts"];
    const all = Object.entries(about).filter(([name]) => !apart.includes(name) && !internal(name))
      .map(([name, value]) => {
        const end = about[name + "_last"];
        const range = end !== undefined && end !== null && end !== value;
        return [name, readable(value) + (range ? " to " + readable(end) : "")];
      });
    if (entity.type === "HANDOFF") {
      const first = ["basis", "days", "drift", "expected", "changes", "lawful"];
      const folded = make("details");
      folded.append(make("summary", "numbers of the rule"), pairs(all.filter(([name]) => !first.includes(name))));
      panel.append(pairs(inWords(about)), folded);
    } else {
      panel.append(pairs(all));
    }
    for (const name of ["conflicts", "doubts"]) {
      if (about[name] && about[name].length) panel.append(heading(name), bullets(about[name], "marked"));
    }
    panel.append(heading("source records"));
    if (about.derived) {
      panel.append(make("div", "derived by rule " + (about.rule || "") + " from", "kind"));
      const parts = [...(about.from_parts || []), ...(about.to_parts || [])].map((id) => "Shipment:" + id);
      for (const id of new Set([entity.start, entity.end, ...parts])) {
        const end = data.nodes[id];
        panel.append(make("div", end ? end.label + " " + end.key : id.replace(":", " ")));
        panel.append(bullets(end ? said(end) : ["not on this page"]));
      }
    } else {
      panel.append(bullets(said(entity)));
    }
    panel.scrollTop = 0;
    panel.hidden = false;
    resized();
  }
  function said(entity) {
    const rows = records(entity);
    return rows.length ? rows : ["named by other records, described by none"];
  }
  network.on("click", (event) => {
    const [node] = event.nodes;
    const [edge] = event.edges;
    if (node) {
      const entity = data.nodes[node];
      detail(entity, entity.label + " " + entity.key, entity.name);
    } else if (edge) {
      const entity = data.edges[edge];
      const name = (id) => {
        const end = data.nodes[id];
        return !end ? id : end.label === "Shipment" ? end.key + " " + end.name : end.name;
      };
      detail(entity, words(entity.type), name(entity.start) + " → " + name(entity.end));
    } else {
      closePanel();
    }
  });

  // ------------------------------------------------------------ search

  const texts = (entities, named) => new Map(Object.values(entities).map((entity) => [
    entity.id,
    [...named(entity), ...Object.entries(entity.properties)
      .filter(([name]) => !internal(name)).map(([, value]) => readable(value))].join("\n").toLowerCase(),
  ]));
  const nodeTexts = texts(data.nodes, (one) => [one.name, one.key, one.label]);
  const edgeTexts = texts(data.edges, (one) => [one.type, words(one.type)]);

  function find(move) {
    const word = byId("search").value.trim().toLowerCase();
    const found = (all) => new Set(word ? [...all.keys()].filter((id) => all.get(id).includes(word)) : []);
    const [inNodes, inEdges] = [found(nodeTexts), found(edgeTexts)];
    const said = byId("hits");
    said.replaceChildren();
    let listed = 0;
    [...byId("findings").children].forEach((item, index) => {
      const { id, sentence, nodes: its, edges: tied } = data.findings[index];
      item.hidden = Boolean(word) && !its.some((one) => inNodes.has(one)) && !tied.some((one) => inEdges.has(one))
        && !(id + "\n" + sentence).toLowerCase().includes(word);
      listed += !item.hidden;
    });
    const drawn = { nodes: [...inNodes].filter((id) => drawnNodes.has(id)), edges: [...inEdges].filter((id) => drawnEdges.has(id)) };
    const seen = {
      nodes: drawn.nodes.filter((id) => !nodes.get(id).hidden),
      edges: drawn.edges.filter((id) => !edges.get(id).hidden),
    };
    hits = new Set(seen.nodes);
    network.setSelection(seen, { highlightEdges: false });
    if (!word) {
      if (move) settle();
      return;
    }
    const count = (part, all, what) => part + " of " + many(all, what);
    let text = count(drawn.nodes.length, drawnNodes.size, "node");
    if (drawn.edges.length) text += ", " + count(drawn.edges.length, drawnEdges.size, "link");
    const hidden = drawn.nodes.length + drawn.edges.length - seen.nodes.length - seen.edges.length;
    if (hidden) {
      const button = make("button", "Show them");
      button.type = "button";
      button.addEventListener("click", () => { reveal(); find(true); });
      said.append(text + ", " + hidden + " hidden: ", button, " · ");
      text = "";
    } else {
      text += " · ";
    }
    text += listed + " of " + many(data.findings.length, "finding");
    said.append(text);
    if (!drawn.nodes.length && !drawn.edges.length && !listed) {
      said.append(". Nothing here holds these letters: try fewer of them, part of a name, or an id.");
    }
    // With a hit, what it touches is kept in sight.
    const ends = seen.edges.flatMap((id) => [drawnEdges.get(id).from, drawnEdges.get(id).to]);
    const near = new Set([...seen.nodes, ...ends]);
    for (const { id, from, to } of data.network.edges) {
      if (edges.get(id).hidden) continue;
      if (hits.has(from)) near.add(to);
      if (hits.has(to)) near.add(from);
    }
    if (!move) return;
    if (near.size) look([...near], 0.9); else settle();
  }
  byId("search").addEventListener("input", () => find(true));

  // ------------------------------------------------------------ legend

  const SHAPES = {
    dot: "M6 1a5 5 0 1 0 .01 0z", square: "M1 1h10v10H1z", triangle: "M6 1l5 10H1z",
    triangleDown: "M1 1h10L6 11z", diamond: "M6 0l6 6-6 6-6-6z",
    hexagon: "M3 1h6l3 5-3 5H3L0 6z", star: "M6 0l2 4h4L9 7l1 5-4-3-4 3 1-5-3-3h4z",
  };
  function entry(name, text, shape, colour) {
    const button = make("button");
    button.type = "button";
    button.dataset.name = name;
    button.setAttribute("aria-pressed", "true");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 12 12");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape ? SHAPES[shape] : "M0 5h8V2l4 4-4 4V7H0z");
    path.setAttribute("fill", colour);
    svg.append(path);
    button.append(svg, make("span", text));
    button.addEventListener("click", () => {
      if (!off.delete(name)) off.add(name);
      refresh();
    });
    byId("legend").append(button);
  }
  for (const [label, [shape, colour]] of Object.entries(data.looks)) {
    const count = data.network.nodes.filter((one) => data.nodes[one.id].label === label).length;
    entry(label, label + " " + count, shape, colour);
  }
  for (const [type, count] of Object.entries(data.types)) {
    entry(type, words(type) + " " + count, "", type === "HANDOFF" ? "#b2182b" : "#8a8f98");
  }

  resized();
  window.netinv = { network, nodes, edges, written: () => written };
})();
