// SPDX-License-Identifier: Apache-2.0
// All sensors: cards or a table; and, where there is none, how to connect the first.

import { STATES, h, heads, icon, mark, say, segments } from './dom.js';
import { ago, clock, hertz, nameOf, rate, shortId, span, title, valueOf } from './format.js';
import { drawSpark } from './spark.js';
import { ruleOf } from './broker.js';
import { get, now, stateOf, store } from './store.js';

const ORDER = { alarm: 0, stale: 1, offline: 2, new: 3, live: 4 };
const SHOWN = 3;
const byName = (a, b) => nameOf(a.sensor.id).localeCompare(nameOf(b.sensor.id), undefined, { numeric: true });
const by = (member) => (a, b) => (a.sensor[member] ?? 0) - (b.sensor[member] ?? 0);
const KEYS = { state: (a, b) => ORDER[a.state] - ORDER[b.state], name: byName, asked: by('asked'), confirmed: by('confirmed'), measured: by('measured'), seen: by('arrived') };
const COLUMNS = [['Sensor', 'name'], ['State', 'state'], ['First value'], [''], [''], ['Second value'], [''], ['Third value', '', 'third'], ['', '', 'third'], ['Asked', 'asked', 'num'], ['Confirmed', 'confirmed', 'num'], ['Measured', 'measured', 'num'], ['Last seen', 'seen', 'num']];

export function sensorsPage(main, go) {
  document.title = 'Sensors – Canary';
  const parameters = new URLSearchParams(location.search);
  const view = { filter: parameters.get('show') ?? 'all', text: parameters.get('find') ?? '', layout: parameters.get('as') ?? remembered('layout', 'cards'), span: Number(parameters.get('trace') ?? 3600), sort: KEYS[parameters.get('sort')?.replace('-', '')] ? parameters.get('sort') : 'state', add: parameters.has('add') };
  const body = h('div');
  let cards = new Map();
  let order = '';
  let table = null;
  let still = false;

  const keep = () => {
    const query = new URLSearchParams();
    if (view.filter !== 'all') query.set('show', view.filter);
    if (view.text) query.set('find', view.text);
    if (view.layout !== 'cards') query.set('as', view.layout);
    if (view.span !== 3600) query.set('trace', view.span);
    if (view.sort !== 'state') query.set('sort', view.sort);
    history.replaceState(null, '', '/' + (query.size ? '?' + query : ''));
    order = '';
    still = false;
    draw();
  };

  const filters = h('div');
  const ordering = segments('Order', [['state', 'Alarms first'], ['name', 'By name']], view.sort, (value) => { view.sort = value; keep(); });
  const search = h('input', { class: 'input', type: 'search', placeholder: 'Find a sensor', 'aria-label': 'Find a sensor', '.value': view.text, oninput: () => { view.text = search.value; keep(); } });
  const head = h('div', { class: 'head' }, h('h1', {}, 'Sensors'), filters,
    h('div', { class: 'search push stretch' }, icon('search'), search, h('kbd', {}, '/')),
    h('div', { class: 'hide-phone' }, segments('Trace', [['900', '15 m'], ['3600', '1 h']], String(view.span), (value) => { view.span = Number(value); keep(); })),
    h('div', { class: 'order' }, ordering),
    h('div', {}, segments('Layout', [['cards', icon('cards')], ['table', icon('rows')]], view.layout, (value) => { view.layout = value; remember('layout', value); keep(); }, true)),
    h('a', { class: 'button primary hide-phone', href: '/?add' }, icon('plus'), 'Add sensor'));

  if (view.add || store.sensors.size === 0) return empty(main, go, view.add);
  main.append(head, body);
  body.addEventListener('pointerenter', () => { still = true; });
  body.addEventListener('pointerleave', () => { still = false; });

  function visible() {
    const text = view.text.toLowerCase();
    const key = view.sort.replace('-', ''), way = view.sort.startsWith('-') ? -1 : 1;
    const all = [...store.sensors.values()].map((sensor) => ({ sensor, state: stateOf(sensor) }));
    const counts = { all: all.length };
    for (const { state } of all) counts[state] = (counts[state] ?? 0) + 1;
    drawFilters(counts);
    return all.filter(({ sensor, state }) => (view.filter === 'all' || state === view.filter) && (!text || sensor.id.toLowerCase().includes(text) || nameOf(sensor.id).toLowerCase().includes(text)))
      .sort((a, b) => way * KEYS[key](a, b) || byName(a, b));
  }

  let drawnFilters = '';
  function drawFilters(counts) {
    const now = JSON.stringify(counts) + view.filter;
    if (now === drawnFilters) return;
    drawnFilters = now;
    const focused = filters.contains(document.activeElement);
    const states = ['alarm', 'stale', 'offline', 'live'].filter((state) => counts[state] || state === view.filter);
    filters.replaceChildren(segments('Show', [['all', 'All', null, counts.all], ...states.map((state) => [state, STATES[state], mark(state), counts[state] ?? 0])], view.filter, (value) => { view.filter = value; keep(); }));
    if (focused) filters.querySelector('[aria-checked=true]')?.focus();
  }

  function draw() {
    const list = visible();
    const next = view.layout + list.map(({ sensor }) => sensor.id).join('\n');
    const moving = still || body.contains(document.activeElement);
    if (next !== order && (!moving || list.length !== cards.size || !order)) {
      order = next;
      rebuild(list);
    }
    for (const { sensor, state } of list) cards.get(sensor.id)?.update(sensor, state);
  }

  function rebuild(list) {
    if (!list.length) { cards.clear(); body.replaceChildren(h('p', { class: 'quiet' }, 'No sensor is like that.')); return; }
    const before = cards;
    cards = new Map();
    if (view.layout === 'cards') {
      for (const { sensor } of list) { const old = before.get(sensor.id); cards.set(sensor.id, old?.kind === 'card' ? old : card(sensor.id, view)); }
      body.replaceChildren(h('div', { class: 'grid' }, ...list.map(({ sensor }) => cards.get(sensor.id).element)));
    } else {
      for (const { sensor } of list) cards.set(sensor.id, line(sensor.id, view, go));
      table = h('table', {}, heads(COLUMNS, view.sort, (sort) => { view.sort = sort; ordering.choose(sort); keep(); body.querySelector(`th:nth-child(${COLUMNS.findIndex((column) => column[1] === sort.replace('-', '')) + 1}) button`)?.focus(); }), h('tbody', {}, ...list.map(({ sensor }) => cards.get(sensor.id).element)));
      body.replaceChildren(h('div', { class: 'card scroll lines fleet', tabindex: '0', role: 'region', 'aria-label': 'Sensors, as a table' }, table));
    }
  }

  draw();
  return { tick: draw, recolour: draw };
}

function remembered(name, otherwise) { try { return localStorage.getItem(name) ?? otherwise; } catch { return otherwise; } }
function remember(name, value) { try { localStorage.setItem(name, value); } catch { /* not kept then */ } }

/** Whether it does not do what it was asked. */
function flagged(sensor) { return ['ignored', 'refused', 'missed'].includes(sensor.verdict); }

/** What to say of a sensor beside its name. */
function headline(sensor, state) {
  const alarm = store.alarms.find((each) => each.sensor === sensor.id);
  if (state === 'alarm') return 'Alarm, ' + span(now() - alarm.since);
  if (state === 'offline') return 'Offline since ' + clock(sensor.status, false);
  if (state === 'stale') return sensor.arrived ? 'Stale, ' + span(now() - sensor.arrived) : 'Not heard yet';
  if (state === 'new') return 'No value yet';
  return ago(Math.min(sensor.arrived, now()), now());
}

function footline(sensor, state) {
  const alarm = store.alarms.find((each) => each.sensor === sensor.id);
  if (alarm) {
    if (alarm.kind === 'silent') return 'No value since ' + clock(alarm.since, false);
    const quantity = sensor.quantities.find((each) => each.name === alarm.quantity);
    return title(alarm.kind) + ' ' + valueOf({ value: alarm.limit, unit: quantity?.unit }).join(' ') + ' since ' + clock(alarm.since, false);
  }
  if (state === 'offline') return title(sensor.reason || 'offline') + ', last value ' + (sensor.time ? ago(sensor.time, now()) : 'never');
  if (state === 'stale') return sensor.time ? 'Last value ' + ago(sensor.time, now()) + (sensor.confirmed ? ', due every ' + span(1000 / sensor.confirmed) : '') : '';
  if (sensor.verdict === 'ignored') return 'Did not answer the last instruction';
  if (sensor.verdict === 'refused') return 'Refused ' + sensor.askedText;
  if (sensor.verdict === 'missed') return 'Does not keep its rate';
  return sensor.time ? 'Last value ' + clock(sensor.time) : '';
}

function limits(sensor, quantity) {
  const alarm = store.alarms.find((each) => each.sensor === sensor.id && each.quantity === quantity);
  return alarm ? { [alarm.kind]: alarm.limit } : {};
}

function paint(canvas, sensor, quantity, state, view) {
  const points = store.sparks[sensor.id]?.[quantity.name] ?? [];
  const to = now() / 1000;
  // A sensor that is younger than the span gets all of the width.
  let first = to;
  for (const list of Object.values(store.sparks[sensor.id] ?? {})) if (list.length) first = Math.min(first, list[0]);
  const from = Math.max(to - view.span, Math.min(first, to - 120));
  drawSpark(canvas, points, { from, to, state, ...limits(sensor, quantity.name) });
}

function card(id, view) {
  const top = h('div', { class: 'top' });
  const rows = h('div');
  const foot = h('div', { class: 'foot' });
  const element = h('a', { class: 'card sensor', href: '/s/' + encodeURIComponent(id) }, top, rows, foot);
  let built = '';
  let parts = [];
  return {
    kind: 'card', element,
    update(sensor, state) {
      element.className = 'card sensor ' + state + (state === 'live' || state === 'alarm' ? '' : ' dim');
      top.replaceChildren(mark(state), h('span', { class: 'name' }, nameOf(id)), h('span', { class: 'mono' }, shortId(id)), h('span', { class: 'age' }, headline(sensor, state)));
      const shown = sensor.quantities.slice(0, SHOWN);
      const names = shown.map((quantity) => quantity.name).join('\n') + sensor.quantities.length;
      if (names !== built) {
        built = names;
        parts = shown.map((quantity) => ({ canvas: h('canvas', { 'aria-hidden': 'true' }), value: h('span', { class: 'value' }), unit: h('span', { class: 'unit' }), label: title(quantity.name) }));
        rows.replaceChildren(...parts.map((part) => h('div', { class: 'row' }, h('span', { class: 'label', title: part.label }, part.label), part.canvas, part.value, part.unit)),
          sensor.quantities.length ? '' : h('p', { class: 'hint' }, 'No value yet. It should publish on ', h('span', { class: 'mono' }, id + '/data'), '.'));
      }
      shown.forEach((quantity, i) => {
        const [value, unit] = valueOf(quantity);
        parts[i].value.textContent = value;
        parts[i].unit.textContent = unit;
        const beyond = store.alarms.some((alarm) => alarm.sensor === id && alarm.quantity === quantity.name);
        parts[i].value.classList.toggle('red', beyond);
        paint(parts[i].canvas, sensor, quantity, beyond ? 'alarm' : state === 'alarm' ? 'live' : state, view);
      });
      const more = sensor.quantities.length - SHOWN;
      foot.replaceChildren(h('span', { class: flagged(sensor) ? 'red' : '' }, footline(sensor, state) + (more > 0 ? ' · +' + more + ' more' : '')), rates(sensor, state));
    },
  };
}

function rates(sensor, state) {
  const gone = state === 'offline';
  return h('span', { title: 'asked → confirmed → measured' }, h('span', { class: 'unseen' }, 'Asked, confirmed, measured: '), rate(sensor.asked) + ' → ' + (gone ? '—' : rate(sensor.confirmed)) + ' → ', h('b', {}, (gone ? '—' : hertz(sensor.measured)) + ' Hz'));
}

function line(id, view, go) {
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const spark = h('td', { class: 'wide' }, canvas);
  const element = h('tr', { onclick: (event) => { if (!event.target.closest('a')) go('/s/' + encodeURIComponent(id)); } });
  return {
    kind: 'line', element,
    update(sensor, state) {
      const cells = [];
      for (let i = 0; i < SHOWN; i++) {
        const quantity = sensor.quantities[i];
        const [value, unit] = quantity ? valueOf(quantity) : ['', ''];
        const third = i === 2 ? 'third' : '';
        cells.push([h('td', { class: third }, quantity ? title(quantity.name) : ''), h('td', { class: 'num ' + third }, h('span', { class: 'big' }, value), ' ', h('span', { class: 'hint' }, unit))]);
      }
      const gone = state === 'offline';
      element.replaceChildren(
        h('td', {}, mark(state), h('a', { class: 'name', href: '/s/' + encodeURIComponent(id) }, nameOf(id)), ' ', h('span', { class: 'mono hint' }, shortId(id))),
        h('td', { class: state === 'alarm' ? 'red' : '' }, state === 'live' ? 'Live' : headline(sensor, state)), ...cells[0], spark, ...cells[1], ...cells[2],
        h('td', flagged(sensor) ? { class: 'num red', title: footline(sensor, 'live') } : { class: 'num' }, flagged(sensor) ? icon('warn') : null, ' ', rate(sensor.asked)), h('td', { class: 'num' }, gone ? '—' : rate(sensor.confirmed)), h('td', { class: 'num' }, h('span', { class: 'big' }, gone ? '—' : hertz(sensor.measured)), ' Hz'), h('td', { class: 'num' }, ago(sensor.arrived || sensor.time, now())));
      if (sensor.quantities[0]) paint(canvas, sensor, sensor.quantities[0], state, view);
    },
  };
}

/** How to connect a sensor, and what the broker has seen so far. */
function empty(main, go, adding) {
  document.title = 'Connect a sensor – Canary';
  const known = store.sensors.size;
  const address = (store.link?.address ?? 'localhost:1883').replace('127.0.0.1', location.hostname);
  let host = address.replace(/:\d+$/, ''), port = address.match(/:(\d+)$/)?.[1] ?? '1883', tls = false;
  const recipes = () => ({
    shell: ['Shell', [`mosquitto_pub -h ${host} -p ${port}${tls ? ' --cafile ca.crt' : ''} -u USER -P PASSWORD -q 1 -t sensor/attic/data -m '{"temperature": 24.3}'`]],
    canary: ['Linux machine', tls ? ['canary sensor --bundle attic.zip'] : [`canary sensor -h ${host} -p ${port} -u USER --pw-file sensor.credential --id attic`]],
    python: ['Python', ['import json, paho.mqtt.client as mqtt', 'client = mqtt.Client(client_id="attic")', ...(tls ? ['client.tls_set("ca.crt")'] : []), 'client.username_pw_set("USER", "PASSWORD")', `client.connect("${host}", ${port})`, 'client.loop_start()', 'client.publish("sensor/attic/data", json.dumps({"temperature": 24.3}), qos=1).wait_for_publish()']],
    arduino: ['ESP32, Arduino', [...(tls ? ['wifi.setCACert(CA_CRT);  // the text of ca.crt'] : []), `mqtt.setServer("${host}", ${port});`, 'mqtt.connect("attic", "USER", "PASSWORD");', 'mqtt.publish("sensor/attic/data", "{\\"temperature\\": 24.3}");']],
  });
  let chosen = 'shell';
  const code = h('ol', { class: 'card code', style: undefined });
  const copy = (text) => navigator.clipboard?.writeText(text).then(() => say('Copied'), () => {});
  const choose = (value) => {
    chosen = value;
    code.replaceChildren(...recipes()[value][1].map((text, i) => h('li', {}, h('span', { class: 'n' }, String(i + 1)), h('code', {}, text), h('button', { class: 'plain', type: 'button', 'aria-label': 'Copy line ' + (i + 1), onclick: () => copy(text) }, icon('copy')))));
  };
  choose(chosen);
  const wait = h('div', { class: 'card wait', role: 'status' });
  const begun = now();
  main.append(h('div', { class: 'first' }, h('h1', {}, known ? 'Connect another sensor' : 'Connect the first sensor'), h('p', {}, 'Run these lines where the sensor is. It appears here by itself with its first value.'),
    h('div', { class: 'pair' }, segments('Where', Object.entries(recipes()).map(([value, [text]]) => [value, text]), chosen, choose), h('button', { class: 'button', type: 'button', onclick: () => copy(recipes()[chosen][1].join('\n')) }, icon('copy'), 'Copy all')), code,
    h('p', { class: 'hint' }, 'USER and PASSWORD are the broker’s, of a user who may write ', h('span', { class: 'mono' }, 'sensor/attic/data'), '. Any JSON with numbers will do, or a number alone.'), wait));
  let seen = null, refused = [], newcomers = [], reason = '', timer = 0, closed = false;

  /** Who has connected, and who was refused, since this page is open: where the broker tells. */
  async function look() {
    try {
      const answer = await get('clients');
      reason = answer.reason ?? '';
      if (!reason) {
        const open = answer.listeners?.find((each) => each.tls && !each.mtls && each.protocol === 'mqtt');
        if (open && !tls && location.protocol === 'https:') { tls = true; port = String(open.port); host = location.hostname; choose(chosen); }
        const here = answer.clients.filter((client) => client.connected);
        seen ??= new Set(here.map((client) => client.id));
        newcomers = here.filter((client) => !seen.has(client.id));
        refused = answer.denials.map((denial) => ({ ...denial, at: Date.parse(denial.time) })).filter((denial) => denial.at > begun - 60000 && denial.action !== 'receive').reverse();
        draw();
      }
    } catch { /* the notice says it */ }
    if (!closed) timer = setTimeout(look, 2000);
  }

  const item = (state, title, text, end) => h('div', {}, mark(state), h('div', {}, h('b', {}, title), h('p', {}, text)), end ?? null);

  function refusal() {
    const [denial] = refused;
    const [file, line] = ruleOf(denial.rule);
    const what = denial.action === 'connect' ? (denial.user ? 'as user ' + denial.user : 'without a user name') + ' from ' + denial.address : 'may not publish on ' + denial.topic;
    return item('alarm', (refused.length === 1 ? '1 attempt' : refused.length + ' attempts') + ' refused, the last ' + ago(denial.at, now()), h('span', {}, h('span', { class: 'mono' }, denial.client || 'A client'), ' ' + what + ': ' + line + '.'), file ? h('span', { class: 'end mono', title: file }, file.slice(file.lastIndexOf('/') + 1)) : null);
  }

  function draw() {
    const up = store.link?.connected && !store.offline;
    const heard = store.taken > 0;
    wait.replaceChildren(
      h('div', {}, mark('new'), h('b', {}, 'Waiting for the first value'), h('span', { class: 'end waited' }, 'for ' + span(now() - begun))),
      item(up ? 'live' : 'offline', up ? 'The broker is up' : 'The broker cannot be reached', (tls ? host + ':' + port + ', TLS' : address) + (up ? '' : '. ' + (store.link?.sentence ?? ''))),
      reason ? item(heard ? 'live' : 'new', heard ? 'Messages arrive' : 'No message yet', heard ? 'None of them is a new sensor’s. A sensor publishes on sensor/NAME/data.' : 'Check that the sensor is on the same network, and its name and password.')
        : newcomers.length ? item('live', newcomers[0].id + ' has connected', 'It has not published on sensor/NAME/data yet.') : item('new', 'No new connection yet', /^(localhost|127\.|\[?::1)/.test(host) ? 'Only this machine can connect: Canary listens on ' + host + '.' : 'Check that the sensor is on the same network as ' + host + '.'),
      ...(refused.length ? [refusal()] : []));
  }

  const tick = () => {
    if (store.sensors.size > known) { const added = [...store.sensors.keys()]; go(adding ? '/s/' + encodeURIComponent(added.find((id) => store.sensors.get(id).arrived > begun) ?? added[0]) : '/', true); return; }
    draw();
  };
  tick();
  look();
  return { tick, close() { closed = true; clearTimeout(timer); } };
}
