import { Duration } from 'aws-cdk-lib';
import { type IGrantable, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { giveUpAge, sharedFlushDelay } from '../../lambda/flush/flush-timing.ts';
import type { SharedFlush } from '../../lambda/signal/signal-source.ts';
import type { RevocationFlusher } from '../flush/revocation-flusher.ts';
import { suppressRules } from '../nag-suppressions.ts';

export interface SharedFlushQueueProps {
  readonly flusher: RevocationFlusher;
  /** At most one flush in this time. */
  readonly every: Duration;
  readonly resultTtl: Duration;
  readonly authorizerTimeout: Duration;
}

/** The most that Lambda takes from a FIFO queue at once. */
const BATCH_SIZE = 10;

/**
 * The queue whose messages flush the result cache for all entries of the pace `shared`.
 *
 * It is a FIFO queue, because that takes one message for each period, whichever instance of the function sends it. Its delay ends when no
 * decision that was made without the period's entries is in flight. A message holds no data.
 */
export class SharedFlushQueue extends Construct {
  readonly queue: Queue;
  /** Seconds from a message to its flush. */
  readonly delay: number;
  /** What the receiver of signals is told. */
  readonly sharedFlush: SharedFlush;

  constructor(scope: Construct, id: string, { flusher, every, resultTtl, authorizerTimeout }: SharedFlushQueueProps) {
    super(scope, id);
    const { settled } = flusher.functions;
    this.delay = sharedFlushDelay(every.toSeconds(), authorizerTimeout.toSeconds());
    // Lambda rejects a mapping whose queue shows a message again before the function has ended.
    const visibility = settled.timeout?.toSeconds() ?? 0;
    const useful = giveUpAge(resultTtl.toSeconds(), authorizerTimeout.toSeconds());
    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      deliveryDelay: Duration.seconds(this.delay),
      visibilityTimeout: Duration.seconds(visibility),
      // Later, every decision that was made without the entries has left the cache anyway.
      retentionPeriod: Duration.seconds(Math.ceil(this.delay + visibility + useful)),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    suppressRules(this.queue, 'AwsSolutions::AwsSolutions-SQS3', 'Serverless::Serverless-SQSRedrivePolicy');
    this.sharedFlush = { queueUrl: this.queue.queueUrl, every: every.toSeconds() };
    this.flushBy(flusher);
  }

  /** Lets a function ask for a flush. */
  grantRequests(grantee: IGrantable): void {
    const statement = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** All of it stands here and not next to the function, whose stack may be one to which this stack refers. */
  private flushBy({ functions: { settled } }: RevocationFlusher): void {
    const policy = new Policy(this, 'Policy', {
      roles: settled.role === undefined ? [] : [settled.role],
      statements: [
        new PolicyStatement({
          actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          resources: [this.queue.queueArn],
        }),
      ],
    });
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: settled,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_SIZE,
    });
    // Lambda tries the role when the mapping is created.
    mapping.node.addDependency(policy);
    suppressRules(mapping, 'Serverless::Serverless-LambdaEventSourceMappingDestination');
  }
}
