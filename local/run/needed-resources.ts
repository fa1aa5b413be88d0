import { DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { objectOf, textOrEmpty } from '../cloudformation/template.ts';
import { TABLE_TYPES } from '../dynamodb/table.ts';
import { withoutQualifier } from '../functions/lambda-functions.ts';
import { rolePoliciesOf } from '../iam/permissions.ts';
import { streamedTableOf } from '../stream/event-source-mapping.ts';

/** What of the templates runs: all that the served APIs lead to. */
export interface NeededResources {
  readonly functions: readonly StackResource[];
  readonly tables: readonly StackResource[];
  readonly mappings: readonly StackResource[];
}

/**
 * Finds what the served APIs lead to: their functions, those of the authorizer, the tables and queues to which these refer, and the
 * functions that take what is written there.
 * @param functionArns - of the functions that the APIs invoke
 */
export function neededResources(stack: Stack, functionArns: ReadonlySet<string>): NeededResources {
  const all = resourcesIn(stack);
  const needed = new Set<StackResource>();
  const waiting = all.functions.filter(
    (resource) => functionArns.has(stack.attribute(resource.logicalId, 'Arn')) || isOurs(resource),
  );
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    waiting.push(...neighboursOf(next, all, stack));
  }
  const isNeeded = (resource: StackResource) => needed.has(resource);
  return {
    functions: all.functions.filter(isNeeded),
    tables: all.tables.filter(isNeeded),
    mappings: all.mappings.filter(isNeeded),
  };
}

interface Resources extends NeededResources {
  readonly queues: readonly StackResource[];
}

function resourcesIn(stack: Stack): Resources {
  return {
    functions: stack.resourcesOfType('AWS::Lambda::Function'),
    tables: TABLE_TYPES.flatMap((type) => stack.resourcesOfType(type)),
    queues: stack.resourcesOfType('AWS::SQS::Queue'),
    mappings: stack
      .resourcesOfType('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => properties.Enabled !== false),
  };
}

/** The authorizer and the receiver of signals describe themselves. */
function isOurs({ metadata }: StackResource): boolean {
  return metadata[DESCRIPTION_KEY] !== undefined;
}

/** What runs because this resource does. */
function neighboursOf(resource: StackResource, all: Resources, stack: Stack): readonly StackResource[] {
  if (all.functions.includes(resource)) {
    const text = JSON.stringify([objectOf(resource.properties, 'Environment'), rolePoliciesOf(stack, resource)]);
    const named = [...all.tables, ...all.queues].filter((each) =>
      namesOf(each, stack).some((name) => text.includes(name)),
    );
    const reading = all.mappings.filter(
      (mapping) => targetOf(mapping, all, stack) === resource || readsNamed(mapping, text),
    );
    return [...named, ...reading];
  }
  if (all.mappings.includes(resource))
    return [targetOf(resource, all, stack), sourceOf(resource, all, stack)].flatMap((each) => each ?? []);
  return all.mappings.filter((mapping) => sourceOf(mapping, all, stack) === resource);
}

/** Whether a text names the table whose stream a mapping reads. No template needs to have that table. */
function readsNamed({ properties }: StackResource, text: string): boolean {
  const table = streamedTableOf(textOrEmpty(properties, 'EventSourceArn'));
  return table !== undefined && text.includes(table);
}

/** The texts by which a function may refer to a table or a queue. */
function namesOf({ logicalId }: StackResource, stack: Stack): readonly string[] {
  return [stack.ref(logicalId), stack.attribute(logicalId, 'Arn')];
}

function targetOf({ properties }: StackResource, { functions }: Resources, stack: Stack): StackResource | undefined {
  const name = textOrEmpty(properties, 'FunctionName');
  return functions.find(({ logicalId }) =>
    [stack.ref(logicalId), stack.attribute(logicalId, 'Arn')].some((each) =>
      [name, withoutQualifier(name), name.split(':')[0]].includes(each),
    ),
  );
}

function sourceOf(
  { properties }: StackResource,
  { tables, queues }: Resources,
  stack: Stack,
): StackResource | undefined {
  const arn = textOrEmpty(properties, 'EventSourceArn');
  return [...tables, ...queues].find(({ logicalId }) => {
    const own = stack.attribute(logicalId, 'Arn');
    return arn === own || arn.startsWith(`${own}/stream/`);
  });
}
