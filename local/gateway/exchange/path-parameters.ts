import type { PathSegment } from '../../../infra/routes/route-path.ts';
import { pathTexts } from '../../../infra/routes/route-readings.ts';
import type { PathTexts } from '../../../infra/routes/route-selection.ts';

/** Cuts a route's path, such as `/orders/{id}` or `/files/{proxy+}`. */
export function segmentsOf(path: string): readonly PathSegment[] {
  return pathTexts(path).map((text) => {
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(text) ?? [];
    if (name === undefined) return { kind: 'literal', text };
    return { kind: greedy === '+' ? 'proxy' : 'parameter', name };
  });
}

/** The values of a route's parameters in a path that selects it, by name. Nothing is decoded. */
export function parametersOf(segments: readonly PathSegment[], texts: PathTexts): Readonly<Record<string, string>> {
  const parameters = segments.flatMap((segment, index) => {
    if (segment.kind === 'literal') return [];
    const text = segment.kind === 'proxy' ? texts.slice(index).join('/') : texts[index];
    return [[segment.name, text ?? '']];
  });
  return Object.fromEntries(parameters);
}
