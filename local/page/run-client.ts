import type { FedEvent } from '../log/run-event-feed.ts';
import type { CommandAnswer, PageFacts, TokenResponse } from '../page-server/page-messages.ts';

/** The page's own server said no. `message` is its sentence. */
export class RunError extends Error {}

export async function pageFacts(): Promise<PageFacts> {
  return (await answered(await fetch('/facts'))) as PageFacts;
}

/** A token by client credentials. A page must not hold a client's secret, so that its server gets the token. */
export async function machineToken(client: string, signal?: AbortSignal): Promise<TokenResponse> {
  return (await asked('/machine-token', { client }, signal)) as TokenResponse;
}

export interface EntryChoice {
  readonly level: string;
  readonly value: string;
  /** The alias of the issuer. */
  readonly issuer: string;
}

export async function revoke(choice: EntryChoice, flush: boolean): Promise<CommandAnswer> {
  return (await asked('/revocations', { ...wordsOf(choice), flush })) as CommandAnswer;
}

export async function restore(choice: EntryChoice): Promise<CommandAnswer> {
  return (await asked('/restorations', wordsOf(choice))) as CommandAnswer;
}

function wordsOf({ level, value, issuer }: EntryChoice) {
  return { level, value, issuer };
}

async function asked(path: string, content: object, signal?: AbortSignal): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  return answered(
    await fetch(path, { method: 'POST', headers, body: JSON.stringify(content), ...(signal && { signal }) }),
  );
}

async function answered(response: Response): Promise<unknown> {
  const content: unknown = await response.json();
  if (response.ok) return content;
  throw new RunError(String(Object(content).error));
}

/** Listens to the run's events: first to those that the run has kept. The browser connects again by itself. */
export function listen(listener: (fed: FedEvent) => void, connected: (isConnected: boolean) => void): void {
  const source = new EventSource('/events');
  source.onmessage = ({ lastEventId, data }: MessageEvent<string>) =>
    listener({ id: Number(lastEventId), event: eventIn(data) });
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
}

/** The log writes instants for people (ISO 8601); the page computes with milliseconds since the epoch. */
function eventIn(line: string): FedEvent['event'] {
  const { at, ...rest } = JSON.parse(line) as { readonly at: string };
  return { at: Date.parse(at), ...rest } as FedEvent['event'];
}
