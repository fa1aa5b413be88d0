import { html, type TemplateResult } from 'lit-html';
import type { AppEvent, DecisionEvent, EntryEvent, FlushEvent, RequestEvent, RunEvent } from '../../log/run-event.ts';
import type { FedEvent } from '../../log/run-event-feed.ts';
import { clockTime } from '../model/clock-text.ts';

/** Events that the page shows. */
const MAX_SHOWN = 60;

/** The run's decisions, entries and flushes, the newest first. Functions' own lines are left to `--log`. */
export function logView(events: readonly FedEvent[], isConnected: boolean): TemplateResult {
  const shown = events
    .map((fed) => ({ ...fed, text: textOf(fed.event) }))
    .filter(({ text }) => text !== undefined)
    .slice(-MAX_SHOWN)
    .toReversed();
  return html`<section class="wide" aria-labelledby="log">
    <h2 id="log">What the run does</h2>
    ${isConnected ? '' : html`<p class="failure">The run does not answer: is <code>npm start</code> still running?</p>`}
    <div class="log scrolls" role="log" aria-live="off" aria-labelledby="log" tabindex="0">
      <ol reversed>
        ${shown.map(
          ({ event, text }) =>
            html`<li class=${`event ${event.event.replaceAll(' ', '-')}`}>
              <time datetime=${new Date(event.at).toISOString()}>${clockTime(event.at)}</time>
              <strong>${event.event}</strong> ${text}
            </li>`,
        )}
      </ol>
    </div>
  </section>`;
}

const decisionText = ({ method, path, status, outcome, reason, milliseconds }: DecisionEvent) =>
  `${method} ${path} ${status} ${outcome}${reason === undefined ? '' : ` (${reason})`}, ${milliseconds} ms`;
const flushText = ({ apiId, stage }: FlushEvent) => `result cache of ${apiId}, stage ${stage}`;

const TEXTS = {
  decision: decisionText,
  cached: decisionText,
  request: ({ method, path, status, milliseconds }: RequestEvent) => `${method} ${path} ${status}, ${milliseconds} ms`,
  entry: ({ change, level, issuer }: EntryEvent) => `${change}: ${level} of ${issuer}`,
  app: ({ changes }: AppEvent) => ['synthesized again.', ...changes].join(' '),
  flush: flushText,
  'flush settled': flushText,
};

/** undefined: the event is not shown. A line of a function has a name of its own. */
function textOf(event: RunEvent): string | undefined {
  const write = TEXTS[event.event as keyof typeof TEXTS] as ((event: RunEvent) => string) | undefined;
  return write?.(event);
}
