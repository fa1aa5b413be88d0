import { LOCAL_PLACE, type Place } from './place.ts';
import { isObject, type Json, type JsonObject, type Template } from './template.ts';

/** One template of the run, with the stack that it makes. */
export interface TemplateScope {
  /** The name of the stack. CloudFormation names a nested one after its parent, and the resource that makes it. */
  readonly stackName: string;
  /** What sentences and keys call the template: the stack's name, or the path of the nested stack below its root. */
  readonly label: string;
  readonly template: Template;
  readonly place: Place;
  /** Parameters' values, where the assembly has them. */
  readonly given: Readonly<Record<string, Json>>;
  /** The path of the root stack's construct, such as `dev/orders`. */
  readonly constructPath: string;
  /** The resource that makes a nested stack; undefined: it is a root stack. */
  readonly maker?: { readonly scope: TemplateScope; readonly logicalId: string };
}

/** The scope of a template that stands alone. */
export function scopeOf(stackName: string, template: Template): TemplateScope {
  return { stackName, label: stackName, template, place: LOCAL_PLACE, given: {}, constructPath: stackName };
}

/** Reads the template of a nested stack. undefined: the assembly does not have it. */
export type ReadNested = (resource: { readonly metadata: JsonObject; readonly url: string }) => Template | undefined;

/** A scope and those of its nested stacks, at any depth. */
export function withNested(scope: TemplateScope, readNested: ReadNested): readonly TemplateScope[] {
  const nested = Object.entries(scope.template.Resources).flatMap(
    ([logicalId, { Type, Properties, Metadata = {} }]) => {
      if (Type !== NESTED_STACK) return [];
      const template = readNested({ metadata: Metadata, url: JSON.stringify(Properties?.TemplateURL ?? '') });
      if (template === undefined) return [];
      return withNested({ ...nestedScope(scope, logicalId, Metadata), template }, readNested);
    },
  );
  return [scope, ...nested];
}

export const NESTED_STACK = 'AWS::CloudFormation::Stack';

function nestedScope(scope: TemplateScope, logicalId: string, metadata: JsonObject): Omit<TemplateScope, 'template'> {
  const { stackName, place, constructPath } = scope;
  const label = nestedLabel(metadata, constructPath) ?? logicalId;
  return {
    stackName: `${stackName}-${logicalId}`,
    label,
    place,
    given: {},
    constructPath,
    maker: { scope, logicalId },
  };
}

/** CDK's path of the resource is `orders/Inner/Nested.NestedStack/Nested.NestedStackResource`. */
function nestedLabel(metadata: JsonObject, constructPath: string): string | undefined {
  const path = pathOf(metadata, constructPath);
  return path?.replace(/(^|\/)([^/]+)\.NestedStack\/\2\.NestedStackResource$/, '$1$2');
}

/** The path of a resource's construct below its root stack. undefined: the template does not say it. */
export function pathOf(metadata: JsonObject | undefined, constructPath: string): string | undefined {
  const path = isObject(metadata) ? metadata['aws:cdk:path'] : undefined;
  if (typeof path !== 'string') return undefined;
  const below = path.startsWith(`${constructPath}/`) ? path.slice(constructPath.length + 1) : path;
  return below.replace(/\/Resource$/, '');
}
