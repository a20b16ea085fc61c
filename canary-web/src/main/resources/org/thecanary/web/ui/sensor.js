// SPDX-License-Identifier: Apache-2.0
// One sensor: charts that open with history and go on live, its rate, its thresholds, what happened.

import { STATES, drawing, h, icon, mark, problem, say, segments } from './dom.js';
import { Chart, Curve, gaps, key, statistics } from './charts.js';
import { ago, clock, decimals, hertz, moment, nameOf, number, rate, scaled, span, title, valueOf } from './format.js';
import { get, now, operator, post, stateOf, store } from './store.js';

const RANGES = { '15m': 900000, '1h': 3600000, '24h': 86400000, '7d': 604800000 };
const LABELS = { '15m': '15 m', '1h': '1 h', '24h': '24 h', '7d': '7 d' };

export function sensorPage(main, id, go) {
  document.title = nameOf(id) + ' – Canary';
  const query = new URLSearchParams(location.search);
  const view = { range: RANGES[query.get('range')] ? query.get('range') : '15m', from: Number(query.get('from')) || 0, to: Number(query.get('to')) || 0, pausedAt: 0 };
  let curves = [], charts = [], bucket = 1000, notes = [], thresholds = [], missed = 0, held = [], loading = null, drawn = 0, closed = false;

  const zoomed = () => view.from > 0;
  const edges = () => {
    if (zoomed()) return [view.from, view.to];
    const to = view.pausedAt || now();
    return [to - RANGES[view.range], to];
  };

  // --- the frame

  const state = h('span', { class: 'quiet' });
  const stateMark = h('span', { class: 'at' });
  const ranges = segments('Range', Object.entries(LABELS), view.range, (value) => { view.range = value; view.from = view.to = view.pausedAt = 0; changed(); });
  const reset = h('button', { class: 'button', type: 'button', onclick: () => unzoom() }, 'Reset zoom');
  const pause = h('button', { class: 'button', type: 'button', onclick: () => togglePause() });
  const csv = h('a', { class: 'button', download: true, 'aria-label': 'Save what is shown as CSV' }, icon('save'), h('span', { class: 'hide-phone' }, 'CSV'));
  csv.addEventListener('click', (event) => { event.stopPropagation(); });
  const plots = h('section', { class: 'card', 'aria-label': 'Charts' });
  const side = h('div', { class: 'side' });
  const sampling = h('section', { class: 'card', 'aria-label': 'Sampling' });
  const limits = h('section', { class: 'card', 'aria-label': 'Thresholds' });
  const happened = h('section', { class: 'card', 'aria-label': 'Notes' });
  side.append(sampling, limits, happened);
  main.append(
    h('nav', { class: 'crumb', 'aria-label': 'Where' }, h('a', { href: '/' }, 'Sensors'), icon('right'), h('span', {}, nameOf(id))),
    h('div', { class: 'head' }, stateMark, h('h1', {}, nameOf(id)), h('span', { class: 'mono quiet hide-phone' }, id), state, h('span', { class: 'push' }), ranges, reset, pause, csv),
    h('div', { class: 'split' }, plots, side));

  function changed() {
    const parameters = new URLSearchParams();
    if (zoomed()) { parameters.set('from', Math.round(view.from)); parameters.set('to', Math.round(view.to)); }
    else if (view.range !== '15m') parameters.set('range', view.range);
    history.replaceState(null, '', '/s/' + encodeURIComponent(id) + (parameters.size ? '?' + parameters : ''));
    load();
  }
  function zoom(from, to) {
    view.from = from; view.to = Math.max(to, from + 500);
    changed();
  }
  function unzoom() {
    if (!zoomed()) return;
    view.from = view.to = 0;
    view.pausedAt = 0;
    changed();
  }
  function togglePause() {
    if (zoomed()) { unzoom(); return; }
    view.pausedAt = view.pausedAt ? 0 : now();
    missed = 0;
    if (view.pausedAt) draw(); else load();
    buttons();
  }
  function buttons() {
    const still = zoomed() || view.pausedAt;
    reset.hidden = !zoomed();
    pause.className = still ? 'button live' : 'button';
    pause.setAttribute('aria-label', still ? 'Go on live' : 'Pause');
    pause.replaceChildren(icon(still ? 'play' : 'pause'), h('span', { class: still ? '' : 'hide-phone' }, still ? 'Live' + (missed ? ', ' + missed + ' new' : '') : 'Pause'));
    ranges.choose(zoomed() ? '' : view.range);
    const [from, to] = edges();
    csv.href = '/api/csv?' + new URLSearchParams({ sensor: id, from: Math.floor(from), to: Math.ceil(to) });
  }

  // --- history and live values: what comes while history is read waits, and is added where it is newer

  async function load() {
    loading?.abort();
    loading = new AbortController();
    const mine = loading;
    held = [];
    buttons();
    const [from, to] = edges();
    const points = Math.max(200, Math.min(1800, Math.round((plots.clientWidth || 900) - 80)));
    try {
      const [answer, told, details] = await Promise.all([
        get('history', { sensor: id, from: Math.floor(from), to: Math.ceil(to) + (zoomed() ? 0 : 2000), points }, mine.signal),
        get('notes', { sensor: id, from: 0, to: 4102444800000 }, mine.signal), get('sensor', { id }, mine.signal)]);
      if (closed || mine !== loading) return;
      bucket = answer.bucket;
      curves = answer.curves.map(Curve.of);
      notes = told.notes;
      thresholds = details.thresholds;
      const waiting = held;
      held = null;
      const newest = Math.max(0, ...curves.map((curve) => curve.t.at(-1) ?? 0));
      if (!zoomed() && !view.pausedAt) for (const [time, values] of waiting) if (time > newest + (bucket > 1000 ? bucket : 0)) add(time, values);
      rebuild();
      showLimits();
      showNotes();
    } catch (e) {
      if (e.name === 'AbortError' || closed) return;
      held = null;
      if (e.status === 404) { plots.replaceChildren(h('div', { class: 'empty-chart' }, h('p', {}, 'No value of ' + nameOf(id) + ' has come yet.'), h('p', { class: 'hint' }, 'It should publish on ' + id + '/data.'))); setTimeout(() => { if (!closed) load(); }, 3000); }
      else plots.replaceChildren(h('div', { class: 'empty-chart' }, problem(e.message), h('button', { class: 'button', type: 'button', onclick: load }, 'Try again')));
    }
  }

  function add(time, values) {
    for (const [name, value] of Object.entries(values)) {
      let curve = curves.find((each) => each.name === name);
      if (!curve) { curve = new Curve(name, store.sensors.get(id)?.quantities.find((each) => each.name === name)?.unit ?? ''); curves.push(curve); }
      curve.add(time, value, bucket);
    }
  }

  function onValues(event) {
    if (held) { held.push(...event.detail); return; }
    if (zoomed() || view.pausedAt) { missed += event.detail.length; buttons(); return; }
    const before = curves.length;
    for (const [time, values] of event.detail) add(time, values);
    if (curves.length !== before) rebuild();
    else draw();
  }

  // --- charts

  /** The first is the tallest; two charts share the height that more would fill. */
  function tall(i, count, phone) {
    if (phone) return i === 0 ? 170 : 130;
    const room = Math.max(340, Math.min(720, window.innerHeight - 200 - count * 54));
    return Math.round(Math.max(150, Math.min(320, room / (count + .4) * (i === 0 ? 1.4 : 1))));
  }

  const period = () => { const sensor = store.sensors.get(id); return sensor && (sensor.confirmed || sensor.measured) ? 1000 / (sensor.confirmed || sensor.measured) : 10000; };
  const longest = () => Math.max(3 * period(), 3 * bucket, 5000);

  function rebuild() {
    charts.forEach((chart) => chart.chart.destroy());
    charts = [];
    if (!curves.length || curves.every((curve) => !curve.t.length)) {
      plots.replaceChildren(h('div', { class: 'empty-chart' }, h('p', {}, 'Nothing was measured in this time.'), zoomed() ? null : h('p', { class: 'hint' }, 'A longer range may have something.')));
      return;
    }
    const shown = curves.filter((curve) => curve.t.length);
    const phone = window.innerWidth < 640;
    const values = asTable(shown);
    plots.replaceChildren();
    shown.forEach((curve, i) => {
      const last = i === shown.length - 1;
      const value = h('span', { class: 'big' }), unit = h('span', { class: 'unit' }), stats = h('span', { class: 'stats' });
      const place = h('div', { class: 'plot', role: 'img' });
      const swatch = h('span', { class: 'key' });
      swatch.style.background = key(i);
      plots.append(h('div', { class: 'chart' }, h('div', { class: 'caption' }, swatch, h('span', { class: 'name' }, title(curve.name)), value, unit, stats), place, last ? values : null));
      const chart = new Chart(place, [curve], {
        height: tall(i, shown.length, phone) + (last ? 30 : 0), time: last, first: i, group: 'sensor', span: edges, longest,
        thresholds: thresholds.filter((each) => each.quantity === curve.name && each.kind !== 'silent'),
        gaps: () => gaps(curve.t, ...edges(), longest()), flags: () => notes.filter((note) => note.kind === 'rate').map((note) => ({ time: note.time, label: note.text.replace('Rate ', '') })),
        live: () => !zoomed() && !view.pausedAt && ['live', 'alarm'].includes(stateOf(store.sensors.get(id) ?? { id, state: 'new' })),
        zoomed: zoom, reset: unzoom, pointed: () => {},
      });
      charts.push({ curve, chart, value, unit, stats, place });
    });
    draw(true);
  }

  /** What the charts show, for those who would rather read it: at most sixty rows, made when it is opened. */
  function asTable(shown) {
    const details = h('details', { class: 'values' }, h('summary', {}, 'Show as table'));
    const body = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Values, as a table' });
    details.append(body);
    const fill = () => {
      if (!details.open) return;
      const [from, to] = edges();
      const times = [...new Set(shown.flatMap((curve) => curve.t))].filter((time) => time >= from && time <= to).sort((a, b) => b - a);
      const every = Math.ceil(times.length / 60);
      const columns = shown.map((curve) => ({ at: new Map(curve.t.map((time, k) => [time, curve.mean[k]])), ...scaled(curve.unit, curve.mean.at(-1) ?? 0), name: title(curve.name) }));
      body.replaceChildren(h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Time'), ...columns.map((column) => h('th', { scope: 'col', class: 'num' }, column.name + (column.unit ? ', ' + column.unit : ''))))),
        h('tbody', {}, ...times.filter((_, k) => k % every === 0).map((time) => h('tr', {}, h('td', {}, moment(time, now())), ...columns.map((column) => { const value = column.at.get(time); return h('td', { class: 'num big' }, value === undefined ? '' : number(value * column.factor, decimals(value * column.factor))); }))))));
    };
    details.addEventListener('toggle', fill);
    return details;
  }

  let pending = 0;
  function draw(soon) {
    if (pending || closed || document.hidden) return;
    const wait = soon ? 0 : Math.max(0, 33 - (performance.now() - drawn));
    pending = setTimeout(() => requestAnimationFrame(() => {
      pending = 0;
      drawn = performance.now();
      if (closed) return;
      const [from, to] = edges();
      for (const { curve, chart, value, unit, stats, place } of charts) {
        curve.trim(from - (to - from));
        chart.draw();
        const figures = statistics(curve, from, to);
        const sensor = store.sensors.get(id);
        const latest = (!zoomed() && sensor?.quantities.find((each) => each.name === curve.name)?.value) ?? curve.mean.at(-1);
        const shown = latest * chart.factor;
        value.textContent = number(shown, decimals(shown));
        unit.textContent = chart.unit;
        if (figures) {
          const digits = decimals(figures.high * chart.factor);
          const [low, mean, high] = [figures.low, figures.mean, figures.high].map((v) => number(v * chart.factor, digits));
          stats.replaceChildren(h('span', {}, 'min ', h('b', {}, low)), h('span', { class: 'mean' }, 'mean ', h('b', {}, mean)), h('span', {}, 'max ', h('b', {}, high)));
          place.setAttribute('aria-label', `${title(curve.name)} from ${moment(from, to)} to ${clock(to)}: lowest ${low}, mean ${mean}, highest ${high}, last ${number(shown)} ${chart.unit}`);
        }
      }
    }), wait);
  }

  // --- sampling

  let asking = false;
  function showSampling(sensor) {
    if (asking && sampling.contains(document.activeElement)) return;
    const waiting = sensor.verdict === 'waiting', ignored = sensor.verdict === 'ignored';
    const cell = (name, value, red) => h('div', {}, h('dt', {}, name), h('dd', { class: red ? 'red' : '' }, value, value === 'none' || value === '…' || value === '—' ? '' : h('small', {}, ' Hz')));
    const off = sensor.confirmed && sensor.measured ? (sensor.measured / sensor.confirmed - 1) * 100 : 0;
    const silent = !sensor.confirmed;
    const sentence = {
      refused: `Refused ${sensor.askedText}: ${sensor.refused}`,
      ignored: 'No answer within three intervals. The sensor may not support rate changes.',
      waiting: `Asked ${span(now() - sensor.askedAt)} ago. Until it answers it stays as it is.`,
      missed: `It confirmed ${rate(sensor.confirmed)} Hz, and measures ${Math.abs(off).toFixed(0)} % too ${off < 0 ? 'slowly' : 'fast'}.`,
    }[sensor.verdict] ?? (!sensor.measured ? 'Not measured yet.' : silent ? 'This sensor does not say its rate.' : Math.abs(off) < .05 ? 'On time over the last minute.' : `${Math.abs(off).toFixed(1)} % ${off < 0 ? 'slow' : 'fast'} over the last minute.`);
    const x = 130 + Math.max(-10, Math.min(10, off)) * 11;
    const action = !operator() ? h('span', { class: 'readonly' }, icon('lock'), 'Read-only')
      : h('span', { class: 'at' }, waiting || ignored ? h('button', { class: 'button small', type: 'button', onclick: () => post('sampling/cancel', { sensor: id }).then(() => say('Asked no longer'), (e) => sampling.append(problem(e.message))) }, 'Cancel') : null,
        h('button', { class: 'button small', type: 'button', onclick: () => ask(sensor) }, ignored ? 'Ask again' : 'Change'));
    const offline = stateOf(sensor) === 'offline';
    sampling.replaceChildren(h('div', { class: 'title' }, h('h2', {}, 'Sampling'), action),
      h('dl', { class: 'rates' }, cell('asked', rate(sensor.asked)), icon('arrow'), cell('confirmed', ignored ? 'none' : waiting ? '…' : rate(sensor.confirmed), ignored), icon('arrow'), cell('measured', hertz(offline ? 0 : sensor.measured))),
      drawing({ class: 'scale', viewBox: '0 0 260 34', 'aria-hidden': 'true' },
        ['path', { d: 'M14 12H246', stroke: 'var(--line)', 'stroke-width': 1 }], ['path', { d: 'M97 12H163', stroke: 'var(--edge)', 'stroke-width': 3, opacity: .6 }],
        ...[-10, -5, 0, 5, 10].flatMap((tick) => [['path', { d: `M${130 + tick * 11} 8v8`, stroke: 'var(--edge)' }], ['text', { x: 130 + tick * 11, y: 29, 'text-anchor': 'middle' }, tick > 0 ? '+' + tick + (tick === 10 ? ' %' : '') : String(tick).replace('-', '−')]]),
        ...(sensor.measured && !silent && !offline ? [['path', { d: `M${x - 5} 1h10l-5 8z`, fill: sensor.verdict === 'missed' ? 'var(--alarm)' : 'var(--canary)', stroke: 'var(--canary-edge)' }]] : [])),
      h('p', { class: ['refused', 'ignored', 'missed'].includes(sensor.verdict) ? 'red' : '' }, offline ? 'Offline. What is asked now is sent when it connects.' : sentence));
  }

  function ask(sensor) {
    asking = true;
    const field = h('input', { class: 'input', 'aria-label': 'Rate', '.value': sensor.askedText || (sensor.confirmed ? rate(sensor.confirmed) + ' Hz' : '1 Hz'), placeholder: '2 Hz, or 5 s' });
    const error = h('div');
    const done = () => { asking = false; showSampling(store.sensors.get(id) ?? sensor); };
    sampling.replaceChildren(h('div', { class: 'title' }, h('h2', {}, 'Sampling')), h('form', { class: 'inline', onsubmit: async (event) => {
      event.preventDefault();
      try { await post('sampling', { sensor: id, rate: field.value }); say('Asked for ' + field.value); done(); } catch (e) { error.replaceChildren(problem(e.message)); }
    } }, h('label', {}, 'How often to measure, as 2 Hz or as 5 s'), h('div', { class: 'pair' }, field, h('button', { class: 'button primary', type: 'submit' }, 'Ask'), h('button', { class: 'button', type: 'button', onclick: done }, 'Cancel')), error));
    field.focus();
    field.select();
  }

  // --- thresholds

  let adding = false;
  function showLimits() {
    if (adding) return;
    const units = new Map(curves.map((curve) => [curve.name, curve.unit]));
    limits.replaceChildren(h('div', { class: 'title' }, h('h2', {}, 'Thresholds'), operator() ? h('button', { class: 'button small', type: 'button', onclick: addLimit }, icon('plus'), 'Add') : h('span', { class: 'readonly' }, icon('lock'), 'Read-only')),
      thresholds.length ? h('ul', { class: 'list' }, ...thresholds.map((each) => {
        const words = each.kind === 'silent' ? 'for ' + span(each.seconds * 1000) : each.kind + ' ' + valueOf({ value: each.limit, unit: units.get(each.quantity) }).join(' ') + (each.seconds ? ' for ' + span(each.seconds * 1000) : '');
        return h('li', {}, h('div', { class: 'pair' }, h('span', {}, each.kind === 'silent' ? 'No value' : title(each.quantity)), h('span', { class: 'quiet at' }, words, operator() ? h('button', { class: 'plain', type: 'button', 'aria-label': 'Remove this threshold', onclick: () => post('threshold/remove', { id: each.id }).then(load, (e) => limits.append(problem(e.message))) }, icon('bin')) : null)),
          h('p', { class: each.raised ? 'red' : 'hint' }, each.raised ? 'crossed now' : each.last ? 'last ' + moment(each.last, now(), false) : 'not crossed'));
      })) : h('p', {}, 'A threshold warns on every page, on the topic sensor/alarms and by webhook.'));
  }

  function addLimit() {
    adding = true;
    const what = h('select', { class: 'input', 'aria-label': 'What' }, ...curves.map((curve) => h('option', { value: curve.name }, title(curve.name))), h('option', { value: '' }, 'No value'));
    const kind = h('select', { class: 'input', 'aria-label': 'Above or below' }, h('option', { value: 'above' }, 'above'), h('option', { value: 'below' }, 'below'));
    const limit = h('input', { class: 'input', 'aria-label': 'Limit', inputmode: 'decimal', placeholder: 'Limit' });
    const seconds = h('input', { class: 'input', 'aria-label': 'Seconds', inputmode: 'numeric', '.value': '0' });
    const unit = h('span', { class: 'hint' });
    const scale = () => { const curve = curves.find((each) => each.name === what.value); return scaled(curve?.unit, curve?.mean.at(-1) ?? 0); };
    const adapt = () => { kind.hidden = limit.hidden = !what.value; unit.textContent = what.value ? scale().unit : ''; if (!what.value && seconds.value === '0') seconds.value = '30'; };
    what.addEventListener('change', adapt);
    const error = h('div');
    const done = () => { adding = false; load(); };
    limits.replaceChildren(h('div', { class: 'title' }, h('h2', {}, 'New threshold')), h('form', { class: 'inline', onsubmit: async (event) => {
      event.preventDefault();
      const body = what.value ? { sensor: id, quantity: what.value, kind: kind.value, limit: Number(limit.value.replace(',', '.').replace('−', '-')) / scale().factor, seconds: Number(seconds.value) } : { sensor: id, kind: 'silent', seconds: Number(seconds.value) };
      if (what.value && (limit.value.trim() === '' || Number.isNaN(body.limit))) { error.replaceChildren(problem('The limit is not a number.')); return; }
      try { await post('threshold', body); done(); } catch (e) { error.replaceChildren(problem(e.message)); }
    } }, what, h('div', { class: 'pair' }, kind, limit, unit), h('label', {}, 'For how many seconds before it is an alarm'), seconds, h('div', { class: 'pair' }, h('button', { class: 'button primary', type: 'submit' }, 'Save'), h('button', { class: 'button', type: 'button', onclick: done }, 'Cancel')), error));
    adapt();
    what.focus();
  }

  // --- notes

  function showNotes() {
    const list = notes.slice(0, 12);
    happened.replaceChildren(h('div', { class: 'title' }, h('h2', {}, 'Notes')),
      list.length ? h('ul', { class: 'list' }, ...list.map((note) => h('li', {}, h('button', { class: 'note', type: 'button', title: moment(note.time, now()), onclick: () => zoom(note.time - 300000, note.time + 300000) }, h('time', {}, new Date(note.time).toDateString() === new Date(now()).toDateString() ? clock(note.time) : moment(note.time, now(), false)), h('span', {}, h('span', { class: note.kind === 'alarm' ? 'what red' : 'what' }, title(note.text)), h('span', { class: 'hint' }, h('br'), note.detail)))))) : h('p', {}, 'Alarms, rate changes and outages are noted here.'));
  }

  let lastStatus = '';
  function tick() {
    const sensor = store.sensors.get(id);
    if (!sensor) { stateMark.replaceChildren(mark('new')); return; }
    const now2 = stateOf(sensor);
    stateMark.replaceChildren(mark(now2));
    state.textContent = STATES[now2] + (sensor.time ? ', last value ' + ago(sensor.time, now()) : '') + (now2 === 'offline' && sensor.reason ? ', ' + sensor.reason : '');
    showSampling(sensor);
    const status = sensor.status + sensor.askedText + store.alarms.length + sensor.verdict;
    if (status !== lastStatus && lastStatus) setTimeout(() => get('notes', { sensor: id, from: 0, to: 4102444800000 }).then((told) => { notes = told.notes; showNotes(); }).catch(() => {}), 400);
    if (status !== lastStatus && lastStatus) get('sensor', { id }).then((details) => { thresholds = details.thresholds; showLimits(); }).catch(() => {});
    lastStatus = status;
    if (!zoomed() && !view.pausedAt) draw();
  }

  function onKey(event) {
    const [from, to] = edges();
    const middle = (from + to) / 2, half = (to - from) / 2;
    if (event.key === ' ' && !/^(BUTTON|A)$/.test(event.target.tagName)) { event.preventDefault(); togglePause(); }
    else if (event.key === 'Escape') unzoom();
    else if (event.key === '+') zoom(middle - half / 2, middle + half / 2);
    else if (event.key === '-') zoom(middle - half * 2, Math.min(now(), middle + half * 2));
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const plot = charts[0]?.chart.plot;
      if (!plot) return;
      event.preventDefault();
      const width = plot.over.offsetWidth;
      const left = Math.max(0, Math.min(width, (plot.cursor.left < 0 ? width : plot.cursor.left) + (event.key === 'ArrowLeft' ? -1 : 1) * (event.shiftKey ? 30 : 3)));
      for (const { chart } of charts) chart.plot.setCursor({ left, top: 20 });
      say(charts.map(({ chart, curve }) => title(curve.name) + ' ' + chart.tag.textContent).join(', '));
    }
  }

  const resized = () => { if (charts.length) draw(true); };
  const behind = () => load();
  addEventListener('resize', resized);
  store.addEventListener('values', onValues);
  store.addEventListener('behind', behind);
  let opened = false;
  const onOpened = () => { if (opened) load(); opened = true; };
  store.addEventListener('opened', onOpened);
  plots.append(h('div', { class: 'empty-chart' }, h('p', { class: 'hint' }, 'Loading history')));
  load();
  return {
    sensor: id, tick, key: onKey, recolour: rebuild,
    close() {
      closed = true;
      loading?.abort();
      removeEventListener('resize', resized);
      store.removeEventListener('values', onValues);
      store.removeEventListener('behind', behind);
      store.removeEventListener('opened', onOpened);
      charts.forEach(({ chart }) => chart.destroy());
    },
  };
}
