// SPDX-License-Identifier: Apache-2.0
// The broker, as it tells of itself in $SYS.

import { h, heads, icon, mark, problem, segments } from './dom.js';
import { Chart, Curve, key } from './charts.js';
import { moment, number, scaled, span } from './format.js';
import { get, now, stateOf, store } from './store.js';

const RANGES = { '15m': 900000, '1h': 3600000, '24h': 86400000, '7d': 604800000 };

/** Where it is written, and what is written there. */
export function ruleOf(rule) {
  const place = rule.match(/^(\/.*?:\d+): (.*)$/s) ?? rule.match(/^(\/.*?): (.*)$/s);
  return place ? [place[1], place[2]] : ['', rule];
}

export function brokerPage(main) {
  document.title = 'Broker – Canary';
  let range = new URLSearchParams(location.search).get('range');
  if (!RANGES[range]) range = '1h';
  let charts = [], closed = false, timer = 0;
  const edges = () => { const to = now(); return [to - RANGES[range], to]; };
  const sub = h('span', { class: 'quiet' });
  let paused = false;
  const pause = h('button', { class: 'button', type: 'button', onclick: () => togglePause() });
  const figures = h('dl', { class: 'card figures' });
  const two = h('div', { class: 'two' });
  const denied = h('section', { class: 'card', 'aria-label': 'Denied', hidden: true });
  const who = h('section', { class: 'card', 'aria-label': 'Clients', hidden: true });
  const apart = h('p', { class: 'hint apart', hidden: true });
  const all = h('details', { class: 'card' });
  main.append(h('div', { class: 'head' }, h('h1', {}, 'Broker'), h('span', { class: 'mono quiet' }, store.link?.address ?? ''), sub, h('span', { class: 'push' }),
    segments('Range', [['15m', '15 m'], ['1h', '1 h'], ['24h', '24 h'], ['7d', '7 d']], range, (value) => { range = value; history.replaceState(null, '', '/broker?range=' + value); load(); }), pause), figures, two, denied, who, apart, all);

  function showPause() { pause.replaceChildren(icon(paused ? 'play' : 'pause'), paused ? 'Live' : 'Pause'); pause.className = paused ? 'button live' : 'button'; pause.setAttribute('aria-label', paused ? 'Go on live' : 'Pause'); }
  function togglePause() { paused = !paused; showPause(); clearTimeout(timer); clearTimeout(turn); if (!paused) { showFigures(); load(); loadClients(); } }
  showPause();

  function showFigures() {
    if (paused) return;
    const f = store.figures;
    const sensors = [...store.sensors.values()];
    const memory = f.memory === undefined ? null : scaled('By', f.memory);
    const uptime = parseInt(f.uptime, 10);
    const bytes = (value) => { if (value === undefined) return ''; const { factor, unit } = scaled('By', value); return number(value * factor, 1) + ' ' + unit + '/s'; };
    const items = [
      ['Clients', number(f.clients), 'connected', sensors.filter((sensor) => stateOf(sensor) === 'live').length + ' of ' + sensors.length + ' sensors live'],
      ['In', number(f.in, f.in < 10 ? 1 : 0), 'msg/s', bytes(f['bytes in'])], ['Out', number(f.out, f.out < 10 ? 1 : 0), 'msg/s', bytes(f['bytes out'])],
      ['Dropped', number(f.dropped ?? 0, f.dropped ? 1 : 0), 'msg/s', f.dropped ? 'a client does not keep up' : 'none now'],
      ['Stored', number(f.stored), 'msg', 'kept for clients'], ['Retained', number(f.retained), 'topics', 'with a last word'],
      ['Memory', memory ? number(f.memory * memory.factor, 1) : '—', memory?.unit ?? '', 'of the broker'],
      ['Uptime', Number.isFinite(uptime) ? span(uptime * 1000) : '—', '', (f.version ?? '').match(/\((.+)\)/)?.[1] ?? (f.version ?? '').replace(' version', '')],
    ];
    figures.replaceChildren(...items.map(([name, value, unit, line]) => h('div', {}, h('dt', {}, name), h('dd', {}, value, ' ', h('small', {}, unit)), h('dd', { class: 'line', title: line }, line))));
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
      all.replaceChildren(h('summary', {}, h('h2', {}, 'All that the broker says'), h('span', { class: 'hint' }, number(topics.length) + ' topics below $SYS')),
        topics.length ? h('dl', { class: 'sys' }, ...topics.map(([topic, value]) => h('div', {}, h('dt', { class: 'mono' }, topic.replace('$SYS/broker/', '')), h('dd', {}, value))))
          : h('p', { class: 'empty-chart' }, store.link?.connected ? 'This broker publishes nothing below $SYS, or the web app’s user may not read it.' : 'The broker cannot be reached.'));
    } catch (e) {
      if (!closed) all.replaceChildren(problem(e.message));
    }
    if (!paused) timer = setTimeout(load, range === '15m' || range === '1h' ? 10000 : 60000);
  }

  // --- who is there, and what was denied: from a broker that is Canary

  let clients = [], denials = [], before = new Map(), sort = '-out', text = '', turn = 0;
  const find = h('input', { class: 'input', type: 'search', placeholder: 'Find a client', 'aria-label': 'Find a client', oninput: () => { text = find.value.toLowerCase(); showClients(); } });
  const rows = h('div', { class: 'scroll lines clients', tabindex: '0', role: 'region', 'aria-label': 'Clients, as a table' });
  const count = h('span', { class: 'hint' });
  who.append(h('div', { class: 'caption' }, h('h2', {}, 'Clients'), count, h('div', { class: 'search push' }, icon('search'), find)), rows);

  async function loadClients() {
    clearTimeout(turn);
    if (closed || paused) return;
    try {
      const answer = await get('clients');
      if (closed) return;
      denied.hidden = who.hidden = Boolean(answer.reason);
      apart.hidden = !answer.reason;
      apart.textContent = answer.reason ? 'Clients and denied actions are not shown: ' + answer.reason + '.' : '';
      if (!answer.reason) {
        const at = now();
        clients = answer.clients.map((client) => rated(client, at));
        before = new Map(clients.map((client) => [client.id, { at, received: client.messages_received, sent: client.messages_sent, since: client.since }]));
        denials = answer.denials;
        showClients();
        showDenied();
      }
    } catch (e) {
      if (!closed) { apart.hidden = false; apart.textContent = e.message; }
    }
    turn = setTimeout(loadClients, 5000);
  }

  /** With messages a second: since the last look, or since it connected. */
  function rated(client, at) {
    const since = client.connected_since ? Date.parse(client.connected_since) : 0;
    const last = before.get(client.id);
    const from = last && last.since === since ? last : { at: since, received: 0, sent: 0 };
    const seconds = Math.max(1, (at - from.at) / 1000);
    return { ...client, since, queued: client.queued_messages + client.inflight_messages, in: client.connected ? (client.messages_received - from.received) / seconds : -1, out: client.connected ? (client.messages_sent - from.sent) / seconds : -1 };
  }

  const COLUMNS = [['Client', 'id'], ['User', 'user'], ['Address', 'address'], ['MQTT', 'protocol'], ['Over', 'over'], ['Connected', 'since', 'num'], ['In, msg/s', 'in', 'num'], ['Out, msg/s', 'out', 'num'], ['Queued', 'queued', 'num'], ['Subscriptions', 'subscriptions', 'num']];
  const MOST = 100;

  function showClients() {
    const key = sort.replace('-', ''), way = sort.startsWith('-') ? -1 : 1;
    const list = clients.filter((client) => !text || [client.id, client.user, client.address].some((each) => each?.toLowerCase().includes(text)))
      .sort((a, b) => way * (typeof a[key] === 'number' ? a[key] - b[key] : String(a[key] ?? '').localeCompare(String(b[key] ?? ''), undefined, { numeric: true })));
    count.textContent = clients.filter((client) => client.connected).length + ' connected' + (list.length > MOST ? ', the first ' + MOST + ' of ' + number(list.length) + ' are shown' : '');
    const focused = rows.querySelector('th :focus')?.textContent;
    const perSecond = (value) => value < 0 ? '—' : value >= 10 ? number(Math.round(value)) : value ? number(value, value < .1 ? 2 : 1) : '0';
    rows.replaceChildren(h('table', {}, heads(COLUMNS, sort, (value) => { sort = value; showClients(); }), h('tbody', {}, ...list.slice(0, MOST).map((client) => h('tr', {},
      h('td', {}, mark(client.connected ? 'live' : 'offline'), h('span', { class: 'mono strong' }, client.id)),
      h('td', { class: 'mono' }, client.user ?? '—'), h('td', { class: 'mono' }, client.address ?? 'away'), h('td', {}, client.protocol ?? '—'), h('td', {}, client.over ?? '—'),
      h('td', { class: 'num' }, client.connected ? span(now() - client.since) : '—'), h('td', { class: 'num big' }, perSecond(client.in)), h('td', { class: 'num big' }, perSecond(client.out)),
      h('td', { class: client.queued ? 'num big' : 'num' }, number(client.queued)), h('td', { class: 'num' }, number(client.subscriptions)))))));
    if (focused) [...rows.querySelectorAll('th button')].find((button) => button.textContent.slice(0, 4) === focused.slice(0, 4))?.focus();
  }

  function showDenied() {
    const groups = new Map();
    for (const denial of denials) {
      const key = [denial.client, denial.user, denial.address, denial.action, denial.topic, denial.rule].join('\n');
      const group = groups.get(key) ?? { ...denial, times: 0 };
      group.times++;
      group.at = Date.parse(denial.time);
      groups.set(key, group);
    }
    const list = [...groups.values()].sort((a, b) => b.at - a.at).slice(0, 50);
    denied.replaceChildren(h('div', { class: 'caption' }, h('h2', {}, 'Denied'), h('span', { class: 'hint' }, list.length ? 'the latest first, each told at most once a minute' : 'nothing lately')),
      list.length ? h('div', { class: 'scroll lines denied', tabindex: '0', role: 'region', 'aria-label': 'Denied, as a table' }, h('table', {}, heads([['Last'], ['Who'], ['Tried to'], ['On'], ['Times', '', 'num'], ['Denied by'], ['The line']]), h('tbody', {}, ...list.map((group) => {
        const [file, line] = ruleOf(group.rule);
        return h('tr', {}, h('td', {}, moment(group.at, now())), h('td', { class: 'mono strong' }, group.client || group.address), h('td', { class: 'strong' }, group.action),
          h('td', { class: 'mono strong' }, group.action === 'connect' ? (group.user === undefined || group.user === null ? 'without a user name' : 'user ' + group.user) + ' from ' + group.address : group.topic),
          h('td', { class: 'num big' }, String(group.times)), h('td', { class: 'mono strong', title: file }, file.slice(file.lastIndexOf('/') + 1) || '—'), h('td', { class: 'mono' }, line));
      })))) : '');
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
  loadClients();
  const onKey = (event) => { if (event.key === ' ' && !/^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) { event.preventDefault(); togglePause(); } };
  return { tick: showFigures, key: onKey, recolour: load, close() { closed = true; clearTimeout(timer); clearTimeout(turn); removeEventListener('resize', resized); charts.forEach((chart) => chart.destroy()); } };
}
