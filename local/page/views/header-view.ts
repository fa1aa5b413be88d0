import { html, type TemplateResult } from 'lit-html';
import type { PageState } from '../model/page-state.ts';

/** What the page is about, and what happened last. */
export function pageHeader({ facts, message }: PageState): TemplateResult {
  const { api, issuers, resultTtlSeconds } = facts;
  return html`<header>
    <h1>A bearer token that you can take back</h1>
    <p>
      The API <code>${api}</code> runs on this machine, as <code>cdk deploy</code> would deploy it. It trusts
      ${issuers.map(({ issuer }, index) => html`${index === 0 ? '' : ', '}<code>${issuer}</code>`)}, and its gateway reuses a decision for ${resultTtlSeconds} s.
    </p>
    </header>
    <p class="message" role="status" tabindex="-1">${message}</p>`;
}
