// SPDX-License-Identifier: Apache-2.0
// Small pictures of an hour: grey, a dot where it lives, dotted after the last value.

import { colour } from './dom.js';

/** `points` are pairs of seconds and value. */
export function drawSpark(canvas, points, { from, to, state, above, below, every = 10 }) {
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
  const ctx = canvas.getContext('2d');
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  let low = Infinity, high = -Infinity, first = -1, last = -1;
  for (let i = 0; i < points.length; i += 2) {
    if (points[i] < from - every) continue;
    if (first < 0) first = i;
    last = i;
    low = Math.min(low, points[i + 1]);
    high = Math.max(high, points[i + 1]);
  }
  if (first < 0) return;
  const limit = above ?? below;
  if (limit !== undefined && Math.abs(limit - (above !== undefined ? high : low)) <= Math.max(high - low, Math.abs(high) * .05)) { low = Math.min(low, limit); high = Math.max(high, limit); }
  const smallest = Math.max(Math.abs(high), Math.abs(low)) * .012 || 1;
  if (high - low < smallest) { const middle = (high + low) / 2; low = middle - smallest / 2; high = middle + smallest / 2; }
  const x = (t) => 2 + (t - from) / (to - from) * (width - 8);
  const y = (v) => height - 4 - (v - low) / (high - low) * (height - 8);
  const quiet = state === 'stale' || state === 'offline' || state === 'new';
  ctx.lineWidth = 1.3;
  ctx.lineJoin = 'round';
  if (limit !== undefined && limit <= high && limit >= low) {
    ctx.strokeStyle = colour('--alarm'); ctx.setLineDash([3, 2]); ctx.beginPath(); ctx.moveTo(2, y(limit)); ctx.lineTo(width - 6, y(limit)); ctx.stroke(); ctx.setLineDash([]);
  }
  const gap = every * 6;
  const line = () => {
    ctx.beginPath();
    let before = -Infinity;
    for (let i = first; i <= last; i += 2) {
      if (points[i] - before > gap) ctx.moveTo(Math.max(2, x(points[i])), y(points[i + 1])); else ctx.lineTo(x(points[i]), y(points[i + 1]));
      before = points[i];
    }
    ctx.stroke();
  };
  ctx.strokeStyle = colour(quiet ? '--text-3' : '--text-2');
  line();
  if (above !== undefined || below !== undefined) {
    ctx.save(); ctx.beginPath();
    if (above !== undefined) ctx.rect(0, 0, width, Math.max(0, y(above))); else ctx.rect(0, y(below), width, height);
    ctx.clip(); ctx.strokeStyle = colour('--alarm'); ctx.lineWidth = 1.8; line(); ctx.restore();
  }
  const endX = x(points[last]), endY = y(points[last + 1]);
  if (quiet) {
    ctx.setLineDash([1.5, 3.5]); ctx.beginPath(); ctx.moveTo(endX, endY); ctx.lineTo(width - 4, endY); ctx.stroke(); ctx.setLineDash([]);
  } else {
    const beyond = (above !== undefined && points[last + 1] > above) || (below !== undefined && points[last + 1] < below);
    ctx.fillStyle = colour(beyond ? '--alarm' : '--canary'); ctx.beginPath(); ctx.arc(Math.min(endX, width - 4), endY, 3.2, 0, 7); ctx.fill();
    const edge = colour('--canary-edge');
    if (!beyond && edge !== 'transparent') { ctx.strokeStyle = edge; ctx.lineWidth = 1; ctx.stroke(); }
  }
}
