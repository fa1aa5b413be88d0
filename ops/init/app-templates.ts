import { basename, dirname, join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../lambda/token/json-object.ts';
import { member, readJson, stackNameOf } from '../stack/next-deployment.ts';

/** A template of a synthesized app: that of a stack, or of a nested stack. */
export interface AppTemplate {
  readonly file: string;
  /** The name of the stack. A nested stack has that of the stack in which it stands. */
  readonly stack: string;
  readonly resources: readonly TemplateResource[];
  readonly outputs: JsonObject;
  /** The resource that makes a nested stack; undefined: this one is not nested. */
  readonly parent: TemplateResource | undefined;
}

export interface TemplateResource {
  /** The file of its template. */
  readonly file: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly metadata: JsonObject;
}

interface TemplateFile {
  readonly file: string;
  readonly name: string;
  readonly resources: readonly TemplateResource[];
  readonly outputs: JsonObject;
}

/** Reads the templates of a synthesized app. @throws OperatorError for a file that is not a template */
export async function readAppTemplates(files: readonly string[]): Promise<readonly AppTemplate[]> {
  const read = await Promise.all(files.map(readTemplate));
  const nested = read.flatMap(({ resources }) => resources.flatMap(nestedTemplate));
  const parents = new Map(nested.map(({ file, parent }) => [file, parent]));
  const names = new Map(read.map(({ file, name }) => [file, name]));
  const topOf = (file: string): string => {
    const parent = parents.get(file);
    return parent === undefined ? (names.get(file) ?? file) : topOf(parent.file);
  };
  return read.map(({ file, resources, outputs }) => ({
    file,
    stack: topOf(file),
    resources,
    outputs,
    parent: parents.get(file),
  }));
}

async function readTemplate(file: string): Promise<TemplateFile> {
  const template = await readJson(file);
  const name = (await stackNameOf(file)) ?? basename(file, '.template.json');
  const resources = Object.entries(member(template, 'Resources')).flatMap(([logicalId, resource]) => {
    if (!isJsonObject(resource) || typeof resource.Type !== 'string') return [];
    const [properties, metadata] = [member(resource, 'Properties'), member(resource, 'Metadata')];
    return [{ file, logicalId, type: resource.Type, properties, metadata }];
  });
  return { file, name, resources, outputs: member(template, 'Outputs') };
}

/** The file of the nested stack that a resource makes, as the CDK notes it there. */
function nestedTemplate(
  parent: TemplateResource,
): readonly { readonly file: string; readonly parent: TemplateResource }[] {
  const name = parent.metadata['aws:asset:path'];
  if (parent.type !== 'AWS::CloudFormation::Stack' || typeof name !== 'string') return [];
  return [{ file: join(dirname(parent.file), name), parent }];
}

/** The path of a resource's construct in the app, such as `Orders/Api`; undefined: the template does not say. */
export function constructPath({ metadata }: TemplateResource): string | undefined {
  const path = metadata['aws:cdk:path'];
  return typeof path === 'string' ? path.replace(/\/Resource$/, '') : undefined;
}

/** What people call a resource: the path of its construct, or its logical id. */
export function nameOfResource(resource: TemplateResource): string {
  return constructPath(resource) ?? resource.logicalId;
}
