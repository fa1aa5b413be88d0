import { html, nothing, type TemplateResult } from 'lit-html';
import { clockTime } from '../model/clock-text.ts';
import type { HeldToken, PageActions, PageState } from '../model/page-state.ts';
import { actionButton } from './action-button.ts';

/** The first part of the page: get a token, and look at it. */
export function signInView(state: PageState, actions: PageActions): TemplateResult {
  const { facts, token, busy } = state;
  return html`<section aria-labelledby="sign-in">
    <h2 id="sign-in"><span class="step" aria-hidden="true">1</span> Sign in</h2>
    ${facts.signIn === undefined ? ownIssuersView() : buttonsView(state, actions)}
    <details>
      <summary>Use a token that you have</summary>
      <label class="pasted">Access token <textarea rows="3" autocomplete="off" spellcheck="false"></textarea></label>
      ${actionButton({ label: 'Use it', isDisabled: busy !== undefined, press: (event) => actions.pasteToken(takenText(event)) })}
    </details>
    ${token === undefined ? html`<p class="quiet">No token yet.</p>` : tokenView(token, state, actions)}
  </section>`;
}

function ownIssuersView(): TemplateResult {
  return html`<p>The API accepts tokens of its own issuers only: get one as your clients do. It stays in this page's memory.</p>`;
}

function buttonsView({ facts, busy }: PageState, actions: PageActions): TemplateResult {
  const isDisabled = busy !== undefined;
  return html`<p>As a person, by authorization code with PKCE, or as a machine. The token stays in this page's memory.</p>
    <div class="buttons">
      ${actionButton({ label: 'Sign in', isDisabled, isPrimary: true, press: actions.signIn })}
      ${facts.machineClients.map((client) =>
        actionButton({ label: `Token for ${client}`, isDisabled, press: () => actions.getMachineToken(client) }),
      )}
    </div>`;
}

/** Takes the text out of the field: the token must not stay there. */
function takenText({ currentTarget }: Event): string {
  const field = (currentTarget as Element).parentElement?.querySelector('textarea');
  const text = field?.value ?? '';
  if (field) field.value = '';
  return text;
}

function tokenView(token: HeldToken, state: PageState, actions: PageActions): TemplateResult {
  const { scopes, heldBy, parts } = token;
  const { header, claims } = parts;
  return html`<dl class="facts">
      <div><dt>Held by</dt><dd>${heldBy}</dd></div>
      <div><dt>Scopes</dt><dd>${scopes.length === 0 ? 'none' : scopes.map((scope) => html`<code>${scope}</code> `)}</dd></div>
      <div><dt>Issued</dt><dd>${instant(claims.iat)}</dd></div>
      <div><dt>Ends</dt><dd>${instant(claims.exp)}</dd></div>
    </dl>
    <details>
      <summary>Header and claims</summary>
      ${jsonView('Header', header)} ${jsonView('Claims', claims)}
    </details>
    <div class="buttons">
      <button aria-expanded=${state.isTokenShown} @click=${() => actions.showToken(!state.isTokenShown)}>
        ${state.isTokenShown ? 'Hide the token' : 'Show the token'}
      </button>
      <button @click=${actions.forgetToken}>Forget it</button>
    </div>
    ${state.isTokenShown ? html`<pre class="token" tabindex="0" aria-label="The token">${token.text}</pre>` : nothing}`;
}

function jsonView(name: string, value: object): TemplateResult {
  return html`<pre tabindex="0" aria-label=${name}>${JSON.stringify(value, undefined, 2)}</pre>`;
}

/** @param seconds - a NumericDate (RFC 7519 section 2) */
function instant(seconds: unknown): string {
  return typeof seconds === 'number' ? clockTime(seconds * 1000).slice(0, 8) : 'not said';
}
