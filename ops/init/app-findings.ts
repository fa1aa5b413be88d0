import { DESCRIPTION_KEY, STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import type { Caller } from '../cli/caller.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { type AppTemplate, constructPath, readAppTemplates, type TemplateResource } from './app-templates.ts';
import type { OutputName } from './authorizer-file.ts';
import { type ApiChoice, type ChosenApis, chosenApis } from './chosen-apis.ts';
import { type FoundApi, foundApis, resourcesOfType } from './found-apis.ts';
import { type FoundIssuer, foundIssuer } from './found-issuer.ts';

/** What the templates of an app say about the authorizer that it needs. */
export interface AppFindings {
  /** undefined: the app has no API. */
  readonly chosen: ChosenApis | undefined;
  readonly issuer: FoundIssuer | undefined;
  /** The outputs that the stack lacks, as far as the new file can add them. */
  readonly outputs: readonly OutputName[];
  /** Whether the stack will have every output. */
  readonly hasAllOutputs: boolean;
}

/**
 * Reads the templates of an app.
 * @throws OperatorError for an app that has an authorizer already, and for words that choose no API
 */
export async function findingsIn(files: readonly string[], choice: ApiChoice, caller: Caller): Promise<AppFindings> {
  const templates = await readAppTemplates(files);
  rejectSecondAuthorizer(templates, choice, caller);
  const chosen = chosenApis(foundApis(templates), choice);
  const stack = chosen?.stack ?? choice.stack;
  const lacking = lackingOutputs(templates, chosen);
  const addable = lacking.filter(
    (name) => name !== 'apiUrl' || chosen === undefined || hasAddress(templates, chosen.apis[0]),
  );
  return {
    chosen,
    issuer: foundIssuer(templates, chosen?.apis ?? [], stack),
    outputs: addable,
    hasAllOutputs: addable.length === lacking.length,
  };
}

/** @throws OperatorError */
function rejectSecondAuthorizer(templates: readonly AppTemplate[], { stack }: ApiChoice, caller: Caller): void {
  const described = templates.find(
    (template) =>
      template.stack === (stack ?? template.stack) &&
      template.resources.some(({ metadata }) => metadata[DESCRIPTION_KEY] !== undefined),
  );
  if (described === undefined) return;
  throw new OperatorError(
    `The stack ${described.stack} has a BearerAuthorizer already: \`${caller('routes --synth')}\` shows its routes.`,
  );
}

const OUTPUTS = ['apiUrl', 'table', 'authorizer'] as const;

/** The outputs that are not in the template of the API. A second one of the same name would be an error. */
function lackingOutputs(templates: readonly AppTemplate[], chosen: ChosenApis | undefined): readonly OutputName[] {
  const file = chosen?.apis[0].resource?.file;
  const own = templates.filter((template) => template.file === (file ?? template.file) && chosen !== undefined);
  return OUTPUTS.filter((name) => own.every(({ outputs }) => outputs[STACK_OUTPUTS[name]] === undefined));
}

/** Whether the construct of the API knows its address. A REST API does by a stage that it made itself. */
function hasAddress(templates: readonly AppTemplate[], { kind, resource }: FoundApi): boolean {
  if (resource === undefined || kind === 'http') return resource !== undefined;
  const path = constructPath(resource);
  const stages = resourcesOfType(templates, 'AWS::ApiGateway::Stage').map((stage) => stage.resource);
  return stages.some((stage) => isInside(stage, `${path}/DeploymentStage.`));
}

function isInside(resource: TemplateResource, path: string): boolean {
  return constructPath(resource)?.startsWith(path) === true;
}
