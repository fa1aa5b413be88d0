import { DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import { flusherConfigurationFrom, flusherEnvironmentOf } from '../../lambda/configuration/environment.ts';
import { SIGNALS_FILE, signalsEnvironmentOf } from '../../lambda/configuration/signals-environment.ts';
import type { InspectedIssuer } from '../../lambda/revocation/entry-finding.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { type JsonObject, objectOf, textOf, textsOf } from '../cloudformation/template.ts';
import { describedAuthorizer, describedReceiver, FUNCTION_TYPE } from './function-descriptions.ts';

/** Gives the issuers to trust in place of those of the deployment. */
export type ChangeIssuers = <I extends InspectedIssuer>(deployed: readonly I[]) => readonly (I | TrustedIssuer)[];

/**
 * A stack whose functions trust other issuers: the authorizer and the receiver of signals by their variables and descriptions, the
 * flushers by a variable. `changedFiles` has what the receiver reads from its asset, which stays as it is.
 */
export function withIssuers(stack: Stack, change: ChangeIssuers): Stack {
  return {
    ...stack,
    resourcesOfType: (type) => {
      const resources = stack.resourcesOfType(type);
      return type === FUNCTION_TYPE ? resources.map((resource) => changedResource(resource, change)) : resources;
    },
  };
}

/** Files that differ from those of a function's asset, by their names. */
export interface ChangedFiles {
  /** The key of the asset's object in the assets bucket. */
  readonly s3Key: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The files next to the bundles of a stack's functions that change with the issuers. */
export function changedFiles(stack: Stack, change: ChangeIssuers): readonly ChangedFiles[] {
  return stack.resourcesOfType(FUNCTION_TYPE).flatMap((resource) => {
    const files = changesOf(resource, change)?.files;
    return files === undefined ? [] : [{ s3Key: textOf(objectOf(resource.properties, 'Code'), 'S3Key'), files }];
  });
}

function changedResource(resource: StackResource, change: ChangeIssuers): StackResource {
  const changes = changesOf(resource, change);
  if (changes === undefined) return resource;
  const { properties, metadata } = resource;
  const { variables, description } = changes;
  const { ISSUERS_FILE: _inTheAsset, ...others } = variablesOf(resource);
  const environment: JsonObject = { ...objectOf(properties, 'Environment'), Variables: { ...others, ...variables } };
  return {
    ...resource,
    properties: { ...properties, Environment: environment },
    metadata: description === undefined ? metadata : { ...metadata, [DESCRIPTION_KEY]: JSON.stringify(description) },
  };
}

/** What other issuers change in a function. */
interface IssuerChanges {
  readonly variables: Readonly<Record<string, string>>;
  /** undefined: the function has none. */
  readonly description?: object;
  readonly files?: ChangedFiles['files'];
}

/** undefined: the function knows no issuers. */
function changesOf(resource: StackResource, change: ChangeIssuers): IssuerChanges | undefined {
  return (
    changesOfAuthorizer(resource, change) ?? changesOfReceiver(resource, change) ?? changesOfFlusher(resource, change)
  );
}

/** All issuers travel in the variable, also those that a deployment would have no room for there. */
function changesOfAuthorizer(resource: StackResource, change: ChangeIssuers): IssuerChanges | undefined {
  const description = describedAuthorizer(resource);
  if (description === undefined) return undefined;
  const issuers = change(description.configuration.issuers);
  const configuration = { ...description.configuration, issuers };
  return { variables: { ISSUERS: JSON.stringify(issuers) }, description: { ...description, configuration } };
}

function changesOfReceiver(resource: StackResource, change: ChangeIssuers): IssuerChanges | undefined {
  const description = describedReceiver(resource);
  if (description === undefined) return undefined;
  const configuration = { ...description.configuration, issuers: change(description.configuration.issuers) };
  const { environment, file } = signalsEnvironmentOf(configuration);
  return {
    variables: { ...environment },
    description: { ...description, configuration },
    files: { [SIGNALS_FILE]: file },
  };
}

function changesOfFlusher(resource: StackResource, change: ChangeIssuers): IssuerChanges | undefined {
  const variables = variablesOf(resource);
  const isFlusher = ['MODE', 'STAGES', 'GIVE_UP_SECONDS', 'ISSUERS'].every((name) => variables[name] !== undefined);
  if (!isFlusher) return undefined;
  const configuration = flusherConfigurationFrom(variables);
  const { ISSUERS } = flusherEnvironmentOf({ ...configuration, issuers: change(configuration.issuers) });
  return { variables: { ISSUERS } };
}

function variablesOf({ properties }: StackResource): Readonly<Record<string, string>> {
  return textsOf(objectOf(properties, 'Environment'), 'Variables');
}
