import { html, render } from 'lit-html';
import { type PageState, withEvent } from '../model/page-state.ts';
import { timelineOf } from '../model/timeline.ts';
import { listen, pageFacts } from '../run-client.ts';
import { callView } from '../views/call-view.ts';
import { pageHeader } from '../views/header-view.ts';
import { logView } from '../views/log-view.ts';
import { signInView } from '../views/sign-in-view.ts';
import { takeBackView } from '../views/take-back-view.ts';
import { timelineView } from '../views/timeline-view.ts';
import { Page } from './page-model.ts';

const root = document.getElementById('page') ?? document.body;
const facts = await pageFacts();
const page = new Page(facts, draw);
new ResizeObserver(() => draw(page.state)).observe(root);
listen(
  (fed) => {
    page.update({ events: withEvent(page.state.events, fed) });
    if (fed.event.event === 'app') void readFactsAgain();
  },
  (isConnected) => {
    page.update({ isConnected });
    if (isConnected) void loadAgainForAnotherRun();
  },
);

/** Another synthesis of the app may have other routes, issuers and times. */
async function readFactsAgain(): Promise<void> {
  page.update({ facts: await pageFacts().catch(() => page.state.facts) });
}

/** Another run at this address has other keys, an empty table, perhaps other routes, and counts its events from 1. */
async function loadAgainForAnotherRun(): Promise<void> {
  const now = await pageFacts().catch(() => facts);
  if (now.run !== facts.run) location.reload();
}

function draw(state: PageState): void {
  const { takenBack, events } = state;
  const timeline = takenBack && timelineOf(takenBack.revocation, events);
  const content = html`${pageHeader(state)}
    <main>
      <div class="steps">${signInView(state, page)} ${callView(state, page)} ${takeBackView(state, page)}</div>
      ${timelineView(timeline, widthOf(root))} ${logView(events, state.isConnected)}
    </main>`;
  const focused = document.activeElement;
  render(content, root);
  // A button such as Cancel goes when it was pressed: what came of it is said in the message.
  if (focused?.isConnected === false) document.querySelector<HTMLElement>('.message')?.focus({ preventScroll: true });
}

/** Pixels inside a section. */
function widthOf({ clientWidth }: Element): number {
  const section = document.querySelector('.wide');
  const padding = section === null ? 0 : 2 * Number.parseFloat(getComputedStyle(section).paddingLeft);
  return Math.max(240, (section?.clientWidth ?? clientWidth) - padding);
}
