import { nameOf } from '../../lambda/policy/route.ts';
import type { Caller } from '../cli/caller.ts';
import { nameOfResource } from './app-templates.ts';
import type { AuthorizerFile } from './authorizer-file.ts';
import { FUNCTION } from './authorizer-function.ts';
import type { InitResult } from './init-report.ts';

/**
 * What is left to the person, in order.
 * @param isShown - whether the patch stands above the steps, and not on standard output, which the person does not see
 */
export function nextSteps(result: InitResult, caller: Caller, isShown = true): readonly string[] {
  const { app, findings, issuer, file } = result;
  return [
    ...(app.install === undefined ? [] : [`Install the package: ${app.install}`]),
    callStep(result, isShown),
    ...ownAuthorizerSteps(file),
    ...openRouteSteps(file),
    ...(file.api === 'rest' ? [ANSWERS] : []),
    ...(findings.hasAllOutputs
      ? []
      : ['Add the output ApiUrl with the address of the API: `--stack` of other commands needs it.']),
    ...(file.routes.some(({ isGuessed }) => isGuessed)
      ? [`Check the scopes in ${app.file}: they are a proposal.`]
      : []),
    ...(issuer.isExample ? [`Before you deploy, replace the examples of the issuer in ${app.file}.`] : []),
    `See who may call what: ${caller('routes --synth')}`,
    `Run it on this machine, with tokens of a local authorization server: ${caller('start')}`,
  ];
}

/** The example has them. An HTTP API has no answers of its own to change. */
const ANSWERS =
  'For a challenge and problem details in place of the answers of API Gateway, call addGatewayResponses(api, { realm, corsOrigins }).';

function callStep({ app, edit, file, issuer, findings }: InitResult, isShown: boolean): string {
  if (edit !== undefined) {
    return isShown
      ? `Make the change of ${edit.file} above by hand, or paste it into \`git apply\`.`
      : `Make the change of ${edit.file} unless \`git apply\` has made it: standard output is its patch.`;
  }
  const { pool } = issuer;
  const ids = pool === undefined ? '' : ', userPoolId, clients';
  const call = `${FUNCTION}(this${ids})`;
  const where = pool === undefined ? '' : `, with the ids of ${nameOfResource(pool.resource)} and of its app clients`;
  if (findings.chosen !== undefined && findings.chosen.apis.length > 1) {
    return (
      `Import ${FUNCTION} from ${app.file}, and call it once: const authorizer = ${call}${where}. The first REST API takes it ` +
      'by { defaultMethodOptions: { authorizer } }, methods of another REST API authorizer.forApi(api), and HTTP APIs authorizer.forHttpApi().'
    );
  }
  return `Import ${FUNCTION} from ${app.file} where your stack makes the API, and ${USES[file.api](call)}${where}.`;
}

const USES: Readonly<Record<AuthorizerFile['api'], (call: string) => string>> = {
  rest: (call) => `give the API its result: { defaultMethodOptions: { authorizer: ${call} } }`,
  http: (call) => `give the API its result: { defaultAuthorizer: ${call}.forHttpApi() }`,
  example: (call) => `call it in the constructor of the stack: ${call}`,
};

/** An authorizer of a route wins over that of its API. */
function ownAuthorizerSteps({ routes }: AuthorizerFile): readonly string[] {
  const names = routes.flatMap((route) =>
    route.replaces === undefined ? [] : [`${nameOf(route)} (${route.replaces})`],
  );
  if (names.length === 0) return [];
  return [`Take the present authorizer, with its type and its scopes, off these routes: ${names.join(', ')}.`];
}

function openRouteSteps({ api, leftOut }: AuthorizerFile): readonly string[] {
  const open = leftOut.flatMap(({ name, isOpen }) => (isOpen ? [name] : []));
  if (open.length === 0) return [];
  const none = api === 'http' ? 'authorizer: new HttpNoneAuthorizer()' : 'authorizationType: AuthorizationType.NONE';
  return [
    `Keep these routes open, because the authorizer of the API would reach them, by { ${none} }: ${open.join(', ')}.`,
  ];
}
