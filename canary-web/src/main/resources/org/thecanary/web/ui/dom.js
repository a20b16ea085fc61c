// SPDX-License-Identifier: Apache-2.0
// Elements, icons and marks. Nothing here ever parses HTML from a message.

const SVG = 'http://www.w3.org/2000/svg';

/** An element: attributes, `on…` listeners, properties that begin with a dot, then children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name.startsWith('.')) element[name.slice(1)] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const PATHS = {
  pulse: 'M1 8.500h3l2-5 3.500 9.500 2.500-6 .8 1.500H15',
  broker: 'M2.500 2.500h11v4.500h-11zM2.500 9h11v4.500h-11zM5 4.750h.01M5 11.250h.01',
  tree: 'M2.500 2v9.500h5M2.500 5h5M7.500 3h5.500v4H7.500zM7.500 9.500h5.500v4H7.500z',
  moon: 'M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  auto: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M10.500 3v10M12.800 5v6',
  user: 'M8 2.500a2.700 2.700 0 1 0 0 5.500 2.700 2.700 0 0 0 0-5.500zM2.500 14c.5-3 2.700-4.500 5.500-4.500s5 1.500 5.500 4.500',
  down: 'M4 6l4 4 4-4', right: 'M6 4l4 4-4 4', back: 'M10 3L5 8l5 5', arrow: 'M2 8h11M9.500 4.500L13 8l-3.500 3.500',
  search: 'M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM11 11l3.500 3.500',
  cards: 'M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z',
  rows: 'M2 4h12M2 8h12M2 12h12', plus: 'M8 2.500v11M2.500 8h11', pause: 'M5.500 3v10M10.500 3v10', play: 'M4.500 3l8 5-8 5z',
  save: 'M8 2v8M4.500 7L8 10.500 11.500 7M2.500 13.500h11', lock: 'M3.500 7h9v6.500h-9zM5.500 7V5a2.500 2.500 0 0 1 5 0v2',
  warn: 'M8 2l6.500 11.500h-13zM8 6.500v3.500M8 12h.01', copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3', eye: 'M1.500 8C3 5 5.300 3.500 8 3.500S13 5 14.500 8C13 11 10.700 12.500 8 12.500S3 11 1.500 8zM8 6.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600z',
  bin: 'M3 4.500h10M6 4.500V3h4v1.500M4.500 4.500l.5 9h6l.5-9', out: 'M6.500 2.500h-4v11h4M6.500 8H14M11 5l3 3-3 3',
};

export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: PATHS[name] }));
}

const MARKS = {
  live: () => [svg('circle', { cx: 6, cy: 6, r: 4.500, fill: 'var(--canary)', stroke: 'var(--canary-edge)' })],
  stale: () => [svg('circle', { cx: 6, cy: 6, r: 4.500, fill: 'none', stroke: 'var(--canary-ink)', 'stroke-width': 1.300 }), svg('path', { d: 'M6 1.500a4.500 4.500 0 0 0 0 9z', fill: 'var(--canary-ink)' })],
  offline: () => [svg('circle', { cx: 6, cy: 6, r: 4.500, fill: 'none', stroke: 'var(--text-2)', 'stroke-width': 1.300 }), svg('path', { d: 'M2.900 9.100l6.200-6.200', stroke: 'var(--text-2)', 'stroke-width': 1.300 })],
  alarm: () => [svg('path', { d: 'M6 .8l5.700 10.200H.3z', fill: 'var(--alarm)' }), svg('path', { d: 'M6 4.300v3.200M6 9.200v.1', stroke: 'var(--on-alarm)', 'stroke-width': 1.300, 'stroke-linecap': 'round' })],
  new: () => [svg('circle', { cx: 6, cy: 6, r: 4.500, fill: 'none', stroke: 'var(--text-3)', 'stroke-width': 1.300, 'stroke-dasharray': '2.600 2' })],
};
export const STATES = { live: 'Live', stale: 'Stale', offline: 'Offline', alarm: 'Alarm', new: 'Waiting' };

/** The mark of a state: its own shape, and its word for those who do not see it. */
export function mark(state) {
  return svg('svg', { class: 'mark', viewBox: '0 0 12 12', role: 'img', 'aria-label': STATES[state] }, ...MARKS[state]());
}

export function bird() {
  const image = svg('svg', { class: 'bird', viewBox: '0 0 32 32', 'aria-hidden': 'true' });
  image.append(
    svg('path', { d: 'M2.500 23.500C5.500 22.600 8.400 20.600 9.600 17.500 10 11.500 13.700 7 19 7c4 0 6.700 2.600 7.200 5.600l4 1.400-4 1.500C26 21.500 21.600 25 16 25c-2.600 0-4.300-.5-5.700-1.500z', fill: 'var(--canary)', stroke: 'var(--canary-edge)', 'stroke-width': .8 }),
    svg('circle', { cx: 21, cy: 12.300, r: 1.500, fill: '#1B1500' }),
    svg('path', { d: 'M12.500 18.200c1.400 2.300 4.600 2.500 6.300.5', fill: 'none', stroke: '#1B1500', 'stroke-width': 1.600, 'stroke-linecap': 'round' }),
    svg('path', { d: 'M2 28.500h10l1.500-2 2.500 3.500 1.500-1.500H29', fill: 'none', stroke: 'var(--text)', 'stroke-width': 1.700, 'stroke-linejoin': 'round', 'stroke-linecap': 'round' }));
  return image;
}

export function drawing(attributes, ...shapes) {
  return svg('svg', attributes, ...shapes.map(([tag, at, text]) => {
    const shape = svg(tag, at);
    if (text) shape.textContent = text;
    return shape;
  }));
}

/** A radio group: arrows move, as in every radio group. `options` are [value, label, mark?, count?]. */
export function segments(label, options, chosen, choose, small) {
  const group = h('div', { class: 'segments' + (small ? ' small' : ''), role: 'radiogroup', 'aria-label': label });
  const buttons = options.map(([value, text, before, count]) => {
    const button = h('button', { type: 'button', role: 'radio', 'aria-label': typeof text === 'string' ? undefined : value, onclick: () => set(value, true) }, before, text, count === undefined ? null : h('span', { class: 'n' }, String(count)));
    button.dataset.value = value;
    return button;
  });
  function set(value, tell) {
    for (const button of buttons) {
      const on = button.dataset.value === value;
      button.setAttribute('aria-checked', String(on));
      button.tabIndex = on ? 0 : -1;
    }
    if (tell) choose(value);
  }
  group.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
    next.focus();
    set(next.dataset.value, true);
  });
  group.append(...buttons);
  group.choose = (value) => set(value, false);
  set(chosen, false);
  if (!options.some(([value]) => value === chosen)) buttons[0].tabIndex = 0;
  return group;
}

/** Heads of a table; those with a key sort by it. `columns` are [text, key?, class?], `sort` a key, with − before it to turn it round. */
export function heads(columns, sort, choose) {
  return h('thead', {}, h('tr', {}, ...columns.map(([text, key, className]) => {
    if (!key) return text ? h('th', { scope: 'col', class: className }, text) : h('td', { class: 'th ' + (className ?? '') });
    const up = sort === key, down = sort === '-' + key;
    return h('th', { scope: 'col', class: className, 'aria-sort': up ? 'ascending' : down ? 'descending' : undefined },
      h('button', { type: 'button', onclick: () => choose(up ? '-' + key : key) }, text, h('span', { class: 'turn', 'aria-hidden': 'true' }, up ? ' ↑' : down ? ' ↓' : '')));
  })));
}

export function say(text) {
  document.getElementById('say').textContent = text;
}

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function problem(text) {
  return h('p', { class: 'error', role: 'alert' }, icon('warn'), h('span', {}, text));
}
