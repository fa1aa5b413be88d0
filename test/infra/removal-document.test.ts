import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { apiStackOf, soundDeployment, templateOf } from '../support/cdk/test-app.ts';
import { codeUnder } from '../support/document-blocks.ts';

const [, section = ''] = readFileSync('docs/operations.md', 'utf8').split('\n## Remove it\n');
const [text = ''] = section.split('\n## ');

/** Types of resources that CloudFormation leaves when it deletes a stack with every option. */
function keptTypes(): readonly string[] {
  const options = { issuers: {}, encryptionKey: 'create', auditTrail: true, accountLogsRole: true };
  const template = templateOf(apiStackOf({ ...soundDeployment, ...options })).toJSON();
  const resources: { readonly Type: string; readonly DeletionPolicy?: string }[] = Object.values(template.Resources);
  const kept = resources.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
  return [...new Set(kept.map(({ Type }) => Type))].toSorted();
}

it('docs/operations.md names every type of resource that stays when the stack is removed, and no other', () => {
  const named = [...text.matchAll(/^\| .*\(`(AWS::\w+::\w+)`\)/gm)].map(([, type = '']) => type);
  expect([...new Set(named)].toSorted()).toEqual(keptTypes());
});

it('its commands delete each of them but the two of the account, which other APIs use', () => {
  const [commands = ''] = codeUnder('docs/operations.md', 'Delete what stays', 'sh');
  const deleted = [...commands.matchAll(/AWS::\w+::\w+/g)].map(([type]) => type);
  const ofAccount = ['AWS::ApiGateway::Account', 'AWS::IAM::Role'];
  expect([...new Set([...deleted, ...ofAccount])].toSorted()).toEqual(keptTypes());
});
