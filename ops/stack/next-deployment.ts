import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  type AuthorizerDescription,
  DESCRIPTION_KEY,
  STACK_OUTPUTS,
} from '../../lambda/configuration/authorizer-description.ts';
import { isJsonObject, type JsonObject } from '../../lambda/token/json-object.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { printable } from '../cli/terminal-text.ts';
import { authorizerDescription } from './revocation-stack.ts';

/** A future deployment, from its template. */
export interface NextDeployment {
  readonly authorizer: AuthorizerDescription;
  /** Undefined: another stack exports the table's name, so the template does not have it. */
  readonly table: NextTable | undefined;
}

/** The table that the authorizer will read: one that the template creates, or an existing one with a name. */
export type NextTable =
  | { readonly logicalId: string; readonly stackName: string | undefined }
  | { readonly name: string };

/** Reads a template. @throws OperatorError when it is not the template of a bearer-authorizer stack */
export async function readNextDeployment(path: string): Promise<NextDeployment> {
  const authorizer = authorizerOf(await readJson(path), printable(path));
  const { revocationTable } = authorizer.configuration;
  const logicalId = /^\{"Ref":"(\w+)"\}$/.exec(revocationTable)?.[1];
  if (logicalId !== undefined) return { authorizer, table: { logicalId, stackName: await stackNameOf(path) } };
  return { authorizer, table: isKnown(revocationTable) ? { name: revocationTable } : undefined };
}

/** Whether a text of the template is complete, without parts that the deployment fills in. */
export function isKnown(text: string): boolean {
  return !text.includes('{"');
}

/** @throws OperatorError when the file does not hold a JSON object */
export async function readJson(path: string): Promise<JsonObject> {
  const isTemplate = 'give the template that `npx cdk synth` writes, such as cdk.out/bearer-authorizer.template.json';
  try {
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isJsonObject(document)) return document;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new OperatorError(`${printable(path)} cannot be read as JSON${code}: ${isTemplate}.`);
  }
  throw new OperatorError(`${printable(path)} does not hold a JSON object: ${isTemplate}.`);
}

/** An authorizer that a template describes. */
export interface DescribedAuthorizer {
  readonly logicalId: string;
  readonly authorizer: AuthorizerDescription;
}

/** The authorizers of a template: the one that its outputs name, or all that it describes. */
function namedOrAll(template: JsonObject): readonly DescribedAuthorizer[] {
  const described = describedIn(template);
  const output = member(member(template, 'Outputs'), STACK_OUTPUTS.authorizer).Value;
  const named = described.filter(({ logicalId }) => logicalId === output);
  return named.length === 0 ? described : named;
}

function describedIn(template: JsonObject): readonly DescribedAuthorizer[] {
  return Object.entries(member(template, 'Resources')).flatMap(([logicalId, resource]) => {
    const text = isJsonObject(resource) ? member(resource, 'Metadata')[DESCRIPTION_KEY] : undefined;
    const authorizer = text === undefined ? undefined : authorizerDescription(textWithReferences(text));
    return authorizer === undefined ? [] : [{ logicalId, authorizer }];
  });
}

/**
 * The authorizers of a template, by logical id or, without one, those that `namedOrAll` finds.
 * @throws OperatorError when it is not a template
 */
export async function authorizersOf(path: string, logicalId?: string): Promise<readonly DescribedAuthorizer[]> {
  const template = await readJson(path);
  if (logicalId === undefined) return namedOrAll(template);
  return describedIn(template).filter((described) => described.logicalId === logicalId);
}

/** @throws OperatorError when the template describes no authorizer, or several and names none in its outputs */
function authorizerOf(template: JsonObject, name: string): AuthorizerDescription {
  const [only, ...others] = namedOrAll(template);
  if (only === undefined) {
    throw new OperatorError(
      `${name} describes no authorizer: give the template of the stack that has the BearerAuthorizer.`,
    );
  }
  if (others.length === 0) return only.authorizer;
  const number = others.length + 1;
  throw new OperatorError(
    `${name} describes ${number} authorizers: name one of them in the output ${STACK_OUTPUTS.authorizer}.`,
  );
}

/** The object that a member holds; empty: it holds none. */
export function member(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

/** Joins the parts of an `Fn::Join`. Parts that CloudFormation fills in become JSON: `{"Ref":"Table"}`. */
function textWithReferences(value: unknown): unknown {
  const join = isJsonObject(value) ? value['Fn::Join'] : undefined;
  if (!Array.isArray(join) || !Array.isArray(join[1])) return value;
  const inQuotes = (part: unknown) => JSON.stringify(JSON.stringify(part)).slice(1, -1);
  return join[1].map((part: unknown) => (typeof part === 'string' ? part : inQuotes(part))).join('');
}

/** The stack's name in the cloud assembly next to the template; undefined: there is no assembly. */
export async function stackNameOf(path: string): Promise<string | undefined> {
  const manifest: unknown = JSON.parse(await readFile(join(dirname(path), 'manifest.json'), 'utf8').catch(() => '{}'));
  const artifacts = isJsonObject(manifest) ? Object.entries(member(manifest, 'artifacts')) : [];
  const found = artifacts.find(
    ([, artifact]) => isJsonObject(artifact) && member(artifact, 'properties').templateFile === basename(path),
  );
  if (found === undefined || !isJsonObject(found[1])) return undefined;
  const { stackName = found[0] } = member(found[1], 'properties');
  return String(stackName);
}
