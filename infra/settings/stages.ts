import { DeploymentError, RouteTableError } from '../errors.ts';
import type { Deployment, StackSettings } from './deployment-schema.ts';
import { isRecord, objectFix } from './values/plain-object.ts';
import { shown } from './values/shown-value.ts';
import { literalText } from './values/validators.ts';

/** A stack that a deployment describes. */
export interface StackChoice {
  readonly stackName: string;
  /** The key in `stages`; undefined: the deployment has no stages. */
  readonly stage: string | undefined;
  readonly settings: StackSettings;
  /** Whether the deployment writes out the name. */
  readonly isNamed: boolean;
}

/** With another default, every deployed stack would be replaced by a new one with an empty table. */
const DEFAULT_NAME = 'bearer-authorizer';

/** CloudFormation API reference, CreateStack. */
export const stackName = literalText(
  /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
  'write letters, digits and -, at most 128 and a letter first',
);

const stageName = literalText(
  /^[A-Za-z][A-Za-z0-9-]{0,31}$/,
  'name stages by letters, digits and -, at most 32 and a letter first',
);

/**
 * The stacks that a deployment describes.
 *
 * @param choice - the name of the only stage to take; undefined: every stage
 * @throws DeploymentError naming the stage
 */
export function stacksOf(deployment: Deployment, choice?: string): readonly StackChoice[] {
  // What is not even an object is for the stack to reject.
  const { stages, ...shared } = isRecord(deployment) ? deployment : ({} as Deployment);
  if (stages === undefined) return [onlyStack(isRecord(deployment) ? shared : deployment, choice)];
  rejectWrongStages(stages);
  const stacks = Object.entries(stages).map(([stage, own]) => stackOfStage(stage, shared, own));
  rejectSharedNames(stacks);
  rejectSharedTables(stacks);
  return choice === undefined ? stacks : [chosenFrom(stacks, choice)];
}

/** Runs what makes the stack of a stage. @throws DeploymentError that begins with the stage, in place of one that does not */
export function inStage<T>(stage: string | undefined, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const isOfSettings = error instanceof DeploymentError || error instanceof RouteTableError;
    if (stage === undefined || !isOfSettings) throw error;
    throw new DeploymentError(`stages.${stage}: ${error.message}`);
  }
}

function onlyStack(settings: StackSettings, choice: string | undefined): StackChoice {
  if (choice !== undefined) {
    throw new DeploymentError(
      `The stage ${shown(choice)} was chosen, and the deployment has no stages: leave the choice out.`,
    );
  }
  const name = settings?.stackName ?? DEFAULT_NAME;
  rejectWrongName(name, undefined);
  return { stackName: name, stage: undefined, settings, isNamed: settings?.stackName !== undefined };
}

function stackOfStage(stage: string, shared: StackSettings, own: Partial<StackSettings>): StackChoice {
  const name = own.stackName ?? `${shared.stackName ?? DEFAULT_NAME}-${stage}`;
  rejectWrongName(name, stage);
  return { stackName: name, stage, settings: { ...shared, ...own }, isNamed: own.stackName !== undefined };
}

function rejectWrongStages(stages: unknown): void {
  const fix = 'write an object of settings by stage: { dev: { … }, prod: { … } }';
  if (!isRecord(stages)) throw new DeploymentError(`stages is ${shown(stages)}: ${objectFix(stages, fix)}.`);
  const [problem] = Object.keys(stages).flatMap((name) => stageName(name) ?? []);
  if (problem !== undefined) throw new DeploymentError(`stages is ${shown(stages)}: ${problem}.`);
  if (Object.keys(stages).length === 0) throw new DeploymentError(`stages is {}: ${fix}.`);
  for (const [stage, own] of Object.entries(stages)) {
    if (!isRecord(own)) throw new DeploymentError(`stages.${stage} is ${shown(own)}: ${objectFix(own)}.`);
    if ('stages' in own) {
      throw new DeploymentError(`stages.${stage} has a field "stages": a stage has no stages of its own.`);
    }
  }
}

function rejectWrongName(name: unknown, stage: string | undefined): void {
  const problem = stackName(name);
  if (problem === undefined) return;
  inStage(stage, () => {
    throw new DeploymentError(`stackName is ${shown(name)}: ${problem}.`);
  });
}

/** Also names that differ in case only: the files of one would replace those of the other on macOS and Windows. */
function rejectSharedNames(stacks: readonly StackChoice[]): void {
  const areSame = (one: StackChoice, other: StackChoice) => caseless(one) === caseless(other);
  const [first, second] = pairWhere(stacks, areSame) ?? [];
  if (first === undefined || second === undefined) return;
  const found =
    first.stackName === second.stackName
      ? `both the stack ${first.stackName}`
      : `the stacks ${first.stackName} and ${second.stackName}, which differ in case only`;
  throw new DeploymentError(
    `stages.${first.stage} and stages.${second.stage} are ${found}: give each a name of its own.`,
  );
}

function caseless({ stackName }: StackChoice): string {
  return stackName.toLowerCase();
}

function rejectSharedTables(stacks: readonly StackChoice[]): void {
  const flushing = stacks.filter(({ settings }) => settings.flush !== false && settings.revocationTable !== undefined);
  const [first, second] = pairWhere(flushing, (one, other) => tableOf(one) === tableOf(other)) ?? [];
  if (first === undefined || second === undefined) return;
  throw new DeploymentError(
    `stages.${first.stage} and stages.${second.stage} have the same revocationTable: give each its own, because one entry would ` +
      "revoke in both and four functions would read the table's stream, which serves two.",
  );
}

function tableOf({ settings: { revocationTable } }: StackChoice): unknown {
  return revocationTable?.tableArn;
}

function pairWhere<T>(all: readonly T[], isPair: (one: T, other: T) => boolean): readonly [T, T] | undefined {
  for (const [index, other] of all.entries()) {
    const one = all.slice(0, index).find((each) => isPair(each, other));
    if (one !== undefined) return [one, other];
  }
  return undefined;
}

function chosenFrom(stacks: readonly StackChoice[], choice: string): StackChoice {
  const chosen = stacks.find(({ stage }) => stage === choice);
  if (chosen !== undefined) return chosen;
  throw new DeploymentError(
    `The stage ${shown(choice)} is not one of stages: choose ${stacks.map(({ stage }) => stage).join(', ')}.`,
  );
}
