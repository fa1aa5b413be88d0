import type { ApiKind } from '../../lambda/policy/route.ts';
import { printable } from '../cli/terminal-text.ts';
import { FUNCTION, functionLines } from './authorizer-function.ts';
import type { CdkApp } from './cdk-app.ts';
import { comment, docComment, literal, literalList } from './code-text.ts';
import type { PresetCall } from './issuer-preset.ts';
import { type LeftOutRoute, leftOutTexts, type ProposedRoute } from './proposed-routes.ts';

/** What the new file says. */
export interface AuthorizerFile extends Pick<CdkApp, 'language' | 'modules'> {
  /** The kind of the API whose address is an output; `example`: the file makes an API itself. */
  readonly api: ApiKind | 'example';
  readonly routes: readonly ProposedRoute[];
  readonly leftOut: readonly LeftOutRoute[];
  readonly issuer: PresetCall;
  /** The outputs that the file adds. */
  readonly outputs: readonly OutputName[];
}

/** The outputs by which the operator's program finds a stack. */
export type OutputName = 'apiUrl' | 'table' | 'authorizer';

const PACKAGE = 'bearer-authorizer';

/** The text of the file. */
export function authorizerFileText(file: AuthorizerFile): string {
  const parts = [imports(file), routeLines(file), functionLines(file), exportLines(file)];
  return parts.flatMap((lines) => (lines.length === 0 ? [] : [...lines, ''])).join('\n');
}

function imports(file: AuthorizerFile): readonly string[] {
  const { language, api, issuer, outputs } = file;
  const isExample = api === 'example';
  const isLazy = outputs.includes('apiUrl') && !isExample;
  const core = [...(outputs.length > 0 ? ['CfnOutput', 'Stack'] : []), 'Duration', ...(isLazy ? ['Lazy'] : [])];
  const ours = ['BearerAuthorizer', issuer.preset, ...(isExample ? ['addGatewayResponses'] : [])];
  const isTyped = language === 'TypeScript';
  return [
    importLine(file, core, 'aws-cdk-lib'),
    ...(isExample ? [importLine(file, ['MockIntegration', 'RestApi'], 'aws-cdk-lib/aws-apigateway')] : []),
    importLine(file, [...ours, ...(isTyped ? ['type Route'] : [])], PACKAGE),
    ...(isTyped ? [`import type { Construct } from ${literal('constructs')};`] : []),
  ];
}

function importLine({ language, modules }: AuthorizerFile, names: readonly string[], from: string): string {
  const bare = (name: string) => name.replace('type ', '').toLowerCase();
  const list = names.toSorted((one, other) => (bare(one) < bare(other) ? -1 : 1)).join(', ');
  const isRequired = language === 'JavaScript' && modules === 'commonjs';
  return isRequired ? `const { ${list} } = require(${literal(from)});` : `import { ${list} } from ${literal(from)};`;
}

const GUESSED =
  'The scopes are a proposal, made of path and method: write those that your issuer puts into tokens. ' +
  'Any one of them opens the route, and [] takes any valid token.';
const WRITTEN = 'Any one of the scopes opens a route, and [] takes any valid token.';

function routeLines({ language, api, routes, leftOut }: AuthorizerFile): readonly string[] {
  const isGuessed = routes.some((route) => route.isGuessed);
  const found = api === 'example' ? 'The routes of the API.' : 'The routes of the API, as `cdk synth` showed them.';
  return [
    ...docComment(`${found} ${isGuessed ? GUESSED : WRITTEN}`),
    ...(language === 'JavaScript' ? [`/** @type {readonly import(${literal(PACKAGE)}).Route[]} */`] : []),
    `const routes${language === 'TypeScript' ? ': readonly Route[]' : ''} = [`,
    ...leftOutTexts(leftOut).flatMap((text) => comment(`Left out: ${text}.`, '  ')),
    ...routes.map(routeLine),
    '];',
  ];
}

function routeLine({ method, path, scopes, replaces }: ProposedRoute): string {
  const note = replaces === undefined ? '' : ` // in place of ${printable(replaces)}`;
  return `  { method: ${literal(method)}, path: ${literal(path)}, scopes: ${literalList(scopes)} },${note}`;
}

function exportLines({ language, modules }: AuthorizerFile): readonly string[] {
  return language === 'JavaScript' && modules === 'commonjs' ? [`module.exports = { ${FUNCTION} };`] : [];
}
