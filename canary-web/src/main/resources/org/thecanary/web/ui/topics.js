// SPDX-License-Identifier: Apache-2.0
// All topics as a tree, and what changed in the one that is picked.

import { Chart, Curve } from './charts.js';
import { h, icon, problem, say, segments } from './dom.js';
import { ago, clock, number, span, title } from './format.js';
import { drawSpark } from './spark.js';
import { get, now, operator, post } from './store.js';

export function topicsPage(main) {
  document.title = 'Topics – Canary';
  const query = new URLSearchParams(location.search);
  let chosen = query.get('topic') ?? '', filter = query.get('find') ?? '', only = 'all', tab = 'changes', paused = false, topics = [], closed = false, timer = 0, beat = 0, leftOut = 0;
  const open = new Set(['sensor']);
  for (let i = chosen.indexOf('/'); i > 0; i = chosen.indexOf('/', i + 1)) open.add(chosen.slice(0, i));
  const sub = h('span', { class: 'quiet' });
  const search = h('input', { class: 'input', type: 'search', placeholder: 'Find a topic', 'aria-label': 'Find a topic', '.value': filter, oninput: () => { filter = search.value; keep(); draw(); } });
  const pause = h('button', { class: 'button', type: 'button', onclick: () => { paused = !paused; showPause(); if (!paused) load(); } });
  const tree = h('div', { class: 'card tree' });
  const lines = h('div', { role: 'tree', 'aria-label': 'Topics' });
  const detail = h('div', { class: 'detail' });
  const both = h('div', { class: chosen ? 'topics picked' : 'topics' }, tree, detail);
  const traces = new Map();
  let chart = null, field = '';
  tree.append(h('div', { class: 'th', 'aria-hidden': 'true' }, h('span', {}, 'Topic'), h('span', { class: 'last' }, 'Last value'), h('span', { class: 'hide' }, 'Trace'), h('span'), h('span', { class: 'num hide' }, 'msg/s'), h('span', { class: 'num hide' }, 'Age')), lines);
  main.append(h('div', { class: 'head' }, h('h1', {}, 'Topics'), sub, h('div', { class: 'search push stretch' }, icon('search'), search, h('kbd', {}, '/')),
    segments('Show', [['all', 'All'], ['retained', 'Retained'], ['changing', 'Changing']], only, (value) => { only = value; draw(); }), pause), both);
  function showPause() { pause.replaceChildren(icon(paused ? 'play' : 'pause'), paused ? 'Live' : 'Pause'); pause.className = paused ? 'button live' : 'button'; }
  showPause();

  function keep() {
    const parameters = new URLSearchParams();
    if (chosen) parameters.set('topic', chosen);
    if (filter) parameters.set('find', filter);
    history.replaceState(null, '', '/topics' + (parameters.size ? '?' + parameters : ''));
  }

  /** `+` and `#` as MQTT means them, else any part of the name. */
  function matches(name) {
    if (!filter) return true;
    if (!/[+#]/.test(filter)) return name.toLowerCase().includes(filter.toLowerCase());
    const parts = filter.split('/'), levels = name.split('/');
    for (let i = 0; i < parts.length; i++) { if (parts[i] === '#') return true; if (i >= levels.length || (parts[i] !== '+' && parts[i] !== levels[i])) return false; }
    return parts.length === levels.length;
  }

  function nodes() {
    const root = { children: new Map(), count: 0 };
    // The broker's own topics come last.
    for (const topic of [...topics].sort((a, b) => a.name.startsWith('$') - b.name.startsWith('$'))) {
      if (!matches(topic.name) || (only === 'retained' && !topic.retained) || (only === 'changing' && !(topic.rate > 0))) continue;
      let node = root, path = '';
      for (const level of topic.name.split('/')) {
        path = path ? path + '/' + level : level;
        node.count++;
        node.rate = (node.rate ?? 0) + topic.rate;
        node.time = Math.max(node.time ?? 0, topic.time);
        if (!node.children.has(level)) node.children.set(level, { name: level, path, children: new Map(), count: 0 });
        node = node.children.get(level);
      }
      node.topic = topic;
    }
    return root;
  }

  function draw() {
    const focused = lines.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    const rows = [];
    const walk = (node, depth) => {
      for (const child of node.children.values()) {
        if (rows.length >= 1000) return;
        const folder = child.children.size > 0;
        const expanded = folder && (open.has(child.path) || Boolean(filter));
        rows.push(row(child, depth, folder, expanded));
        if (expanded) walk(child, depth + 1);
      }
    };
    walk(nodes(), 0);
    lines.replaceChildren(...rows);
    for (const canvas of lines.querySelectorAll('canvas')) { const points = traces.get(canvas.closest('.line').dataset.path); drawSpark(canvas, points, { from: points[0], to: now() / 1000, state: 'live', every: 1e6 }); }
    if (!rows.length) lines.replaceChildren(h('p', { class: 'empty-chart' }, topics.length ? 'No topic is like that.' : 'Listening. Topics appear as they are published.'));
    const first = rows.find((each) => each.dataset.path === (focused ?? chosen)) ?? rows[0];
    if (first) { first.tabIndex = 0; if (focused) first.focus(); }
    sub.textContent = number(topics.length) + ' topics, ' + topics.filter((topic) => topic.retained).length + ' retained' + (leftOut ? ', and at least ' + number(leftOut) + ' more that are not shown' : '');
  }

  function row(node, depth, folder, expanded) {
    const { topic } = node;
    const time = topic?.time ?? node.time;
    const perSecond = topic ? topic.rate : node.rate;
    const name = h('span', { class: 'name' }, folder ? icon('right') : h('span', { class: 'icon' }), node.name || '(empty)', folder ? h('span', { class: 'hint' }, String(node.count)) : null);
    name.style.paddingLeft = depth * 16 + 'px';
    const element = h('div', { class: 'line', role: 'treeitem', tabindex: '-1', 'aria-level': depth + 1, 'aria-selected': String(node.path === chosen), 'aria-expanded': folder ? String(expanded) : undefined, onclick: () => { element.focus(); if (topic) pick(node.path); if (folder) { toggle(node.path); } } },
      name, h('span', { class: 'last' }, topic ? topic.last.replace(/\s+/g, ' ') : ''), h('span', { class: 'hide' }, topic && traces.get(topic.name)?.length > 2 ? h('canvas', { 'aria-hidden': 'true' }) : ''), h('span', {}, topic?.retained ? h('span', { class: 'tag' }, 'retained') : ''), h('span', { class: 'num hide' }, perSecond > 0 ? number(perSecond, perSecond < 10 ? 2 : 0) : ''), h('span', { class: 'num hide' }, time && !folder ? span(now() - time) : ''));
    element.dataset.path = node.path;
    return element;
  }

  function toggle(path, want) {
    const is = open.has(path);
    if (want === undefined ? !is : want) open.add(path); else open.delete(path);
    draw();
  }

  lines.addEventListener('keydown', (event) => {
    const all = [...lines.children];
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    const path = all[at].dataset.path, expanded = all[at].getAttribute('aria-expanded');
    const to = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1) }[event.key];
    if (to) to.focus();
    else if (event.key === 'ArrowRight' && expanded) { if (expanded === 'false') toggle(path, true); else all[at + 1]?.focus(); }
    else if (event.key === 'ArrowLeft') { if (expanded === 'true') toggle(path, false); else all.find((each) => each.dataset.path === path.slice(0, path.lastIndexOf('/')))?.focus(); }
    else if (event.key === 'Enter' || event.key === ' ') all[at].click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function pick(name) {
    chosen = name;
    field = '';
    both.className = 'topics picked';
    keep();
    for (const line of lines.children) line.setAttribute('aria-selected', String(line.dataset.path === name));
    loadDetail();
  }

  async function load() {
    clearTimeout(timer);
    if (closed) return;
    if (!paused && !document.hidden) {
      try {
        ({ topics, leftOut } = await get('topics'));
        trace();
        if (closed) return;
        draw();
        if (chosen) loadDetail();
      } catch (e) { if (!closed) lines.replaceChildren(problem(e.message)); }
    }
    timer = setTimeout(load, ++beat < 4 ? 600 : 2000);
  }

  /** Of topics that are numbers: what was seen while this page is open. */
  function trace() {
    for (const topic of topics) {
      const value = topic.last.trim() === '' ? NaN : Number(topic.last);
      if (!Number.isFinite(value)) { traces.delete(topic.name); continue; }
      const points = traces.get(topic.name) ?? [];
      traces.set(topic.name, points);
      const time = topic.time / 1000;
      if (!points.length || points.at(-2) < time) points.push(time, value);
      if (points.length > 400) points.splice(0, 100);
    }
  }

  let shownDetail = '';
  async function loadDetail() {
    try {
      const topic = await get('topic', { name: chosen });
      if (!closed && !topic.name) detail.replaceChildren(h('section', { class: 'card' }, h('p', { class: 'empty-chart' }, 'Nothing was heard yet on ', h('span', { class: 'mono' }, chosen), '. It appears with its next message.')));
      if (closed || !topic.name || topic.name !== chosen) return;
      const stamp = JSON.stringify([topic.name, topic.count, topic.retained, tab]);
      if (stamp === shownDetail && detail.childElementCount) return;
      shownDetail = stamp;
      showDetail(topic);
    } catch (e) { if (!closed) detail.replaceChildren(problem(e.message)); }
  }

  function pretty(text) { try { return JSON.stringify(JSON.parse(text), null, 2).split('\n'); } catch { return text.split('\n'); } }

  function changes(before, after) {
    const strip = (line) => line.replace(/,$/, '');
    const named = (line) => line.match(/^\s*"[^"]*":/)?.[0];
    const old = new Map(before.filter(named).map((line) => [named(line), strip(line)]));
    const had = new Set(before.map(strip));
    const out = [];
    for (const line of after) {
      const name = named(line);
      const was = name && old.get(name);
      if (was !== undefined && was !== strip(line)) {
        out.push(h('div', { class: 'old', 'data-sign': '−' }, was));
        const [a, b] = [was, strip(line)].map((each) => Number(each.slice(each.indexOf(':') + 1)));
        const difference = Number.isFinite(a) && Number.isFinite(b) ? b - a : null;
        out.push(h('div', { class: 'new', 'data-sign': '+' }, line, difference === null ? '' : h('em', {}, (difference > 0 ? '+' : '') + number(Number(difference.toPrecision(6))))));
      } else out.push(h('div', had.has(strip(line)) ? {} : { class: 'new', 'data-sign': '+' }, line));
    }
    return out;
  }

  function showDetail(topic) {
    const [latest, before] = topic.messages;
    const cut = topic.name.lastIndexOf('/') + 1;
    const body = h('div', { class: 'diff', tabindex: '0', role: 'region', 'aria-label': 'Payload' });
    const show = () => {
      if (tab === 'raw') body.replaceChildren(h('div', {}, latest.text));
      else if (tab === 'value' || !before) body.replaceChildren(...pretty(latest.text).map((line) => h('div', {}, line)));
      else body.replaceChildren(...changes(pretty(before.text), pretty(latest.text)));
    };
    show();
    const clear = topic.retained && operator() ? h('button', { class: 'button small', type: 'button', onclick: async () => {
      if (clear.dataset.sure) { clear.disabled = true; try { await post('retained/clear', { topic: topic.name }); say('Cleared'); shownDetail = ''; } catch (e) { detail.prepend(problem(e.message)); } } else { clear.dataset.sure = '1'; clear.textContent = 'Clear ' + topic.name.slice(cut) + ' for everybody?'; }
    } }, 'Clear retained') : null;
    chart?.destroy();
    chart = null;
    const focused = detail.contains(document.activeElement) && document.activeElement.textContent + document.activeElement.getAttribute('aria-label');
    detail.replaceChildren(
      h('section', { class: 'card', 'aria-label': 'Topic' }, h('div', { class: 'path' }, h('button', { class: 'plain back', type: 'button', 'aria-label': 'All topics', onclick: () => { chosen = ''; both.className = 'topics'; keep(); draw(); } }, icon('back')), h('span', { class: 'mono' }, h('span', { class: 'quiet' }, topic.name.slice(0, cut)), topic.name.slice(cut)), h('button', { class: 'plain', type: 'button', 'aria-label': 'Copy the topic', onclick: () => navigator.clipboard?.writeText(topic.name).then(() => say('Copied'), () => {}) }, icon('copy')), h('span', { class: 'end' }, topic.retained ? h('span', { class: 'tag' }, 'Retained') : null, h('span', { class: 'tag grey' }, 'QoS ' + topic.qos), h('span', { class: 'tag grey' }, latest.bytes + ' B'))),
        h('div', { class: 'tools' }, segments('Payload', [['changes', 'Changes'], ['value', 'Value'], ['raw', 'Raw']], tab, (value) => { tab = value; show(); }), before ? clock(latest.time) + ' against ' + clock(before.time) : clock(latest.time)), body,
        h('div', { class: 'foot' }, h('span', {}, ago(latest.time, now()) + ', ' + number(topic.count) + (topic.count === 1 ? ' message' : ' messages') + ' seen'), clear)),
      picture(topic),
      h('section', { class: 'card', 'aria-label': 'Messages' }, h('div', { class: 'caption' }, h('h2', {}, 'Messages'), h('span', { class: 'hint' }, 'last ' + topic.messages.length + ' of ' + number(topic.count))),
        h('table', {}, h('tbody', {}, ...topic.messages.slice(0, 8).map((message) => h('tr', {}, h('td', { class: 'big' }, clock(message.time)), h('td', { class: 'mono' }, message.text.slice(0, 200)), h('td', { class: 'num' }, message.bytes + ' B')))))));
    if (focused) [...detail.querySelectorAll('button, select, [tabindex]')].find((each) => each.textContent + each.getAttribute('aria-label') === focused)?.focus();
  }

  /** The numbers of a payload by name; a bare number has none. */
  function numbers(text) {
    try {
      const value = JSON.parse(text);
      if (typeof value === 'number') return { value };
      return Object.fromEntries(Object.entries(value).filter(([name, each]) => typeof each === 'number' && !/^(seq|time|t|ts|boot)$/.test(name)));
    } catch { return {}; }
  }

  /** A curve of one of its numbers over the messages that were seen. */
  function picture(topic) {
    const all = topic.messages.map((message) => [message.time, numbers(message.text)]).reverse();
    const names = Object.keys(all.at(-1)[1]);
    if (!names.length || all.length < 3) return '';
    if (!names.includes(field)) [field] = names;
    const place = h('div', { class: 'plot', role: 'img' });
    const choose = names.length > 1 ? h('select', { class: 'input', 'aria-label': 'Which number', onchange: () => { field = choose.value; shownDetail = ''; loadDetail(); } }, ...names.map((name) => h('option', { value: name, selected: name === field }, title(name)))) : h('h2', {}, title(field));
    const curve = new Curve(field, '');
    for (const [time, values] of all) if (typeof values[field] === 'number') curve.add(time, values[field], 1);
    place.setAttribute('aria-label', `${title(field)} over ${all.length} messages, last ${number(curve.mean.at(-1))}`);
    setTimeout(() => {
      if (closed || !place.isConnected) return;
      chart = new Chart(place, [curve], { height: 130, time: true, span: () => [curve.t[0], Math.max(curve.t.at(-1), curve.t[0] + 1000)], longest: () => Infinity, live: () => true, first: 1 });
      chart.draw();
    });
    return h('section', { class: 'card chart', 'aria-label': 'Curve' }, h('div', { class: 'caption' }, choose, h('span', { class: 'hint' }, 'the last ' + all.length + ' messages')), place);
  }

  if (!chosen) detail.append(h('section', { class: 'card' }, h('p', { class: 'empty-chart' }, 'Pick a topic to see what changed in it.')));
  load();
  return { recolour: () => chart?.build(), close() { closed = true; clearTimeout(timer); chart?.destroy(); } };
}
