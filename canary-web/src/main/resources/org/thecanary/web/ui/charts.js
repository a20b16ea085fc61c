// SPDX-License-Identifier: Apache-2.0
// Charts on uPlot: the axis at the live edge, means with a band of lowest to highest, gaps that are seen as gaps.
/* global uPlot */

import { h, colour } from './dom.js';
import { clock, day, decimals, moment, number, scaled } from './format.js';
import { isAhead } from './store.js';

const KEYS = ['--s1', '--s2', '--s3', '--s4'];
const STEPS = Array.from({ length: 60 }, (_, i) => [1, 2, 5][i % 3] * 10 ** (Math.floor(i / 3) - 8));
const STEP_NAMES = /^(door|window|switch|open|motion|state|relay|compressor|pump|on)$/i;

/**
 * A curve that grows: buckets of a width, the last ones from values as they come.
 * Times are milliseconds.
 */
export class Curve {
  constructor(name, unit) {
    this.name = name; this.unit = unit; this.t = []; this.mean = []; this.low = []; this.high = []; this.n = 1;
  }

  static of(answer) {
    const curve = new Curve(answer.name, answer.unit);
    Object.assign(curve, { t: answer.t, mean: answer.mean, low: answer.low, high: answer.high });
    return curve;
  }

  add(time, value, bucket) {
    const at = Math.floor(time / bucket) * bucket;
    while (this.t.at(-1) > at && isAhead(this.t.at(-1))) for (const list of [this.t, this.mean, this.low, this.high]) list.pop();
    const last = this.t.length - 1;
    if (last >= 0 && at < this.t[last]) return;
    if (last >= 0 && at === this.t[last]) {
      this.n++;
      this.mean[last] += (value - this.mean[last]) / this.n;
      this.low[last] = Math.min(this.low[last], value);
      this.high[last] = Math.max(this.high[last], value);
    } else {
      this.n = 1;
      this.t.push(at); this.mean.push(value); this.low.push(value); this.high.push(value);
    }
  }

  /** Forgets what is older. */
  trim(from) {
    let gone = 0;
    while (gone < this.t.length && this.t[gone] < from) gone++;
    if (gone > 200) for (const list of [this.t, this.mean, this.low, this.high]) list.splice(0, gone);
  }
}

/** The figures of what is between two times. */
export function statistics(curve, from, to) {
  let low = Infinity, high = -Infinity, sum = 0, n = 0;
  for (let i = 0; i < curve.t.length; i++) {
    if (curve.t[i] < from || curve.t[i] > to) continue;
    low = Math.min(low, curve.low[i]); high = Math.max(high, curve.high[i]); sum += curve.mean[i]; n++;
  }
  return n ? { low, high, mean: sum / n } : null;
}

/**
 * Whether there is a break before a value: it came later than three periods, of now and of then. A sensor that measured more
 * slowly before has no break between its values.
 */
function breaks(times, i, longest) {
  const wait = times[i] - times[i - 1];
  const before = i > 1 ? times[i - 1] - times[i - 2] : Infinity, after = i + 1 < times.length ? times[i + 1] - times[i] : Infinity;
  const near = Math.min(before, after);
  return wait > longest && (near === Infinity || wait > 3 * near);
}

/** The breaks of a curve: pairs of times. */
export function gaps(times, from, to, longest) {
  const found = [];
  for (let i = 1; i < times.length; i++) {
    if (breaks(times, i, longest) && times[i] > from && times[i - 1] < to) found.push([times[i - 1], times[i]]);
  }
  return found;
}

/** Lines of several curves, or one with its band. */
export class Chart {
  /**
   * `curves` in one plot; `options`: height, time (whether the time axis is shown), group, span() → [from, to],
   * longest (ms without a value that is a gap), thresholds, live() → whether the edge is alive, zoomed(from, to), reset(), from0.
   */
  constructor(place, curves, options) {
    Object.assign(this, { place, curves, options, first: options.first ?? 0 });
    this.tag = h('div', { class: 'tagx', hidden: true });
    this.timeTag = h('div', { class: 'tagx', hidden: true });
    place.append(this.tag, this.timeTag);
    this.build();
  }

  build() {
    this.plot?.destroy();
    const { options } = this;
    const single = this.curves.length === 1;
    const latest = this.curves[0].mean.at(-1) ?? 0;
    const unit = scaled(this.curves[0].unit, this.curves[0].high.length ? Math.max(...this.curves[0].high.slice(-500)) : latest);
    this.factor = unit.factor; this.unit = unit.unit;
    this.colours = Object.fromEntries(['--text-2', '--text-3', '--grid', '--hatch', '--canary', '--on-canary', '--canary-edge', '--canary-ink', '--alarm', '--surface'].map((name) => [name, colour(name)]));
    const series = [{}];
    this.curves.forEach((curve, i) => {
      const stroke = colour(KEYS[(this.first + i) % 4]);
      const steps = STEP_NAMES.test(curve.name) || curve.mean.length > 3 && curve.mean.every((v, k) => (v === 0 || v === 1) && curve.low[k] === curve.high[k]);
      series.push({ stroke, width: 1.6, dash: this.first + i > 3 ? [6, 3] : undefined, points: { show: false }, paths: steps ? uPlot.paths.stepped({ align: 1 }) : undefined, spanGaps: false });
      if (single) series.push({ stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false }, { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false });
    });
    const narrow = window.innerWidth < 640;
    const axis = { font: '12px ' + colour('--ui'), stroke: () => this.colours['--text-3'], grid: { stroke: () => this.colours['--grid'], width: 1 }, ticks: { show: false } };
    this.plot = new uPlot({
      width: this.width(), height: options.height, padding: [10, 0, options.time ? 0 : 8, 0], legend: { show: false }, series,
      bands: single ? [{ series: [3, 2], fill: withAlpha(series[1].stroke, .22) }] : [],
      scales: { x: { time: true, auto: false, range: () => { const [from, to] = options.span(); return [from / 1000, to / 1000]; } }, y: { auto: true, range: (_, low, high) => this.range(low, high) } },
      axes: [
        { ...axis, show: true, size: options.time ? 30 : 0, gap: 6, values: options.time ? (plot, ticks) => ticks.map((tick, i) => { const label = this.timeLabel(tick, ticks[i - 1]); return (i && label === this.timeLabel(ticks[i - 1])) || plot.valToPos(tick, 'x') < 3.2 * label.length ? '' : label; }) : () => [], space: 90 },
        { ...axis, side: 1, size: narrow ? 60 : 68, gap: 8, space: 36, incrs: STEPS, values: (plot, ticks) => this.valueLabels(plot, ticks) },
      ],
      cursor: { sync: options.group ? { key: options.group, setSeries: false } : undefined, y: false, drag: { x: true, y: false, setScale: false }, points: { size: 9, width: 2, fill: (plot, i) => plot.series[i].width ? this.colours['--surface'] : 'transparent', stroke: (plot, i) => plot.series[i].width ? plot.series[i].stroke(plot, i) : 'transparent' }, bind: { dblclick: () => () => { options.reset?.(); return null; } } },
      hooks: {
        drawClear: [(plot) => this.under(plot)],
        draw: [(plot) => this.over(plot)],
        setCursor: [(plot) => this.cursor(plot)],
        setSelect: [(plot) => {
          if (plot.select.width > 4) options.zoomed?.(plot.posToVal(plot.select.left, 'x') * 1000, plot.posToVal(plot.select.left + plot.select.width, 'x') * 1000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }],
      },
    }, this.data(), this.place);
  }

  width() {
    return Math.max(120, this.place.clientWidth);
  }

  timeLabel(seconds, before) {
    const [from, to] = this.options.span();
    const millis = seconds * 1000;
    const turned = before !== undefined && new Date(before * 1000).getDate() !== new Date(millis).getDate();
    if (to - from > 3 * 86400000 || turned) return day(millis);
    return clock(millis, to - from < 240000);
  }

  range(low, high) {
    if (low === null || low === undefined || !Number.isFinite(low)) return [0, 1];
    for (const threshold of this.options.thresholds ?? []) {
      const limit = threshold.limit * this.factor;
      const spanOfData = Math.max(high - low, Math.abs(high) * .012);
      if (limit > low - spanOfData && limit < high + spanOfData) { low = Math.min(low, limit); high = Math.max(high, limit); }
    }
    if (this.options.from0) return [0, Math.max(high * 1.12, this.options.from0)];
    const smallest = Math.max(Math.abs(low), Math.abs(high)) * .001 || 1;
    if (high - low < smallest) { const middle = (low + high) / 2; low = middle - smallest / 2; high = middle + smallest / 2; }
    const room = (high - low) * .08;
    const below = low >= 0 && low - room < 0 ? 0 : low - room;
    return [below === 0 && low === 0 ? -room / 2 : below, high + room];
  }

  /** Columns for uPlot; a break gets a point without a value. */
  data() {
    const single = this.curves.length === 1;
    if (single) {
      const { t, mean, low, high } = this.curves[0];
      const x = [], m = [], l = [], g = [];
      for (let i = 0; i < t.length; i++) {
        if (i && breaks(t, i, this.options.longest())) { x.push((t[i] + t[i - 1]) / 2000); m.push(null); l.push(null); g.push(null); }
        x.push(t[i] / 1000); m.push(mean[i] * this.factor); l.push(low[i] * this.factor); g.push(high[i] * this.factor);
      }
      return [x, m, l, g];
    }
    const tables = this.curves.map((curve) => {
      const x = [], y = [];
      curve.t.forEach((time, i) => {
        if (i && breaks(curve.t, i, this.options.longest())) { x.push((time + curve.t[i - 1]) / 2000); y.push(null); }
        x.push(time / 1000); y.push(curve.mean[i] * this.factor);
      });
      return [x, y];
    });
    return uPlot.join(tables, tables.map(() => [2]));
  }

  draw() {
    if (this.plot.width !== this.width()) this.plot.setSize({ width: this.width(), height: this.options.height });
    this.plot.setData(this.data(), true);
  }

  /** The newest values at the live edge: where each is, and where its tag has room; in CSS pixels of the plot. */
  tags(plot) {
    if (!this.options.live()) return [];
    const [from, to] = this.options.span();
    const tags = [];
    this.curves.forEach((curve, i) => {
      const time = curve.t.at(-1);
      if (time === undefined || time < from || time > to + 1000) return;
      const value = curve.mean.at(-1) * this.factor;
      const at = plot.valToPos(value, 'y');
      if (!(at >= -2 && at <= plot.bbox.height / devicePixelRatio + 2)) return;
      let y = at;
      const step = at < 30 ? 21 : -21;
      while (tags.some((other) => Math.abs(other.y - y) < 21)) y += step;
      tags.push({ i, time, value, at, y });
    });
    return tags;
  }

  /** Numbers of the axis, but none under a tag. */
  valueLabels(plot, ticks) {
    const step = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
    const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
    const taken = this.plot ? this.tags(plot) : [];
    return ticks.map((tick) => taken.some((tag) => Math.abs(tag.y - plot.valToPos(tick, 'y')) < 16) ? '' : number(tick, digits));
  }

  under(plot) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const [from, to] = this.options.span();
    ctx.save();
    ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
    for (const [begin, end] of this.options.gaps?.() ?? []) {
      const left = Math.max(bbox.left, plot.valToPos(begin / 1000, 'x', true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(end / 1000, 'x', true));
      if (right - left < 2 || end < from || begin > to) continue;
      ctx.save(); ctx.beginPath(); ctx.rect(left, bbox.top, right - left, bbox.height); ctx.clip();
      ctx.strokeStyle = this.colours['--hatch']; ctx.lineWidth = ratio; ctx.beginPath();
      for (let x = left - bbox.height; x < right; x += 7 * ratio) { ctx.moveTo(x, bbox.top + bbox.height); ctx.lineTo(x + bbox.height, bbox.top); }
      ctx.stroke(); ctx.restore();
    }
    for (const threshold of this.options.thresholds ?? []) {
      const y = plot.valToPos(threshold.limit * this.factor, 'y', true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.fillStyle = withAlpha(this.colours['--alarm'], .07);
      if (threshold.kind === 'above') ctx.fillRect(bbox.left, bbox.top, bbox.width, y - bbox.top); else ctx.fillRect(bbox.left, y, bbox.width, bbox.top + bbox.height - y);
    }
    ctx.restore();
  }

  over(plot) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = `${12 * ratio}px ${colour('--ui')}`;
    ctx.textBaseline = 'alphabetic'; ctx.textAlign = 'left';
    const labels = [];
    for (const note of this.options.flags?.() ?? []) {
      const x = plot.valToPos(note.time / 1000, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = this.colours['--text-3']; ctx.lineWidth = ratio; ctx.setLineDash([1.5 * ratio, 3 * ratio]);
      ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke(); ctx.setLineDash([]);
      if (note.label && !this.first) labels.push([note.label, x]);
    }
    for (const threshold of this.options.thresholds ?? []) {
      const limit = threshold.limit * this.factor;
      const y = plot.valToPos(limit, 'y', true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = ctx.fillStyle = this.colours['--alarm']; ctx.lineWidth = ratio; ctx.setLineDash([5 * ratio, 3 * ratio]);
      ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(bbox.left + bbox.width, y); ctx.stroke(); ctx.setLineDash([]);
      ctx.fillText((threshold.kind === 'above' ? 'High ' : 'Low ') + number(limit) + (this.unit ? ' ' + this.unit : ''), bbox.left + 2 * ratio, threshold.kind === 'above' ? y - 5 * ratio : y + 14 * ratio);
    }
    const right = bbox.left + bbox.width;
    // Nothing runs through a label.
    for (const [text, x] of labels) {
      const wide = ctx.measureText(text).width;
      const left = x + 5 * ratio + wide > right ? x - wide - 5 * ratio : x + 5 * ratio;
      ctx.fillStyle = this.colours['--surface']; ctx.fillRect(left - 2 * ratio, bbox.top, wide + 4 * ratio, 15 * ratio);
      ctx.fillStyle = this.colours['--text-2']; ctx.fillText(text, left, bbox.top + 11 * ratio);
    }
    for (const { i, time, value, at, y } of this.tags(plot)) {
      const x = Math.min(right, plot.valToPos(time / 1000, 'x', true));
      const fill = i === 0 ? this.colours['--canary'] : colour(KEYS[(this.first + i) % 4]);
      const ink = i === 0 || colour('--bg') === '#12110F' ? this.colours['--on-canary'] : '#FFFEFB';
      if (i === 0) { ctx.strokeStyle = withAlpha(this.colours['--canary-ink'], .7); ctx.lineWidth = ratio; ctx.beginPath(); ctx.moveTo(right, bbox.top); ctx.lineTo(right, bbox.top + bbox.height); ctx.stroke(); }
      ctx.fillStyle = fill; ctx.beginPath(); ctx.arc(x, at * ratio + bbox.top, 3.6 * ratio, 0, 7); ctx.fill();
      if (this.colours['--canary-edge'] !== 'transparent') { ctx.strokeStyle = this.colours['--canary-edge']; ctx.lineWidth = ratio; ctx.stroke(); }
      const text = number(value, decimals(value));
      ctx.font = `600 ${12 * ratio}px ${colour('--ui')}`;
      const wide = ctx.measureText(text).width + 14 * ratio;
      const middle = y * ratio + bbox.top, top = middle - 9.5 * ratio, left = right + 7 * ratio;
      ctx.fillStyle = fill; ctx.beginPath(); ctx.moveTo(right + 1.5 * ratio, middle); ctx.lineTo(left, top); ctx.lineTo(left + wide, top); ctx.lineTo(left + wide, top + 19 * ratio); ctx.lineTo(left, top + 19 * ratio); ctx.closePath(); ctx.fill();
      ctx.fillStyle = ink; ctx.fillText(text, left + 6 * ratio, middle + 4.3 * ratio);
    }
    ctx.restore();
  }

  cursor(plot) {
    const { left, idx } = plot.cursor;
    if (left < 0 || idx === null || idx === undefined || plot.data[1][idx] === null || plot.data[1][idx] === undefined) { this.tag.hidden = this.timeTag.hidden = true; return; }
    const value = plot.data[1][idx];
    const x = plot.valToPos(plot.data[0][idx], 'x');
    const texts = this.curves.length === 1 ? [value] : this.curves.map((_, i) => plot.data[i + 1][idx]).filter((v) => v !== null && v !== undefined);
    this.tag.textContent = texts.map((v) => number(v, decimals(v))).join(' · ') + (this.unit ? ' ' + this.unit : '');
    this.tag.hidden = false;
    const over = plot.over.offsetWidth;
    const wide = this.tag.offsetWidth;
    this.tag.style.left = Math.max(0, x + 8 + wide > over ? x - wide - 8 : x + 8) + 'px';
    this.tag.style.top = Math.max(0, plot.valToPos(value, 'y') - 18) + 'px';
    this.timeTag.hidden = !this.options.time;
    if (this.options.time) {
      const [from, to] = this.options.span();
      this.timeTag.textContent = moment(plot.data[0][idx] * 1000, to, to - from < 86400000);
      this.timeTag.style.left = Math.max(0, Math.min(x - this.timeTag.offsetWidth / 2, over - 60)) + 'px';
      this.timeTag.style.top = (this.options.height - 24) + 'px';
    }
    this.options.pointed?.(plot.data[0][idx] * 1000, value);
  }

  destroy() {
    this.plot.destroy();
  }
}

export function key(index) {
  return 'var(' + KEYS[index % 4] + ')';
}

function withAlpha(hex, alpha) {
  return /^#[0-9a-f]{6}$/i.test(hex) ? hex + Math.round(alpha * 255).toString(16).padStart(2, '0') : hex;
}
