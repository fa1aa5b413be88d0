import { LocalRunError } from '../errors.ts';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A CloudFormation template as CDK writes it: only the sections that the local run reads. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Mappings?: Mappings;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

/** Values by the names of a mapping, of a top-level key and of a second-level key. */
export type Mappings = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: Json;
}

export interface TemplateOutput {
  readonly Value: Json;
  /** The name by which other stacks import the value. */
  readonly Export?: { readonly Name: Json };
}

export interface TemplateResource {
  readonly Type: string;
  /** The condition without which the resource does not exist. */
  readonly Condition?: string;
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

/** A property's text. Empty: the property is not text. */
export function textOrEmpty(properties: JsonObject, name: string): string {
  const value = properties[name];
  return typeof value === 'string' ? value : '';
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
