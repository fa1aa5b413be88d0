import { LocalRunError } from '../errors.ts';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A CloudFormation template as CDK writes it: only the sections that the local run reads. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Mappings?: Mappings;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json }>>;
}

/** Values by the names of a mapping, of a top-level key and of a second-level key. */
export type Mappings = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Metadata?: JsonObject;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A property that must be text. @throws LocalRunError naming the property */
export function textOf(properties: JsonObject, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string') {
    throw new LocalRunError(`The template's ${name} is ${JSON.stringify(value)}, and the local run needs text there.`);
  }
  return value;
}

export function objectOf(properties: JsonObject, name: string): JsonObject {
  const value = properties[name];
  return isObject(value) ? value : {};
}

export function listOf(properties: JsonObject, name: string): readonly Json[] {
  const value = properties[name];
  return Array.isArray(value) ? value : [];
}

/** A number, which CloudFormation also accepts as text. */
export function numberOf(properties: JsonObject, name: string, otherwise: number): number {
  const value = properties[name];
  return value === undefined ? otherwise : Number(value);
}

/** The properties whose values are text, such as a function's environment. */
export function textsOf(properties: JsonObject, name: string): Record<string, string> {
  const entries = Object.entries(objectOf(properties, name));
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}
