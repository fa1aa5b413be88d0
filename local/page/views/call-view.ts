import { html, nothing, type TemplateResult } from 'lit-html';
import type { ApiResponse } from '../api-exchange.ts';
import { explanationOf } from '../model/explanation.ts';
import {
  type CallRecord,
  eventOf,
  methodOf,
  type PageActions,
  type PageState,
  samplePathOf,
} from '../model/page-state.ts';
import { actionButton } from './action-button.ts';

/** The second part of the page: call each route, and see why it was answered so. */
export function callView(state: PageState, actions: PageActions): TemplateResult {
  const { facts, token, busy, call } = state;
  const isDisabled = token === undefined || busy !== undefined;
  return html`<section aria-labelledby="call">
    <h2 id="call"><span class="step" aria-hidden="true">2</span> Call the API</h2>
    <p>From another origin, as your app does: with CORS, and with <code>Authorization: Bearer …</code></p>
    <div class="buttons">
      ${facts.routes.map((route) => {
        const label = `${methodOf(route)} ${samplePathOf(route)}`;
        return actionButton({ label, isDisabled, title: scopesText(route.scopes), press: () => actions.call(route) });
      })}
    </div>
    ${call === undefined ? html`<p class="quiet">No call yet.</p>` : recordView(call, state, actions)}
  </section>`;
}

function scopesText(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'for any valid token' : `needs ${scopes.join(' or ')}`;
}

function recordView(call: CallRecord, state: PageState, actions: PageActions): TemplateResult {
  const { response, failure, route, path } = call;
  const event = eventOf(state);
  const title = `${methodOf(route)} ${path}`;
  return html`<h3>${title}${response === undefined ? nothing : html`: ${statusView(response)}`}</h3>
    ${failure === undefined ? nothing : html`<p class="failure">${failure}</p>`}
    ${state.busy === 'calling' ? waitView(call, actions) : nothing}
    ${event === undefined ? nothing : html`<h4>Why</h4><ul class="why">${explanationOf(event, route.scopes).map((sentence) => html`<li>${sentence}</li>`)}</ul>`}
    ${response === undefined ? nothing : responseView(response)}`;
}

function statusView({ status }: ApiResponse): TemplateResult {
  return html`<span class=${status < 400 ? 'good' : 'bad'}>${status}</span>`;
}

function waitView({ waits }: CallRecord, { cancel }: PageActions): TemplateResult {
  const said =
    waits === undefined
      ? 'Calling …'
      : `The API says to wait: the next attempt comes in ${(waits / 1000).toFixed(1)} s.`;
  return html`<p>${said} <button @click=${cancel}>Cancel</button></p>`;
}

function responseView({ headers, body, attempts }: ApiResponse): TemplateResult {
  const challenge = headers.get('WWW-Authenticate');
  const retryAfter = headers.get('Retry-After');
  const earlier = attempts.slice(0, -1).map(({ status }) => status ?? 'no response');
  return html`<dl class="facts">
      ${earlier.length === 0 ? nothing : fact('Before', `${earlier.join(', ')}: this is attempt ${attempts.length}`)}
      ${challenge === null ? nothing : fact('WWW-Authenticate', challenge)}
      ${retryAfter === null ? nothing : fact('Retry-After', `${retryAfter} s`)}
    </dl>
    <details open>
      <summary>Body</summary>
      <pre tabindex="0" aria-label="Body">${prettyJson(body)}</pre>
    </details>`;
}

function fact(name: string, value: string): TemplateResult {
  return html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`;
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
