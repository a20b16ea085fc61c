// SPDX-License-Identifier: Apache-2.0
// The broker, as it tells of itself in $SYS.

import { h, problem, segments } from './dom.js';
import { Chart, Curve, key } from './charts.js';
import { number, scaled, span } from './format.js';
import { get, now, stateOf, store } from './store.js';

const RANGES = { '15m': 900000, '1h': 3600000, '24h': 86400000, '7d': 604800000 };

export function brokerPage(main) {
  document.title = 'Broker – Canary';
  let range = new URLSearchParams(location.search).get('range');
  if (!RANGES[range]) range = '1h';
  let charts = [], closed = false, timer = 0;
  const edges = () => { const to = now(); return [to - RANGES[range], to]; };
  const sub = h('span', { class: 'quiet' });
  const figures = h('dl', { class: 'card figures' });
  const two = h('div', { class: 'two' });
  const all = h('section', { class: 'card scroll', 'aria-label': 'All that the broker says' });
  main.append(h('div', { class: 'head' }, h('h1', {}, 'Broker'), h('span', { class: 'mono quiet' }, store.link?.address ?? ''), sub, h('span', { class: 'push' }),
    segments('Range', [['15m', '15 m'], ['1h', '1 h'], ['24h', '24 h'], ['7d', '7 d']], range, (value) => { range = value; history.replaceState(null, '', '/broker?range=' + value); load(); })), figures, two, all);

  function showFigures() {
    const f = store.figures;
    const sensors = [...store.sensors.values()];
    const memory = f.memory === undefined ? null : scaled('By', f.memory);
    const uptime = parseInt(f.uptime, 10);
    const bytes = (value) => { if (value === undefined) return ''; const { factor, unit } = scaled('By', value); return number(value * factor, 1) + ' ' + unit + '/s'; };
    const items = [
      ['Clients', number(f.clients), 'connected', sensors.filter((sensor) => stateOf(sensor) === 'live').length + ' of ' + sensors.length + ' sensors live'],
      ['In', number(f.in, f.in < 10 ? 1 : 0), 'msg/s', bytes(f['bytes in'])], ['Out', number(f.out, f.out < 10 ? 1 : 0), 'msg/s', bytes(f['bytes out'])],
      ['Dropped', number(f.dropped, f.dropped ? 1 : 0), 'msg/s', f.dropped ? 'a client does not keep up' : 'none now'],
      ['Stored', number(f.stored), 'msg', 'kept for clients'], ['Retained', number(f.retained), 'topics', 'the last word of each'],
      ['Memory', memory ? number(f.memory * memory.factor, 1) : '—', memory?.unit ?? '', 'of the broker'],
      ['Uptime', Number.isFinite(uptime) ? span(uptime * 1000) : '—', '', f.version ?? ''],
    ];
    figures.replaceChildren(...items.map(([name, value, unit, line]) => h('div', {}, h('dt', {}, name), h('dd', {}, value, ' ', h('small', {}, unit)), h('p', { title: line }, line))));
    figures.hidden = !f.heard;
    sub.textContent = f.heard ? 'Up ' + (Number.isFinite(uptime) ? span(uptime * 1000) : '') : '';
  }

  async function load() {
    clearTimeout(timer);
    try {
      const [from, to] = edges();
      const [broker, answer] = await Promise.all([get('broker'), get('history', { sensor: '$SYS', from: Math.floor(from), to: Math.ceil(to), points: 500 }).catch((e) => { if (e.status === 404) return null; throw e; })]);
      if (closed) return;
      if (answer) draw(answer);
      const topics = Object.entries(broker.topics);
      all.replaceChildren(h('div', { class: 'caption' }, h('h2', {}, 'All that the broker says'), h('span', { class: 'hint' }, topics.length + ' topics below $SYS')),
        topics.length ? h('table', {}, h('tbody', {}, ...topics.map(([topic, value]) => h('tr', {}, h('td', { class: 'mono' }, topic.replace('$SYS/broker/', '')), h('td', { class: 'num big' }, value)))))
          : h('p', { class: 'empty-chart' }, store.link?.connected ? 'This broker publishes nothing below $SYS, or the web app’s user may not read it.' : 'The broker cannot be reached.'));
    } catch (e) {
      if (!closed) all.replaceChildren(problem(e.message));
    }
    timer = setTimeout(load, range === '15m' || range === '1h' ? 10000 : 60000);
  }

  function draw(answer) {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    two.replaceChildren();
    const find = (names) => names.map((name) => answer.curves.find((curve) => curve.name === name)).filter((curve) => curve?.t.length).map(Curve.of);
    for (const [text, unit, curves, first] of [['Messages', 'per second', find(['in', 'out']), 0], ['Stored and dropped', 'messages', find(['stored', 'dropped']), 2]]) {
      if (!curves.length) continue;
      const place = h('div', { class: 'plot', role: 'img', 'aria-label': text + ', ' + unit + ': ' + curves.map((curve) => curve.name + ' ' + number(curve.mean.at(-1))).join(', ') });
      const legend = curves.map((curve, i) => { const swatch = h('span', { class: 'key' }); swatch.style.background = key(first + i); return h('span', { class: 'at' }, swatch, curve.name); });
      two.append(h('section', { class: 'card chart', 'aria-label': text }, h('div', { class: 'caption' }, h('h2', {}, text), h('span', { class: 'hint' }, unit), h('span', { class: 'stats' }, ...legend)), place));
      charts.push(new Chart(place, curves, { height: 190, time: true, first, group: 'broker', span: edges, longest: () => Math.max(60000, 3 * answer.bucket), live: () => store.link?.connected && !store.offline, from0: 1 }));
    }
    charts.forEach((chart) => chart.draw());
  }

  const resized = () => charts.forEach((chart) => chart.draw());
  addEventListener('resize', resized);
  load();
  return { tick: showFigures, recolour: load, close() { closed = true; clearTimeout(timer); removeEventListener('resize', resized); charts.forEach((chart) => chart.destroy()); } };
}
