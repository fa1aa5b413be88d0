import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { pageFiles } from '../../../local/page-server/page-files.ts';
import { packageOf } from '../../support/imports.ts';

/** Bytes of all that a browser loads, compressed. */
const MAX_PAGE = 60_000;

describe('the files of the page', () => {
  it('are no more than 60 kB together, compressed', async () => {
    const sizes = [...(await pageFiles()).values()].map(({ content }) => gzipSync(content).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_PAGE);
  });

  it('have scripts that import nothing more, and bring the licences of what is in them', async () => {
    const files = await pageFiles();
    const scripts = [...files]
      .filter(([path]) => path.endsWith('.js'))
      .map(([, { content }]) => Buffer.from(content).toString());
    expect(scripts).toHaveLength(2);
    expect(scripts.some((script) => /\bimport\s*["'{*(]/.test(script))).toBe(false);
    expect(scripts.some((script) => script.includes('SPDX-License-Identifier: BSD-3-Clause'))).toBe(true);
  });

  it('hold code of two packages, and nothing of Node.js', async () => {
    const { metafile } = await build({
      entryPoints: ['local/page/entry/page.ts'],
      ...{ bundle: true, write: false, metafile: true, platform: 'browser', format: 'esm' },
    });
    const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    const packages = inputs
      .filter((input) => input.includes('node_modules/'))
      .map((input) => packageOf(input.slice(input.lastIndexOf('node_modules/') + 'node_modules/'.length)));
    expect([...new Set(packages)].toSorted()).toEqual(['lit-html', 'oauth4webapi']);
    expect(inputs.filter((input) => /^(lambda|infra|ops)\//.test(input))).toEqual([]);
  });
});
