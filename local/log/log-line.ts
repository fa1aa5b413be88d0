import { printable } from '../../ops/cli/terminal-text.ts';
import type { Tone } from '../../ops/cli/tone.ts';
import { isObject, type JsonObject } from '../cloudformation/template.ts';
import { jsonOrUndefined } from './json-text.ts';
import type {
  AppEvent,
  DecisionEvent,
  EntryEvent,
  FlushEvent,
  FunctionEvent,
  RequestEvent,
  RunEvent,
} from './run-event.ts';
import { withoutTokens } from './withheld-token.ts';

/** The forms of the log: `json` has one object a line, also those that functions write. */
export const LOG_FORMS = ['text', 'json', 'none'] as const;

export type LogForm = (typeof LOG_FORMS)[number];

/** Writes an event as one line. undefined: none is wanted. */
export type LogLine = (event: RunEvent) => string | undefined;

/** @param paint - writes a text in a colour, where the output takes colours */
export function logLines(form: LogForm, paint: (text: string, tone: Tone) => string): LogLine {
  if (form === 'none') return () => undefined;
  if (form === 'json') return jsonLine;
  return (event) => `${timeOf(event)} ${textOf(event, paint)}`;
}

/**
 * An event as one line of JSON without a token in it, with `at` in ISO 8601. A function's object is written again, because its escapes may
 * hide a token and its white space may be unprintable.
 */
export function jsonLine(event: RunEvent): string {
  const written = event.event === 'function' ? jsonOrUndefined(event.line) : undefined;
  const members = isObject(written) ? written : { ...event, at: new Date(event.at).toISOString() };
  return showable(JSON.stringify(members));
}

/** A path, and a function of the team, may hold anything. */
function showable(text: string): string {
  return withoutTokens(printable(text));
}

/** The time of day in UTC, as in the operator's tool. */
function timeOf({ at }: RunEvent): string {
  return new Date(at).toISOString().slice(11);
}

function textOf(event: RunEvent, paint: (text: string, tone: Tone) => string): string {
  if (event.event === 'function') return showable(functionText(event));
  if (event.event === 'entry') return showable(entryText(event));
  if (event.event === 'app') return showable(appText(event));
  if ('stage' in event) return flushText(event);
  const { method, path, status, milliseconds } = event;
  return `${showable(`${method} ${path}`)} ${paint(String(status), toneOf(status))} ${decisionText(event)}${milliseconds} ms`;
}

function toneOf(status: number): Tone {
  if (status < 400) return 'good';
  return status < 500 ? 'doubtful' : 'bad';
}

function decisionText({ event, responseType }: RequestEvent | DecisionEvent): string {
  const response = responseType?.toLowerCase().replaceAll('_', ' ');
  return [response, SOURCES[event]]
    .filter((part) => part !== undefined)
    .map((part) => `${part}, `)
    .join('');
}

const SOURCES = { request: undefined, cached: 'cached', decision: 'asked the authorizer' } as const;

function entryText({ change, level, issuer }: EntryEvent): string {
  return `entry ${change}, level ${level}${issuer === '' ? '' : `, issuer ${issuer}`}`;
}

function appText({ changes }: AppEvent): string {
  return ['The app was synthesized again.', ...changes].join(' ');
}

function flushText({ event, apiId, stage, function: by }: FlushEvent): string {
  return `${event}, stage ${stage} of ${apiId}${by === '' ? '' : `, by ${shortName(by)}`}`;
}

/** Members that a log line of ours repeats for CloudWatch: the function's name, metrics, and their dimensions. */
function metricNamesIn({ _aws }: JsonObject): ReadonlySet<string> {
  const directives =
    isObject(_aws) && Array.isArray(_aws.CloudWatchMetrics) ? _aws.CloudWatchMetrics.filter(isObject) : [];
  const names = directives.flatMap(({ Metrics, Dimensions }) => [
    ...(Array.isArray(Metrics) ? Metrics.filter(isObject).map(({ Name }) => Name) : []),
    ...(Array.isArray(Dimensions) ? Dimensions.flat() : []),
  ]);
  return new Set(['_aws', ...names.filter((name) => typeof name === 'string')]);
}

function functionText({ name, line }: FunctionEvent): string {
  const short = shortName(name);
  const parsed = jsonOrUndefined(line);
  if (!isObject(parsed) || typeof parsed.event !== 'string') return `${short}: ${line}`;
  const left = metricNamesIn(parsed);
  const members = Object.entries(parsed).filter(([member]) => member !== 'event' && !left.has(member));
  const said = members.map(
    ([member, value]) => `${member} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${short}: ${[parsed.event, ...said].join(', ')}`;
}

/** CDK ends a logical id with eight hexadecimal digits. */
function shortName(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
