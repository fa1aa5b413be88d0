import type { AttributeValue, ScanCommandInput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { FlusherConfiguration } from '../configuration/environment.ts';
import type { FindingKind } from '../revocation/entry-finding.ts';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';
import { inspectTarget } from '../revocation/target-inspection.ts';
import type { ReportFlushEvent } from './flush-log.ts';

/** Ten pages of a megabyte have some hundred thousand targets. A renamed alias shows in the first page. */
const MAX_PAGES = 10;

/** What a deployment makes of entries that it stops reading. */
const UNREAD: readonly FindingKind[] = ['unknown-alias', 'level-not-read', 'unknown-claim'];

export interface StandingEntriesParts {
  readonly configuration: Pick<
    FlusherConfiguration,
    'issuers' | 'revocationLevels' | 'revocationClaims' | 'revocationTable'
  >;
  readonly scan: (input: ScanCommandInput) => Promise<Pick<ScanCommandOutput, 'Items' | 'LastEvaluatedKey'>>;
  readonly report: ReportFlushEvent;
}

/**
 * Looks for entries that a deployment has made useless, by another alias for their issuer or by no longer reading a level.
 * They were sound when they were written, so nothing else reports that their tokens are admitted again.
 */
export async function inspectStandingEntries(parts: StandingEntriesParts): Promise<void> {
  let inspected = 0;
  let unread = 0;
  let after: ScanCommandInput['ExclusiveStartKey'];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { Items = [], LastEvaluatedKey } = await parts.scan(requestFor(parts.configuration.revocationTable, after));
    inspected += Items.length;
    unread += Items.filter((item) => isUnread(item, parts)).length;
    after = LastEvaluatedKey;
    if (after === undefined) break;
  }
  if (unread > 0) parts.report({ event: 'entries-unread', entries: unread, inspected, all: after === undefined });
}

function isUnread(
  { target }: Readonly<Record<string, AttributeValue>>,
  { configuration }: StandingEntriesParts,
): boolean {
  const finding = inspectTarget(target?.S, { ...configuration, now: 0 });
  return finding !== undefined && UNREAD.includes(finding.kind);
}

function requestFor(table: string, after: ScanCommandInput['ExclusiveStartKey']): ScanCommandInput {
  return {
    TableName: table,
    ProjectionExpression: '#target',
    ExpressionAttributeNames: { '#target': ENTRY_ATTRIBUTES.target },
    ...(after !== undefined && { ExclusiveStartKey: after }),
  };
}
