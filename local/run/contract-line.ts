import type { LocalClient } from '../authorization-server.ts';

/** What `npm start -- --json` prints when ready: scripts stand on these names. */
export interface ContractLine {
  /** The API's address with the stage, without a slash at the end. */
  readonly api: string;
  readonly stage: string;
  readonly issuer: string;
  /** What the deployment calls the local issuer. */
  readonly alias: string;
  readonly tokenEndpoint: string;
  readonly clients: readonly LocalClient[];
  /** Address of DynamoDB. */
  readonly dynamodb: string;
  readonly table: string;
  readonly region: string;
  readonly resultTtlSeconds: number;
}
