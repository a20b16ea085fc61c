// SPDX-License-Identifier: Apache-2.0
// Numbers, times and names as people read them.

const UNITS = { Cel: '°C', '1': '', By: 'B', 'W/m2': 'W/m²', 'm/s2': 'm/s²', '%RH': '%', Ohm: 'Ω', lx: 'lx', '[ppm]': 'ppm', 'ug/m3': 'µg/m³', 'g/m3': 'g/m³', 'dB[SPL]': 'dB' };
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** What to multiply by and what to write behind: bytes become MiB, the rest stays. */
export function scaled(unit, value) {
  if (unit !== 'By' && unit !== 'B') return { factor: 1, unit: UNITS[unit] ?? unit ?? '' };
  const step = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)));
  return { factor: 1 / 1024 ** step, unit: BINARY[step] };
}

/** At most five significant digits, no more than were sent, a true minus, a thin space from 10 000. */
export function number(value, digits) {
  if (value === undefined || value === null || Number.isNaN(value)) return '—';
  let text = digits === undefined ? String(Number(value.toPrecision(5))) : value.toFixed(digits);
  if (text.includes('e')) return text.replace('-', '−');
  const [whole, fraction] = text.split('.');
  const grouped = Math.abs(value) >= 10000 ? whole.replace(/\B(?=(\d{3})+$)/g, '\u2009') : whole;
  text = fraction ? grouped + '.' + fraction : grouped;
  return text.replace('-', '−');
}

const sent = new Map();

/** As many decimals as the quantity was ever sent with, so that a value does not jump when it ends in zero. */
function places(quantity, value) {
  const key = quantity.name + '|' + quantity.unit;
  const own = (String(quantity.value).split('.')[1] ?? '').length;
  const most = Math.max(own, sent.get(key) ?? 0);
  if (quantity.name) sent.set(key, most);
  return Math.min(most, decimals(value));
}

/** A value of a quantity: its text and its unit. */
export function valueOf(quantity) {
  const { factor, unit } = scaled(quantity.unit, quantity.value);
  const value = quantity.value * factor;
  return [number(value, factor === 1 ? places(quantity, value) : decimals(value)), unit];
}

/** So many decimals that a value has about four digits. */
export function decimals(value) {
  const size = Math.abs(value);
  return size >= 10000 ? 0 : size >= 1000 ? 1 : size >= 100 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : 3;
}

export function hertz(value) {
  if (!value) return '—';
  return Number(value) >= 100 ? value.toFixed(1) : Number(value) >= 0.1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

export function rate(value) {
  return value ? String(Number(value.toPrecision(4))) : '—';
}

const two = (n) => String(n).padStart(2, '0');

export function clock(millis, seconds = true) {
  const at = new Date(millis);
  return two(at.getHours()) + ':' + two(at.getMinutes()) + (seconds ? ':' + two(at.getSeconds()) : '');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export function day(millis) {
  const at = new Date(millis);
  return at.getDate() + ' ' + MONTHS[at.getMonth()];
}

/** The time alone today, with the day before. */
export function moment(millis, now, seconds = true) {
  const same = new Date(millis).toDateString() === new Date(now).toDateString();
  return same ? clock(millis, seconds) : day(millis) + ' ' + clock(millis, false);
}

export function span(millis) {
  const s = Math.max(0, millis / 1000);
  if (s < 60) return s < 10 && s % 1 ? s.toFixed(1) + ' s' : Math.round(s) + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min' + (s < 600 && Math.floor(s % 60) ? ' ' + Math.floor(s % 60) + ' s' : '');
  if (s < 86400) return Math.floor(s / 3600) + ' h' + (Math.floor(s % 3600 / 60) ? ' ' + Math.floor(s % 3600 / 60) + ' min' : '');
  return Math.floor(s / 86400) + ' d' + (Math.floor(s % 86400 / 3600) ? ' ' + Math.floor(s % 86400 / 3600) + ' h' : '');
}

export function ago(millis, now) {
  if (!millis) return 'never';
  const age = now - millis;
  if (age < 200) return 'now';
  return age < 86400000 ? span(age) + ' ago' : moment(millis, now, false);
}

export function nameOf(sensor) {
  const last = sensor.slice(sensor.lastIndexOf('/') + 1);
  return title(last.replace(/-+/g, ' '));
}

/** What nobody writes as a word. */
const SPELT = { co: 'CO', co2: 'CO₂', no2: 'NO₂', o3: 'O₃', voc: 'VOC', tvoc: 'TVOC', 'pm1.0': 'PM1.0', 'pm2.5': 'PM2.5', pm10: 'PM10', pv: 'PV', uv: 'UV', ph: 'pH', cpu: 'CPU', gpu: 'GPU', rssi: 'RSSI' };

/** `memory_available` is "Memory available". */
export function title(name) {
  const words = name.replace(/[_]+/g, ' ').trim().replace(/\S+/g, (word) => SPELT[word.toLowerCase()] ?? word);
  return words.startsWith('pH') ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

export function shortId(sensor) {
  return sensor.startsWith('sensor/') ? sensor.slice(7) : sensor;
}
