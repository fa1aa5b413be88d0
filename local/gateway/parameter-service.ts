import { arnIn } from '../cloudformation/place.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { isObject, type Json, type JsonObject, listOf, textOrEmpty } from '../cloudformation/template.ts';
import type { MayCall } from '../iam/permissions.ts';

/** A parameter of AWS Systems Manager that a template makes. */
export interface Parameter {
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly value: string;
}

/** The templates' parameters, by name. */
export function parametersOf(stack: Stack): ReadonlyMap<string, Parameter> {
  const parameters = stack.resourcesOfType('AWS::SSM::Parameter').map(({ logicalId, properties, place }) => {
    const name = stack.ref(logicalId);
    const arn = arnIn(place, 'ssm', place.region, `parameter${name.startsWith('/') ? '' : '/'}${name}`);
    return { name, arn, type: textOrEmpty(properties, 'Type'), value: textOrEmpty(properties, 'Value') };
  });
  return new Map(parameters.map((parameter) => [parameter.name, parameter]));
}

export interface ServiceAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** One call of Systems Manager by AWS's JSON protocol. */
export interface ParameterCall {
  /** The header `X-Amz-Target`, such as `AmazonSSM.GetParameters`. */
  readonly operation: string;
  readonly accessKeyId: string;
  readonly body: string;
}

export interface ParameterServiceOptions {
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly mayCall: MayCall;
}

/** The part of Systems Manager that reads parameters by name. undefined: the call is another one. */
export function callParameterService(call: ParameterCall, options: ParameterServiceOptions): ServiceAnswer | undefined {
  const input = parsedObject(call.body);
  const { operation, accessKeyId } = call;
  const action = operation.replace('AmazonSSM.', '');
  const names = action === 'GetParameters' ? listOf(input, 'Names').map(String) : [textOrEmpty(input, 'Name')];
  if (action !== 'GetParameters' && action !== 'GetParameter') return undefined;
  const found = names.flatMap((name) => options.parameters.get(name) ?? []);
  const denied = found.find(({ arn }) => !options.mayCall(accessKeyId, `ssm:${action}`, arn));
  if (denied !== undefined) return deniedAnswer(`ssm:${action}`, denied.arn);
  return action === 'GetParameters' ? severalAnswer(names, found) : singleAnswer(found[0]);
}

function parsedObject(body: string): JsonObject {
  try {
    const value = JSON.parse(body) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function deniedAnswer(action: string, arn: string): ServiceAnswer {
  const message = `User is not authorized to perform: ${action} on resource: ${arn}`;
  return { status: 400, body: { __type: 'AccessDeniedException', message } };
}

function severalAnswer(names: readonly string[], found: readonly Parameter[]): ServiceAnswer {
  const known = new Set(found.map(({ name }) => name));
  const InvalidParameters = names.filter((name) => !known.has(name));
  return { status: 200, body: { Parameters: found.map(described), InvalidParameters } };
}

function singleAnswer(parameter: Parameter | undefined): ServiceAnswer {
  if (parameter === undefined) return { status: 400, body: { __type: 'ParameterNotFound', message: '' } };
  return { status: 200, body: { Parameter: described(parameter) } };
}

function described({ name: Name, arn: ARN, type: Type, value: Value }: Parameter): JsonObject {
  return { Name, ARN, Type, Value, Version: 1 };
}
