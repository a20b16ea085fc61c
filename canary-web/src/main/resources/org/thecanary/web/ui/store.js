// SPDX-License-Identifier: Apache-2.0
// What the page knows: the session, the sensors, the alarms; and the stream that keeps it so.

export const store = Object.assign(new EventTarget(), {
  session: null, sensors: new Map(), sparks: {}, alarms: [], link: null, figures: {}, trouble: '', taken: 0, valuesPerSecond: 0, skew: 0,
});

/** The server's time: the sensors' times are told apart from now by its clock, not the browser's. */
export function now() {
  return Date.now() + store.skew;
}

/** Whether a clock must have been wrong that said so, and was put right if another time comes later. */
export function isAhead(time) {
  return time > now() + 60000;
}

export class Failure extends Error {}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  if (response.status === 401 && store.session) {
    store.session = null;
    store.dispatchEvent(new Event('session'));
  }
  throw Object.assign(new Failure(body.error ?? 'The web app answered ' + response.status + '.'), { status: response.status });
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Failure('The web app cannot be reached. Is it running?');
  }
  return answer(response);
}

export function get(path, parameters = {}, signal) {
  const query = new URLSearchParams(parameters).toString();
  return ask('/api/' + path + (query ? '?' + query : ''), { signal });
}

export function post(path, body) {
  return ask('/api/' + path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Canary-Token': store.session?.token ?? '' }, body: JSON.stringify(body) });
}

export const operator = () => store.session?.role === 'operator';

function take(message) {
  store.skew = message.now - Date.now();
  if (message.taken >= store.taken && store.taken) store.valuesPerSecond = store.valuesPerSecond * .7 + (message.taken - store.taken) * .3;
  store.taken = message.taken;
  store.link = message.link;
  store.figures = message.figures;
  store.trouble = message.trouble;
  store.alarms = message.alarms;
  for (const sensor of message.sensors ?? []) {
    store.sensors.set(sensor.id, sensor);
    for (const quantity of sensor.quantities) {
      const points = (store.sparks[sensor.id] ??= {})[quantity.name] ??= [];
      const bucket = Math.floor(sensor.time / 10000) * 10;
      while (points.at(-2) > bucket && isAhead(points.at(-2) * 1000)) points.splice(-2);
      if (points.at(-2) === bucket) points[points.length - 1] = quantity.value;
      else if (!points.length || points.at(-2) < bucket) points.push(bucket, quantity.value);
      if (points.length > 800) points.splice(0, 80);
    }
  }
}

export async function load() {
  const all = await get('sensors');
  store.sensors.clear();
  store.sparks = all.sparks;
  take(all);
}

/** What a sensor is now: an alarm of it comes before its state. */
export function stateOf(sensor) {
  if (store.alarms.some((alarm) => alarm.sensor === sensor.id)) return 'alarm';
  if (sensor.state === 'live' && now() - sensor.arrived > sensor.late) return 'stale';
  return sensor.state;
}

let stream = null;
let watched = '';
let hidden = 0;

/** Opens the stream; with a sensor, every value of it comes as a `values` event. */
export function listen(sensor = '') {
  if (stream && watched === sensor) return;
  stream?.close();
  watched = sensor;
  stream = new EventSource('/api/live' + (sensor ? '?sensor=' + encodeURIComponent(sensor) : ''));
  stream.addEventListener('open', () => { store.offline = 0; store.dispatchEvent(new Event('opened')); });
  stream.addEventListener('tick', (event) => { store.offline = 0; take(JSON.parse(event.data)); store.dispatchEvent(new Event('tick')); });
  stream.addEventListener('values', (event) => store.dispatchEvent(new CustomEvent('values', { detail: JSON.parse(event.data) })));
  stream.addEventListener('behind', () => { load().catch(() => {}); store.dispatchEvent(new Event('behind')); });
  stream.addEventListener('error', () => {
    store.offline ||= Date.now();
    store.dispatchEvent(new Event('tick'));
    if (stream?.readyState === EventSource.CLOSED) {
      stream = null;
      get('session').then((session) => { if (!session.name) { store.session = null; store.dispatchEvent(new Event('session')); } }).catch(() => {});
      const again = watched;
      setTimeout(() => { if (store.session && !stream) listen(again); }, 2000);
    }
  });
}

/** Opens the stream now that would be opened again a little later. */
export function retry() {
  const again = watched;
  deaf();
  watched = '\u0000';
  listen(again);
}

export function deaf() {
  stream?.close();
  stream = null;
}

// A page nobody sees needs no stream; when it is seen again it asks the history for what it missed.
document.addEventListener('visibilitychange', () => {
  clearTimeout(hidden);
  if (document.hidden) {
    hidden = setTimeout(deaf, 30000);
  } else if (store.session && !stream) {
    load().then(() => { const again = watched; watched = '\u0000'; listen(again); store.dispatchEvent(new Event('behind')); }).catch(() => {});
  }
});
