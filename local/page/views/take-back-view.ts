import { html, nothing, type TemplateResult } from 'lit-html';
import type { PageActions, PageState, TakenBack } from '../model/page-state.ts';
import { type Takeable, takeablesOf } from '../model/token-parts.ts';
import { actionButton } from './action-button.ts';

/** The third part of the page: take the token back, at each level that it has, and give it back. */
export function takeBackView(state: PageState, actions: PageActions): TemplateResult {
  const { facts, token, busy, flush, takenBack } = state;
  const takeables = token === undefined ? [] : takeablesOf(token.parts, facts);
  return html`<section aria-labelledby="take-back">
    <h2 id="take-back"><span class="step" aria-hidden="true">3</span> Take it back</h2>
    <p>Each button writes one entry to the revocation table, and then calls the API until the token is rejected.</p>
    <div class="buttons">
      ${takeables.map((takeable, index) => takeButton(takeable, index === 0, busy !== undefined, actions))}
    </div>
    <label class="choice">
      <input type="checkbox" .checked=${flush} @change=${({ target }: { target: HTMLInputElement }) => actions.chooseFlush(target.checked)} />
      Flush the cached decisions. Without that they run out: after ${facts.resultTtlSeconds} s at the latest.
    </label>
    ${takeables.length === 0 ? html`<p class="quiet">${token === undefined ? 'There is nothing to take back: get a token first.' : 'No issuer of this API has issued the token.'}</p>` : nothing}
    ${busy === 'taking back' ? html`<p>Calling the API until it rejects the token … <button @click=${actions.cancel}>Stop</button></p>` : nothing}
    ${takenBack === undefined ? nothing : entryView(takenBack, busy, actions)}
  </section>`;
}

function takeButton(takeable: Takeable, isFirst: boolean, isBusy: boolean, actions: PageActions): TemplateResult {
  const { what, level, value } = takeable;
  const title = level === 'token' ? `the id ${value}` : value;
  const press = () => actions.takeBack(takeable);
  return actionButton({ label: `Take back ${what}`, isDisabled: isBusy, title, isPrimary: isFirst, press });
}

function entryView({ answer, restored }: TakenBack, busy: PageState['busy'], actions: PageActions): TemplateResult {
  const entry = entryIn(answer.document);
  return html`<h3>The entry in the table</h3>
    <dl class="facts">
      ${entry.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}
    </dl>
    <details>
      <summary>What the operator's command says</summary>
      <pre tabindex="0" aria-label="What the operator's command says">${restored ?? answer.text}</pre>
    </details>
    <div class="buttons">
      ${actionButton({ label: 'Restore', isDisabled: restored !== undefined || busy === 'restoring', press: actions.restore })}
    </div>
    ${restored === undefined ? nothing : html`<p class="good">Restored: the entry is gone.</p>`}`;
}

/** The attributes of the entry, from the document of `revoke --json`. Those that it does not have are left out. */
function entryIn(document: unknown): readonly (readonly [name: string, value: string])[] {
  const [region] = Object(Object(document).regions) as readonly unknown[];
  const entry = Object(Object(region).entry) as Readonly<Record<string, unknown>>;
  const attributes = ['target', 'before', 'purgeAt', 'flush', 'revokedBy', 'revokedAt'];
  return attributes
    .filter((name) => entry[name] !== null && entry[name] !== undefined)
    .map((name) => [name, String(entry[name])] as const);
}
