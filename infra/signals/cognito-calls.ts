import { Duration, Stack } from 'aws-cdk-lib';
import { type CfnRule, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Function as CdkFunction, EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { COGNITO_CALLS } from '../../lambda/signal/cognito-event.ts';
import { DeploymentError } from '../errors.ts';
import { suppressRules } from '../nag-suppressions.ts';
import { type SignalSources, sourcesOf } from '../senders/resolved-sources.ts';
import { shown } from '../settings/values/shown-value.ts';
import { isKnownLater } from '../settings/values/validators.ts';

export interface CognitoCallsProps {
  /** The function that receives signals. Its timeout is known. */
  readonly receiver: CdkFunction;
  /** The sources of signals, checked. Those of other kinds are ignored. */
  readonly sources: SignalSources;
}

/**
 * How often Lambda is given a call before it is put among the dead letters, which is as often as SQS allows. With the visibility timeout
 * it is more than a day.
 */
const MAX_RECEIVES = 1000;

/** The least time until a call that failed is tried again. AWS recommends six times the timeout of the function. */
const MIN_VISIBILITY = Duration.minutes(2);

const QUEUE: QueueProps = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};

/**
 * The way of Cognito's API calls to the receiver of signals: CloudTrail, EventBridge, a queue, Lambda. A call that cannot be applied
 * comes again for more than a day, then stands among the dead letters for the rest of 14 days, and an alarm rings.
 */
export class CognitoCalls extends Construct {
  /** The calls that wait. */
  readonly queue: Queue;
  /** The calls that failed for too long, and events that EventBridge could not put into the queue. */
  readonly deadLetters: Queue;
  /** How Lambda reads the queue. */
  readonly mapping: EventSourceMapping;

  /**
   * @throws DeploymentError for a pool of another Region than the stack's
   * @internal
   */
  constructor(scope: Construct, id: string, { receiver, sources }: CognitoCallsProps) {
    super(scope, id);
    const pools = sourcesOf(sources, 'cognito');
    for (const [name, { userPoolId }] of pools) this.rejectOtherRegion(name, userPoolId);
    this.deadLetters = new Queue(this, 'DeadLetters', QUEUE);
    suppressRules(this.deadLetters, 'Serverless::Serverless-SQSRedrivePolicy');
    this.queue = new Queue(this, 'Queue', {
      ...QUEUE,
      visibilityTimeout: visibilityFor(receiver),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    this.createRule(pools.map(([, { userPoolId }]) => userPoolId));
    this.mapping = this.readBy(receiver);
  }

  /** CloudTrail gives the events of a Region to that Region's EventBridge only. */
  private rejectOtherRegion(name: string, userPoolId: string): void {
    const { region } = Stack.of(this);
    const [poolRegion] = userPoolId.split('_');
    if (isKnownLater(userPoolId) || isKnownLater(region) || poolRegion === region) return;
    throw new DeploymentError(
      `signals.${name}.userPoolId is ${shown(userPoolId)}: deploy to ${poolRegion}, because CloudTrail reports calls in the Region of the ` +
        `pool, and this stack stands in ${region}.`,
    );
  }

  /**
   * A call that a user made with an access token names no pool, so calls without one match too. The receiver takes `sub`s only of its
   * own pools: those of others name nobody.
   */
  private createRule(poolIds: readonly string[]): void {
    const rule = new Rule(this, 'Rule', {
      description: "Calls of Cognito's API after which access tokens are revoked",
      eventPattern: {
        source: ['aws.cognito-idp'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['cognito-idp.amazonaws.com'],
          eventName: Object.keys(COGNITO_CALLS),
          requestParameters: { userPoolId: [...poolIds, { exists: false }] },
          // Calls that failed say nothing. CloudTrail writes an empty code for some that succeeded.
          errorCode: [{ exists: false }, ''],
        },
      },
    });
    // Otherwise EventBridge leaves out records that CloudTrail calls reads, as it does those of Cognito's sign-in pages.
    (rule.node.defaultChild as CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
    rule.addTarget(new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters }));
  }

  private readBy(receiver: CdkFunction): EventSourceMapping {
    this.queue.grantConsumeMessages(receiver);
    const mapping = receiver.addEventSourceMapping('CognitoCalls', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
    // Lambda tries the role when the mapping is created, so the role's policy must exist by then.
    if (receiver.role !== undefined) mapping.node.addDependency(receiver.role);
    suppressRules(mapping, 'Serverless::Serverless-LambdaEventSourceMappingDestination');
    return mapping;
  }
}

/** AWS Lambda developer guide, "Configuring a queue to use with Lambda". */
function visibilityFor({ timeout }: CdkFunction): Duration {
  const recommended = 6 * (timeout?.toSeconds() ?? 0);
  return Duration.seconds(Math.max(recommended, MIN_VISIBILITY.toSeconds()));
}
