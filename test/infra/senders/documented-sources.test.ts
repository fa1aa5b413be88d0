import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { auth0Signals } from '../../../infra/senders/auth0-signals.ts';
import { backchannelLogout } from '../../../infra/senders/backchannel-logout.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { keycloakSignals } from '../../../infra/senders/keycloak-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import type { SignalSources } from '../../../infra/senders/resolved-sources.ts';
import { checkSources } from '../../../infra/senders/signal-check.ts';
import { ssf } from '../../../infra/senders/ssf.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { codeBlocks } from '../../support/document-blocks.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const PRESETS = {
  auth0Signals,
  backchannelLogout,
  cognitoSignals,
  keycloakSignals,
  oktaSignals,
  ssf,
  tokenRevocation,
};

/** The sources that a line `signals: { … },` of a document makes. */
function sourcesIn(line: string): SignalSources {
  const evaluate = new Function(...Object.keys(PRESETS), `return { ${line} }`) as (...presets: readonly unknown[]) => {
    readonly signals: SignalSources;
  };
  return evaluate(...Object.values(PRESETS)).signals;
}

const documented = ['docs/signals.md', ...globSync('docs/signals/*.md', { cwd: root })].flatMap((document) =>
  codeBlocks(document).flatMap(({ language, code }) => (language === 'ts' ? [{ document, code }] : [])),
);

it('each preset of a source is exported by the package with its options, and named in a document', () => {
  const entryPoint = readFileSync(`${root}infra/library.ts`, 'utf8');
  const exported = [...entryPoint.matchAll(/export \{ type (\w+)Options, (\w+) \} from '\.\/senders\//g)];
  expect(exported.map(([, options = '']) => options.toLowerCase())).toEqual(
    exported.map(([, , preset = '']) => preset.toLowerCase()),
  );
  expect(exported.map(([, , preset]) => preset).toSorted()).toEqual(Object.keys(PRESETS).toSorted());
  const files = globSync('infra/senders/*.ts', { cwd: root });
  const presets = files.filter((file) =>
    /@throws DeploymentError naming the option/.test(readFileSync(`${root}${file}`, 'utf8')),
  );
  expect(presets).toHaveLength(exported.length);
  const text = readFileSync(`${root}docs/adding-to-your-api.md`, 'utf8');
  for (const preset of Object.keys(PRESETS)) expect(text).toContain(`\`${preset}\``);
});

describe('the sources that the pages of providers show', () => {
  it('are on every page', () => {
    expect([...new Set(documented.map(({ document }) => document))].toSorted()).toEqual([
      'docs/signals.md',
      'docs/signals/auth0.md',
      'docs/signals/cognito.md',
      'docs/signals/keycloak.md',
      'docs/signals/okta.md',
      'docs/signals/other-providers.md',
    ]);
  });

  it.each(documented)('are accepted at synth: $document, $code', ({ code }) => {
    const pool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';
    const issuers = [{ alias: 'main', issuer: pool }];
    expect(() =>
      checkSources(sourcesIn(code), { issuers, revocationLevels: REVOCATION_LEVELS, flush: true }),
    ).not.toThrow();
  });

  it.each(documented)('come with the import of their preset: $document, $code', async ({ document, code }) => {
    const [, preset = ''] = /: (\w+)\(/.exec(code) ?? [];
    const text = readFileSync(join(root, document), 'utf8');
    const [, file = ''] = new RegExp(`import \\{ ${preset} \\} from '\\./(senders/[a-z0-9-]+\\.ts)';`).exec(text) ?? [];
    expect(await import(join(root, 'infra', file))).toHaveProperty(preset);
  });
});
