import { conditionHolds } from './conditions.ts';
import { type References, resolveIntrinsics } from './intrinsics.ts';
import { attributeOf, isNamedHere, type NamedResource, physicalId } from './physical-names.ts';
import { urlSuffixOf } from './place.ts';
import { isObject, type Json } from './template.ts';
import { NESTED_STACK, pathOf, type TemplateScope } from './template-scope.ts';
import type { PlacedResource, World } from './world.ts';

/** A text in place of a value that only a deployment knows. */
export interface StandIn {
  /** What it stands for, such as `OrdersBucket (AWS::S3::Bucket)`. */
  readonly of: string;
  readonly text: string;
}

export type NoteStandIn = (standIn: StandIn) => void;

/** Resolves what the templates of a run refer to. Every reference has a value: `note` is told of those that stand in for another. */
export class Resolver {
  readonly #world: World;
  readonly #note: NoteStandIn;

  constructor(world: World, note: NoteStandIn = () => {}) {
    this.#world = world;
    this.#note = note;
  }

  /** With the names of one template. */
  referencesIn(scope: TemplateScope): References {
    const { template } = scope;
    return {
      ref: (name) => this.#pseudoParameter(scope, name) ?? this.#parameter(scope, name) ?? this.#ref(scope, name),
      attribute: (logicalId, name) => this.#attribute(scope, logicalId, name),
      mappings: template.Mappings,
      condition: (name) => conditionHolds(template.Conditions?.[name] ?? null, this.referencesIn(scope)),
      imported: (name) => this.#imported(scope, name),
      stackOutput: (stackName, output) => this.#stackOutput(scope, stackName, output),
      text: (text) => this.#dynamic(text),
      unknownFunction: (name) => this.#note({ of: name, text: name }),
    };
  }

  resolve(scope: TemplateScope, value: Json): Json {
    return resolveIntrinsics(value, this.referencesIn(scope));
  }

  /** Whether the condition of a resource lets it exist. */
  exists({ scope, resource: { Condition } }: PlacedResource): boolean {
    return Condition === undefined || conditionHolds({ Condition }, this.referencesIn(scope));
  }

  named(placed: PlacedResource): NamedResource {
    return {
      ...placed,
      world: this.#world,
      property: (name) => {
        const value = placed.resource.Properties?.[name];
        return value === undefined ? undefined : this.resolve(placed.scope, value);
      },
    };
  }

  attributeOf(placed: PlacedResource, name: string): string {
    const known = attributeOf(this.named(placed), name);
    return known ?? this.#standIn(`${name} of ${titleOf(placed)}`, `${placed.key}.${name}`);
  }

  #pseudoParameter({ stackName, place }: TemplateScope, name: string): Json | undefined {
    const values: Readonly<Record<string, Json>> = {
      'AWS::AccountId': place.account,
      'AWS::NotificationARNs': [],
      'AWS::Partition': place.partition,
      'AWS::Region': place.region,
      'AWS::StackId': `arn:${place.partition}:cloudformation:${place.region}:${place.account}:stack/local/00000000-0000-0000-0000-000000000000`,
      'AWS::StackName': stackName,
      'AWS::URLSuffix': urlSuffixOf(place),
    };
    return values[name];
  }

  #parameter(scope: TemplateScope, name: string): Json | undefined {
    const parameter = scope.template.Parameters?.[name];
    if (parameter === undefined) return undefined;
    const { Type: type, Default: otherwise } = parameter;
    const value = this.#nestedParameter(scope, name) ?? scope.given[name] ?? otherwise;
    if (value === undefined) return this.#standIn(`the parameter ${name}`, name);
    if (type.startsWith('AWS::SSM::Parameter::')) {
      return this.#ssmParameter(String(value)) ?? this.#standIn(`the parameter ${value} of SSM`, name);
    }
    const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
    return isList && typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
  }

  /** The value that the parent gives a nested stack. */
  #nestedParameter({ maker }: TemplateScope, name: string): Json | undefined {
    const parameters = maker?.scope.template.Resources[maker.logicalId]?.Properties?.Parameters;
    const value = isObject(parameters) ? parameters[name] : undefined;
    return maker === undefined || value === undefined ? undefined : this.resolve(maker.scope, value);
  }

  #ref(scope: TemplateScope, logicalId: string): string {
    const placed = this.#world.resource(scope, logicalId);
    if (placed === undefined) return this.#standIn(logicalId, logicalId);
    const id = physicalId(this.named(placed));
    return isNamedHere(placed.resource) ? id : this.#standIn(titleOf(placed), id);
  }

  #attribute(scope: TemplateScope, logicalId: string, name: string): Json {
    const placed = this.#world.resource(scope, logicalId);
    if (placed === undefined) return this.#standIn(`${name} of ${logicalId}`, `${logicalId}.${name}`);
    const output = placed.resource.Type === NESTED_STACK ? this.#nestedOutput(placed, name) : undefined;
    return output ?? this.attributeOf(placed, name);
  }

  /** The value of `Outputs.<name>` of a nested stack. undefined: its template is not there, or has no such output. */
  #nestedOutput({ scope, logicalId }: PlacedResource, attribute: string): Json | undefined {
    const nested = this.#world.scopes.find(({ maker }) => maker?.scope === scope && maker.logicalId === logicalId);
    const output = nested?.template.Outputs?.[attribute.replace(/^Outputs\./, '')];
    return nested === undefined || output === undefined ? undefined : this.resolve(nested, output.Value);
  }

  /** An export of the same account and Region, else of any. */
  #imported(importer: TemplateScope, name: string): Json {
    const found = this.#world.scopes.flatMap((scope) =>
      Object.values(scope.template.Outputs ?? {})
        .filter(({ Export }) => Export !== undefined && this.resolve(scope, Export.Name) === name)
        .map((output) => ({ scope, output })),
    );
    const exported = nearest(found, importer);
    if (exported === undefined) return this.#standIn(`the export ${name}`, name);
    return this.resolve(exported.scope, exported.output.Value);
  }

  #stackOutput(reader: TemplateScope, stackName: string, name: string): Json {
    const roots = this.#world.scopes.filter((each) => each.maker === undefined && each.stackName === stackName);
    const found = nearest(
      roots.map((scope) => ({ scope })),
      reader,
    );
    const output = found?.scope.template.Outputs?.[name];
    if (found === undefined || output === undefined) {
      return this.#standIn(`the output ${name} of the stack ${stackName}`, `${stackName}.${name}`);
    }
    return this.resolve(found.scope, output.Value);
  }

  #dynamic(text: string): string {
    if (!text.includes('{{resolve:')) return text;
    return text.replace(/\{\{resolve:([a-z]+(?:-[a-z]+)*):([^}]+)\}\}/g, (whole, service: string, path: string) => {
      const known = service === 'ssm' ? this.#ssmParameter(path.split(':', 1)[0] ?? '') : undefined;
      return known ?? this.#standIn(`a value of ${service}`, whole);
    });
  }

  /** The value of a parameter of SSM that one of the templates makes. */
  #ssmParameter(name: string): string | undefined {
    const found = this.#world.resources.find(
      (placed) => placed.resource.Type === 'AWS::SSM::Parameter' && this.named(placed).property('Name') === name,
    );
    return found && String(this.named(found).property('Value'));
  }

  #standIn(of: string, text: string): string {
    this.#note({ of, text });
    return text;
  }
}

/** What is in the same account and Region as `scope`, else any. */
function nearest<Found extends { readonly scope: TemplateScope }>(
  found: readonly Found[],
  { place }: TemplateScope,
): Found | undefined {
  const near = found.find(({ scope }) => scope.place.account === place.account && scope.place.region === place.region);
  return near ?? found[0];
}

/** What sentences call a resource. */
export function titleOf({ scope, logicalId, resource: { Type, Metadata } }: PlacedResource): string {
  return `${pathOf(Metadata, scope.constructPath) ?? logicalId} (${Type})`;
}
