// SPDX-License-Identifier: Apache-2.0
// The frame around every page: who is here, where one is, what is wrong; and the keys.

import { bird, drawing, h, icon, mark, problem, say } from './dom.js';
import { clock, nameOf, number, span, title, valueOf } from './format.js';
import { deaf, get, listen, load, now, operator, post, retry, store } from './store.js';
import { sensorsPage } from './sensors.js';
import { sensorPage } from './sensor.js';
import { brokerPage } from './broker.js';
import { topicsPage } from './topics.js';

const app = document.getElementById('app');
let page = null;
let frame = null;

const PAGES = [['/', 'Sensors', 'pulse', 's'], ['/broker', 'Broker', 'broker', 'b'], ['/topics', 'Topics', 'tree', 't']];

/** Goes to an address of this page without loading it anew. */
export function go(path, replace = false) {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  show();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="/"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.getAttribute('href'));
});
addEventListener('popstate', () => show());

function show() {
  page?.close?.();
  page = null;
  if (!store.session) { login(); return; }
  if (!frame) build();
  const path = location.pathname;
  const main = h('main', { id: 'main', tabindex: '-1' });
  frame.main.replaceWith(main);
  frame.main = main;
  for (const link of frame.links) {
    const here = link.dataset.path === '/' ? path === '/' || path.startsWith('/s/') : path.startsWith(link.dataset.path);
    if (here) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  if (path.startsWith('/s/')) page = sensorPage(main, decodeURIComponent(path.slice(3)), go);
  else if (path === '/broker') page = brokerPage(main);
  else if (path === '/topics') page = topicsPage(main);
  else page = sensorsPage(main, go);
  listen(page.sensor ?? '');
  scrollTo(0, 0);
  tick();
}

function tabs(name, className) {
  const links = PAGES.map(([path, text, symbol]) => {
    const link = h('a', { href: path, 'aria-label': text }, icon(symbol), h('span', {}, text), path === '/' ? h('span', { class: 'count', hidden: true }) : null);
    link.dataset.path = path;
    return link;
  });
  return [h('nav', { class: className, 'aria-label': name }, ...links), links];
}

function build() {
  const [top, topLinks] = tabs('Pages', 'tabs');
  const [bottom, bottomLinks] = tabs('Pages, below', 'phone');
  const broker = h('span', { class: 'at' });
  const theme = h('button', { class: 'plain sep', type: 'button', onclick: () => turnTheme(theme) });
  showTheme(theme);
  const menu = h('div', { class: 'menu' });
  const out = h('div', { class: 'card', hidden: true },
    h('button', { class: 'plain', type: 'button', onclick: () => { out.hidden = true; keys(); } }, 'Keyboard'),
    h('button', { class: 'plain', type: 'button', onclick: async () => { await post('logout', {}).catch(() => {}); store.session = null; deaf(); frame = null; show(); } }, icon('out'), 'Sign out'));
  const who = h('button', { class: 'plain', type: 'button', 'aria-haspopup': 'true', 'aria-expanded': 'false', onclick: () => { out.hidden = !out.hidden; who.setAttribute('aria-expanded', String(!out.hidden)); } },
    icon('user'), h('span', { class: 'unseen' }, 'Signed in as '), h('span', { class: 'who-name' }, store.session.name), h('span', { class: 'role' }, store.session.role === 'operator' ? 'Operator' : 'Viewer'), icon('down'));
  menu.append(who, out);
  addEventListener('click', (event) => { if (!menu.contains(event.target)) out.hidden = true; });
  const ribbon = h('div', { class: 'ribbon', role: 'alert', hidden: true });
  const notice = h('div', { class: 'notice', role: 'status', hidden: true });
  const again = h('button', { class: 'button small push', type: 'button', onclick: () => { if (store.offline) retry(); else post('link/try', {}).catch(() => {}); } }, 'Try now');
  frame = { links: [...topLinks, ...bottomLinks], broker, ribbon, notice, words: h('span'), again, main: h('main') };
  app.replaceChildren(
    h('header', { class: 'bar' }, h('a', { class: 'brand', href: '/', 'aria-label': 'Canary, all sensors' }, bird(), h('span', { class: 'hide-phone' }, 'Canary')), top, h('div', { class: 'end' }, broker, theme, menu)),
    ribbon, notice, frame.main, bottom);
}

const THEMES = { auto: 'auto', dark: 'moon', light: 'sun' };
function themeNow() { return document.documentElement.dataset.theme ?? 'auto'; }
function showTheme(button) {
  button.replaceChildren(icon(THEMES[themeNow()]));
  button.setAttribute('aria-label', 'Theme: ' + themeNow());
  button.title = 'Theme: ' + themeNow();
}
function turnTheme(button) {
  const next = { auto: 'dark', dark: 'light', light: 'auto' }[themeNow()];
  if (next === 'auto') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
  try { if (next === 'auto') localStorage.removeItem('theme'); else localStorage.setItem('theme', next); } catch { /* not kept then */ }
  showTheme(button);
  page?.recolour?.();
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => page?.recolour?.());

let shown = '';
function tick() {
  if (!frame || !store.link) return;
  const { link, figures } = store;
  const lost = store.offline || !link.connected;
  const perSecond = figures.in ?? store.valuesPerSecond;
  const rate = perSecond >= 10 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10;
  frame.broker.replaceChildren(mark(lost ? 'offline' : 'live'), h('span', { class: 'mono' }, link.address.replace(/:1883$/, '').replace('127.0.0.1', 'localhost')), h('span', { class: 'rate' }, number(rate) + ' msg/s in'));
  for (const each of frame.links) {
    const count = each.querySelector('.count');
    if (count) { count.hidden = !store.alarms.length; count.textContent = store.alarms.length; count.setAttribute('aria-label', store.alarms.length + ' alarms'); }
  }
  ribbon();
  const text = store.offline ? 'The web app cannot be reached since ' + clock(store.offline) + '.' : !link.connected ? 'No link to the broker since ' + clock(link.since) + '.' : store.trouble;
  frame.notice.hidden = !text;
  const rest = store.offline ? 'Trying again. Charts go on when it is back.' : !link.connected ? (link.sentence ? link.sentence + '. ' : '') + (link.retry > now() ? 'Trying again in ' + span(Math.max(1000, link.retry - now())) + '. ' : 'Trying again. ') + 'What sensors keep meanwhile comes later.' : '';
  const again = store.offline || !link.connected;
  if (text && text + rest !== shown) {
    if (!frame.words.isConnected || frame.again.hidden === again) frame.notice.replaceChildren(mark('offline'), frame.words, frame.again);
    frame.words.replaceChildren(h('b', {}, text), ' ', rest);
    frame.again.hidden = !again;
  }
  shown = text + rest;
  page?.tick?.();
}

function ribbon() {
  const alarm = store.alarms.find((each) => !each.acknowledged);
  frame.ribbon.hidden = !alarm;
  if (!alarm) { frame.ribbon.dataset.id = ''; return; }
  const sensor = store.sensors.get(alarm.sensor);
  const quantity = sensor?.quantities.find((each) => each.name === alarm.quantity);
  const unit = quantity?.unit;
  const since = ' since ' + clock(alarm.since, false) + ' ';
  const words = alarm.kind === 'silent'
    ? [', ', h('b', {}, 'no value'), since]
    : [', ' + title(alarm.quantity).toLowerCase() + ' ', h('b', {}, valueOf({ value: alarm.value, unit }).join(' ')), ': ' + alarm.kind + ' ' + valueOf({ value: alarm.limit, unit }).join(' ') + since];
  const text = h('span', { class: 'text' }, h('b', {}, nameOf(alarm.sensor)), ...words, h('span', { class: 'quiet' }, '(' + span(now() - alarm.since) + ')'));
  if (frame.ribbon.dataset.id === alarm.id) { frame.ribbon.querySelector('.text').replaceWith(text); return; }
  frame.ribbon.dataset.id = alarm.id;
  frame.ribbon.replaceChildren(icon('warn'), text,
    ...(operator() ? [h('button', { class: 'button small', type: 'button', onclick: () => post('alarms/acknowledge', {}).then(load).then(tick, () => {}) }, 'Acknowledge')] : []),
    h('a', { class: 'button small', href: '/s/' + encodeURIComponent(alarm.sensor) }, 'Open'));
}

store.addEventListener('tick', tick);
store.addEventListener('session', () => { frame = null; show(); });
setInterval(() => { if (frame) tick(); }, 1000);

function login() {
  document.title = 'Sign in – Canary';
  deaf();
  const name = h('input', { class: 'input', id: 'name', autocomplete: 'username', required: true, autocapitalize: 'none', spellcheck: 'false' });
  const password = h('input', { class: 'input', id: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const eye = h('button', { class: 'plain', type: 'button', 'aria-label': 'Show the password', 'aria-pressed': 'false', onclick: () => { const show = password.type === 'password'; password.type = show ? 'text' : 'password'; eye.setAttribute('aria-pressed', String(show)); } }, icon('eye'));
  const error = h('div');
  const button = h('button', { class: 'button primary', type: 'submit' }, 'Sign in');
  const form = h('form', { class: 'card', onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      store.session = await post('login', { name: name.value, password: password.value });
      await load();
      show();
    } catch (e) {
      error.replaceChildren(problem(e.message));
      password.setAttribute('aria-invalid', 'true');
      password.select();
    }
    button.disabled = false;
  } }, h('h1', {}, 'Sign in'), h('label', { for: 'name' }, 'Name'), name, h('label', { for: 'password' }, 'Password'), h('div', { class: 'eye' }, password, eye), error, button);
  let y = 24, path = 'M0 24';
  for (let x = 6; x <= 900; x += 6) { y += Math.sin(x / 37) * 1.100 + Math.sin(x / 11 + x * x / 9000) * 2.100; y += (24 - y) * .07; path += ' L' + x + ' ' + (x > 840 ? y + (40.500 - y) * (x - 840) / 60 : y).toFixed(1); }
  app.replaceChildren(h('main', { class: 'login' }, h('div', {},
    h('div', { class: 'who' }, drawing({ class: 'song', viewBox: '0 0 900 44', 'aria-hidden': 'true' }, ['path', { d: path, fill: 'none', stroke: 'var(--text-3)', 'stroke-width': 1.600, opacity: .7 }]), bird(), h('div', {}, h('b', {}, 'Canary'), h('span', { class: 'quiet' }, location.hostname))),
    form, h('p', { class: 'below' }, 'No account? On the machine where Canary runs: ', h('br'), h('span', { class: 'mono' }, 'canary web user add NAME --role viewer')))));
  name.focus();
}

// --- keys

let lead = false;
addEventListener('keydown', (event) => {
  if (!store.session || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing || document.querySelector('dialog[open]')) return;
  if (lead) {
    lead = false;
    const found = PAGES.find(([, , , letter]) => letter === event.key);
    if (found) { event.preventDefault(); go(found[0]); }
    return;
  }
  if (event.key === 'g') { lead = true; setTimeout(() => { lead = false; }, 1500); }
  else if (event.key === '/') { const search = document.querySelector('.search input'); if (search) { event.preventDefault(); search.focus(); } }
  else if (event.key === '?') keys();
  else page?.key?.(event);
});

function keys() {
  const rows = [['/', 'Find'], ['g s, g b, g t', 'Sensors, Broker, Topics'], ['Space', 'Pause or go on'], ['← →', 'Move the crosshair (Shift: ten steps)'], ['+ −', 'Zoom'], ['Esc', 'Whole range again'], ['?', 'These keys']];
  const dialog = h('dialog', { 'aria-label': 'Keyboard' }, h('h2', {}, 'Keyboard'), h('dl', {}, ...rows.flatMap(([k, text]) => [h('dt', {}, h('kbd', {}, k)), h('dd', {}, text)])), h('form', { method: 'dialog' }, h('button', { class: 'button' }, 'Close')));
  document.body.append(dialog);
  const opener = document.activeElement;
  dialog.addEventListener('close', () => { dialog.remove(); opener?.focus?.(); });
  dialog.showModal();
}

async function start() {
  try {
    const session = await get('session');
    if (session.name) { store.session = session; await load(); }
    show();
  } catch (e) {
    app.replaceChildren(h('main', {}, problem(e.message)));
    setTimeout(start, 3000);
  }
}
start();
say('');
