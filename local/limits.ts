/** Something that a deployment has and the local run does not. */
export interface Limit {
  /** What it is, in the plural. */
  readonly what: string;
  /** What happens instead. */
  readonly here: string;
  /** Whether each subject has a line of its own. @default one line names the first subjects */
  readonly each?: boolean;
}

/** How many subjects a line names. */
const MAX_NAMED = 5;

/**
 * What of a template does not run here. None of it stops the run. `docs/own-api.md` lists the same, each with the source of the difference.
 */
export const LIMITS = {
  api: { what: 'APIs without a route behind the authorizer', here: 'they are not served' },
  websocket: { what: 'WebSocket APIs', here: 'they are not served' },
  stage: { what: 'APIs without a stage', here: 'they have no address' },
  document: {
    what: 'OpenAPI documents that stand elsewhere than in the template',
    here: 'their routes are not served',
  },
  route: { what: 'routes', here: 'a request for it is answered with 501', each: true },
  function: { what: 'functions', here: 'a request that needs it is answered with 501', each: true },
  layer: { what: 'layers', here: 'modules in them are not found' },
  'event-source': { what: 'event sources', here: 'its function gets no events from it', each: true },
  'event-source-setting': { what: 'settings of event sources', here: 'they change nothing' },
  'api-key': { what: 'API keys and usage plans', here: 'requests need no key' },
  validation: { what: 'validation of requests', here: 'every request is passed on' },
  'resource-policy': { what: 'resource policies of APIs', here: 'they deny nothing' },
  'private-api': { what: 'private APIs', here: 'they are served on 127.0.0.1 like all others' },
  firewall: { what: 'web ACLs of AWS WAF', here: 'they block nothing' },
  throttling: { what: 'throttling', here: 'requests are not throttled' },
  cache: { what: 'caches of responses', here: 'every request reaches its backend' },
  canary: { what: 'canary releases', here: 'every request gets the stage itself' },
  domain: { what: 'custom domains', here: 'the APIs have local addresses' },
  binary: { what: 'binary media types', here: 'functions get every body as text' },
  'gateway-response': {
    what: 'gateway responses with other variables than $context',
    here: 'these stay as they are written',
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitKind = keyof typeof LIMITS;

/**
 * Is told what does not run.
 * @param subject - what has it: the name of a resource or of a route. Where each has a line, the reason follows in parentheses
 */
export type ReportLimit = (kind: LimitKind, subject: string) => void;

/** Collects what does not run, for one line for each kind. */
export interface LimitsReport {
  readonly report: ReportLimit;
  lines(): readonly string[];
}

export function limitsReport(): LimitsReport {
  const subjects = new Map<LimitKind, Set<string>>();
  return {
    report: (kind, subject) => {
      subjects.set(kind, (subjects.get(kind) ?? new Set()).add(subject));
    },
    lines: () => [...subjects].flatMap(([kind, named]) => linesOf(LIMITS[kind], [...named])),
  };
}

function linesOf({ what, here, each = false }: Limit, subjects: readonly string[]): readonly string[] {
  if (each) return subjects.map((subject) => `Not run here: ${subject}: ${here}.`);
  const named = subjects.slice(0, MAX_NAMED).join(', ');
  const more = subjects.length > MAX_NAMED ? ` and ${subjects.length - MAX_NAMED} more` : '';
  return [`Not run here: ${what} (${named}${more}): ${here}.`];
}
