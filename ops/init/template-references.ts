import { isJsonObject, type JsonObject } from '../../lambda/token/json-object.ts';
import { member } from '../stack/next-deployment.ts';
import type { AppTemplate, TemplateResource } from './app-templates.ts';

/** Finds the resource to which a value of one template refers; undefined: it refers to none of the app. */
export type Resolve = (value: unknown, from: Pick<TemplateResource, 'file'>) => TemplateResource | undefined;

/** Follows references within a template, into nested stacks and out of them, and between stacks. */
export function resolverOf(templates: readonly AppTemplate[]): Resolve {
  const byFile = new Map(templates.map((template) => [template.file, template]));
  const nested = new Map(templates.flatMap((template) => (template.parent ? [[template.parent, template]] : [])));
  const resolve: Resolve = (value, { file }) => {
    const template = byFile.get(file);
    if (template === undefined || !isJsonObject(value)) return undefined;
    const [published] = publishedOutputs(templates, value);
    if (published !== undefined) return fromOutput(published);
    const [logicalId, attribute = ''] = referenceIn(value);
    const resource = template.resources.find((each) => each.logicalId === logicalId);
    if (resource === undefined) return parameterOf(template, logicalId);
    const child = nested.get(resource);
    if (child === undefined) return resource;
    return fromOutput({ template: child, output: child.outputs[attribute.replace('Outputs.', '')] });
  };
  const fromOutput = ({ template, output }: FoundOutput) =>
    isJsonObject(output) ? resolve(output.Value, template) : undefined;
  const parameterOf = ({ parent }: AppTemplate, name: string | undefined) =>
    parent && name !== undefined ? resolve(member(parent.properties, 'Parameters')[name], parent) : undefined;
  return resolve;
}

interface FoundOutput {
  readonly template: AppTemplate;
  readonly output: unknown;
}

/** The output of another stack that a value names: by its export, or, as newer releases of the CDK do, by its name. */
function publishedOutputs(templates: readonly AppTemplate[], value: JsonObject): readonly FoundOutput[] {
  const exported = value['Fn::ImportValue'];
  const { StackName, OutputName } = member(value, 'Fn::GetStackOutput');
  return templates.flatMap((template) =>
    Object.entries(template.outputs).flatMap(([name, output]) => {
      const isExported = isJsonObject(output) && exported !== undefined && member(output, 'Export').Name === exported;
      const isNamed = template.parent === undefined && template.stack === StackName && name === OutputName;
      return isExported || isNamed ? [{ template, output }] : [];
    }),
  );
}

/** The logical id, and the attribute if there is one. */
function referenceIn({ Ref, 'Fn::GetAtt': attribute }: JsonObject): readonly string[] {
  if (typeof Ref === 'string') return [Ref];
  if (Array.isArray(attribute)) return attribute.map(String);
  return typeof attribute === 'string' ? [attribute.split('.')[0] ?? '', attribute.replace(/^[^.]*\./, '')] : [];
}

/** Every resource to which some part of a value refers, such as a text that `Fn::Join` makes. */
export function referencesWithin(
  value: unknown,
  from: TemplateResource,
  resolve: Resolve,
): readonly TemplateResource[] {
  if (Array.isArray(value)) return value.flatMap((item) => referencesWithin(item, from, resolve));
  if (!isJsonObject(value)) return [];
  const resource = resolve(value, from);
  if (resource !== undefined) return [resource];
  return Object.values(value).flatMap((item) => referencesWithin(item, from, resolve));
}
