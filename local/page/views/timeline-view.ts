import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { clockTime, lagText } from '../model/clock-text.ts';
import {
  type Dot,
  type DotKind,
  endOf,
  type Mark,
  type MarkKind,
  placeOf,
  type Timeline,
  ticksUntil,
} from '../model/timeline.ts';

const NAMES: Readonly<Record<MarkKind, string>> = {
  entry: 'Entry written',
  flush: 'Flush at once',
  'flush settled': 'Settled flush',
  'last allow': 'Last Allow',
  'first refusal': 'First refusal',
  bound: 'Rejected for certain, whatever fails',
};

/** Pixels. */
const [MARGIN, HEIGHT, LANE, BADGE] = [14, 190, 22, 20];
const ROWS = { badges: 14, reuse: 96, dots: 128, axis: 156 };

/** @param width - of the drawing, in pixels. @param timeline - undefined: nothing was taken back yet */
export function timelineView(timeline: Timeline | undefined, width: number): TemplateResult {
  return html`<section class="wide" aria-labelledby="timeline">
    <h2 id="timeline">How soon it took effect</h2>
    ${
      timeline === undefined
        ? html`<p class="quiet">Take a token back, and see here when it was allowed for the last time.</p>`
        : html`${drawing(timeline, width)} ${marksTable(timeline)}`
    }
  </section>`;
}

/** The same as the drawing, for those who do not see it, and to the millisecond. */
function marksTable({ zero, marks, dots }: Timeline): TemplateResult {
  return html`<div class="scrolls" tabindex="0" role="group" aria-label="Instants of the timeline"><table>
      <caption>${countsText(dots)}</caption>
      <thead><tr><th scope="col">Instant</th><th scope="col">Clock</th><th scope="col">After the entry</th></tr></thead>
      <tbody>
        ${numbered(marks).map(
          ({ kind, at, number }) =>
            html`<tr class=${classOf(kind)}>
              <th scope="row"><span class="badge" aria-hidden="true">${number}</span> ${NAMES[kind]}</th>
              <td><time data-mark=${kind} datetime=${new Date(at).toISOString()}>${clockTime(at)}</time></td>
              <td>${lagText(at - zero)}</td>
            </tr>`,
        )}
      </tbody>
    </table></div>`;
}

function countsText(dots: readonly Dot[]): string {
  const count = (kind: DotKind) => dots.filter((dot) => dot.kind === kind).length;
  const [cached, undecided] = [count('cached'), count('undecided')];
  const accepted = `${count('accepted') + cached} accepted, ${cached} of them from the result cache`;
  const others = `${count('rejected')} rejected${undecided === 0 ? '' : `; ${undecided} not decided`}`;
  return `${dots.length} requests with this token: ${accepted}; ${others}.`;
}

function drawing(timeline: Timeline, width: number): TemplateResult {
  const end = endOf(timeline);
  const x = (at: number) => MARGIN + placeOf((at - timeline.zero) / 1000, end) * (width - 2 * MARGIN);
  return html`<svg class="timeline" role="img" aria-labelledby="timeline-alt" viewBox="0 0 ${width} ${HEIGHT}" width=${width} height=${HEIGHT}>
    <title id="timeline-alt">The instants of the table below, on a logarithmic axis.</title>
    ${axis(timeline, end, x)} ${reuseBar(timeline, x)} ${dots(timeline, x)} ${badges(timeline, x)}
  </svg>`;
}

type Place = (at: number) => number;

function axis({ zero }: Timeline, end: number, x: Place): TemplateResult {
  const [left, right] = [x(zero - 1000), x(zero + end * 1000)];
  let free = 0;
  const labelled = ticksUntil(end).map((tick) => {
    const at = x(zero + tick * 1000);
    const isRoom = at >= free;
    if (isRoom) free = at + 34;
    return { tick, at, isRoom };
  });
  return svg`<line class="axis" x1=${left} x2=${right} y1=${ROWS.axis} y2=${ROWS.axis} />
    ${labelled.map(
      ({ tick, at, isRoom }) => svg`<line class="axis" x1=${at} x2=${at} y1=${ROWS.axis} y2=${ROWS.axis + 5} />
      ${isRoom ? svg`<text class="tick" x=${at} y=${ROWS.axis + 20} text-anchor="middle">${tick} s</text>` : nothing}`,
    )}`;
}

/** The bar of the result TTL: for how long the cached decision might have been reused. */
function reuseBar({ reuse }: Timeline, x: Place): TemplateResult | typeof nothing {
  if (reuse === undefined) return nothing;
  const [from, to] = [x(reuse.from), x(reuse.to)];
  return svg`<rect class="reuse" x=${from} y=${ROWS.reuse} width=${Math.max(2, to - from)} height="12" rx="3" />
    <text class="tick" x=${from + 4} y=${ROWS.reuse - 4}>result TTL of the cached decision</text>`;
}

/** Accepted requests are circles, hollow where the answer was cached; rejected ones are crosses; those not decided are dashes. */
function dots({ dots }: Timeline, x: Place): readonly TemplateResult[] {
  return dots.map(({ at, kind }) => {
    const [cx, cy] = [x(at), ROWS.dots];
    if (kind === 'rejected') return svg`<path class="rejected" d="M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8" />`;
    if (kind === 'undecided') return svg`<path class="undecided" d="M${cx - 4} ${cy}h8" />`;
    return svg`<circle class=${kind === 'cached' ? 'accepted cached' : 'accepted'} cx=${cx} cy=${cy} r="4" />`;
  });
}

/** A line and a number for each instant. Numbers that would lie on each other get lanes. */
function badges({ marks }: Timeline, x: Place): readonly TemplateResult[] {
  const ends: number[] = [];
  return numbered(marks).map(({ kind, at, number }) => {
    const place = x(at);
    const free = ends.findIndex((end) => end <= place - BADGE);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = place;
    const y = ROWS.badges + lane * LANE;
    return svg`<g class=${classOf(kind)}>
        <line x1=${place} x2=${place} y1=${y} y2=${ROWS.axis} />
        <circle cx=${place} cy=${y} r=${BADGE / 2 - 1} />
        <text x=${place} y=${y + 4} text-anchor="middle">${number}</text>
      </g>`;
  });
}

function numbered(marks: readonly Mark[]): readonly (Mark & { readonly number: number })[] {
  return marks.map((mark, index) => ({ ...mark, number: index + 1 }));
}

function classOf(kind: MarkKind): string {
  return `mark ${kind.replaceAll(' ', '-')}`;
}
