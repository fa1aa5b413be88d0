import { describe, expect, it } from 'vitest';
import { checkDeployment } from '../../../infra/deployment-check.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import type { Deployment, IssuerSettings } from '../../../infra/settings/deployment-schema.ts';
import { apiStackOf, descriptionIn, issuer, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';
import { EVERY_OPTION, PRESET_NAMES, settingsBy } from '../../support/tokens/issuer-presets.ts';

const other = oidc({ issuer: 'https://other.example.com/', audience: 'https://api.example.com' });

const withFormer = (formerAliases: unknown, settings: IssuerSettings = issuer) =>
  ({ ...settings, formerAliases }) as IssuerSettings;

const deploymentOf = (issuers: Deployment['issuers']): Deployment => ({ ...soundDeployment, issuers });

describe("an issuer's former aliases", () => {
  it('are in the environment of authorizer and flusher, and in the description of the deployment', () => {
    const template = templateOf(apiStackOf(deploymentOf({ main: withFormer(['old', 'oldest']) })));
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const readers = functions.filter(({ Properties }) => Properties.Environment.Variables.ISSUERS !== undefined);
    expect(readers).toHaveLength(3);
    for (const { Properties } of readers) {
      expect(JSON.parse(Properties.Environment.Variables.ISSUERS)).toMatchObject([
        { alias: 'main', formerAliases: ['old', 'oldest'] },
      ]);
    }
    const description = functions.map(({ Metadata }) => descriptionIn(Metadata)).find(Boolean);
    expect(description?.configuration.issuers).toMatchObject([{ alias: 'main', formerAliases: ['old', 'oldest'] }]);
  });

  it.each(PRESET_NAMES)('are an option of the preset %s', (name) => {
    const settings = settingsBy(name, { ...EVERY_OPTION[name], formerAliases: ['old'] });
    expect(settings.formerAliases).toEqual(['old']);
    expect(() => checkDeployment(deploymentOf({ main: settings, other }))).not.toThrow();
  });

  it.each<[string, Deployment['issuers'], string]>([
    [
      'the present alias of another issuer',
      { main: withFormer(['legacy']), legacy: other },
      'issuers.main.formerAliases is ["legacy"]: leave out "legacy", because issuers.legacy has that alias now, and its entries are about that issuer.',
    ],
    [
      'an alias that another issuer lists too',
      { main: withFormer(['old']), second: withFormer(['older', 'old'], other) },
      'issuers.second.formerAliases is ["older","old"]: leave out "old" here or at issuers.main, because its entries are about one issuer only.',
    ],
    [
      'the present alias',
      { main: withFormer(['old', 'main']) },
      'issuers.main.formerAliases is ["old","main"]: leave out "main", because it is the present alias.',
    ],
    [
      'what was never an alias',
      { main: withFormer(['Old']) },
      'issuers.main.formerAliases is ["Old"]: list former aliases, of 1 to 16 lower-case letters, digits and hyphens.',
    ],
    ['an alias twice', { main: withFormer(['a', 'a']) }, 'issuers.main.formerAliases is ["a","a"]: name each once.'],
    ['text', { main: withFormer('old') }, 'issuers.main.formerAliases is "old": write a list: [ … ].'],
    ['null', { main: withFormer(null) }, 'issuers.main.formerAliases is null: write a list: [ … ].'],
    [
      'five',
      { main: withFormer(['a', 'b', 'c', 'd', 'e']) },
      'issuers.main.formerAliases is ["a","b","c","d","e"]: name at most 4, because each of them makes the read of every decision longer.',
    ],
  ])('are rejected when they hold %s', (_case, issuers, sentence) => {
    expect(() => checkDeployment(deploymentOf(issuers))).toThrow(sentence);
  });
});
