import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib/aws-apigateway';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { SignalsConfiguration } from '../../lambda/configuration/signals-environment.ts';
import type { SignalEndpoint } from '../../lambda/signal/signal-request.ts';
import { createSignalAlarms } from '../alarms/signal-alarms.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { type ResolvingContext, type SignalSources, sourcesOf } from '../senders/resolved-sources.ts';
import { checkSources, strangersWarning, unflushedWarning } from '../senders/signal-check.ts';
import { SIGNAL_OPTIONS, type SignalOptions } from '../settings/signal-options.ts';
import type { SignalSource } from '../settings/signal-schema.ts';
import { checkFields, type ValidatorsOf } from '../settings/values/validators.ts';
import { CognitoCalls } from './cognito-calls.ts';
import { throttleRoutes } from './http-route-throttle.ts';
import { type AnyHttpApi, addHttpSignalRoutes, httpAddressesOf } from './http-signal-routes.ts';
import { ManagementTrail } from './management-trail.ts';
import { SharedFlushQueue } from './shared-flush-queue.ts';
import { endpointsFor } from './signal-endpoints.ts';
import { grantEntries, grantKeys, grantRecords } from './signal-grants.ts';
import { createSignalReaders } from './signal-readers.ts';
import { addressesOf, addSignalRoutes, type SignalRoutes } from './signal-routes.ts';
import { SignalTable } from './signal-table.ts';
import { signalsConfigurationOf, silencesOf } from './signals-configuration.ts';
import { SignalsFunction } from './signals-function.ts';
import { throttleMethods } from './stage-throttle.ts';

/** The properties of {@link RevocationSignals}. */
export interface RevocationSignalsProps extends SignalOptions {
  /** The authorizer whose tokens signals revoke. */
  readonly authorizer: BearerAuthorizer;
  /** The sources of signals by name (`^[a-z0-9-]{1,16}$`), each made by a preset. Entries, logs and metrics name a source by it. */
  readonly sources: Readonly<Record<string, SignalSource>>;
}

const PROPS: ValidatorsOf<RevocationSignalsProps> = {
  ...SIGNAL_OPTIONS,
  authorizer: () => undefined,
  sources: () => undefined,
};

const DEFAULT_FLUSH_EVERY = Duration.seconds(30);
const DEFAULT_THROTTLE = { rate: 50, burst: 100 };

/**
 * Revokes by itself: sign-outs, password changes and disabled accounts at the identity provider become revocation entries. One function
 * verifies the signals of the configured sources and writes the entries; `addRoutes` and
 * `addHttpRoutes` give it addresses, which anybody may call.
 *
 * It never stands in the way of a request: without it, tokens are verified as before.
 */
export class RevocationSignals extends Construct {
  /** The function that receives signals. */
  readonly function: LambdaFunction;
  /** Which signals were applied, and when each source was last heard. It goes with the stack: it holds no entry. */
  readonly table: Table;
  /** The IAM policy for people who read `table` (`revocations signals`), in addition to the authorizer's `policies.readers`. */
  readonly readers: ManagedPolicy;
  /** The sources of signals, by name. */
  readonly sources: Readonly<Record<string, SignalSource>>;
  /** The alarms of the receiver and of its sources. They notify nobody until you add an action. */
  readonly alarms: readonly Alarm[];
  /** The last parts of the paths that `addRoutes` and `addHttpRoutes` add: those that the sources need. Empty for Cognito alone. */
  readonly endpoints: readonly SignalEndpoint[];
  /** The queues of Cognito's API calls. undefined: no source is a user pool. */
  readonly cognitoCalls: CognitoCalls | undefined;
  /** The trail that a user pool among the sources asks for. undefined: none does, because the account has one. */
  readonly managementTrail: ManagementTrail | undefined;
  private readonly configuration: SignalsConfiguration;
  /** What stands before the endpoints, from the stage of the first API on. */
  private path: string | undefined;
  private readonly throttle: NonNullable<SignalOptions['throttle']>;

  /** @throws DeploymentError: one sentence that names the setting and says what to write */
  constructor(scope: Construct, id: string, props: RevocationSignalsProps) {
    super(scope, id);
    checkFields('RevocationSignals', props, PROPS);
    const { authorizer, sources, throttle = DEFAULT_THROTTLE } = props;
    const flush = authorizer.flusher !== undefined;
    checkSources(sources, { ...authorizer.configuration, flush });
    this.warn(sources, { flush, issuers: authorizer.configuration.issuers });
    this.sources = sources;
    this.throttle = throttle;
    this.table = new SignalTable(this, 'Table', authorizer.encryptionKey);
    this.readers = createSignalReaders(this, 'Readers', this.table);
    const flushQueue = this.createFlushQueue(props);
    this.configuration = signalsConfigurationOf(sources, {
      authorizer: authorizer.configuration,
      signalTable: this.table.tableName,
      sharedFlush: flushQueue?.sharedFlush,
      flush,
    });
    this.endpoints = endpointsFor(this.configuration);
    this.function = this.createFunction(props);
    this.grantAccess(authorizer, flushQueue);
    this.cognitoCalls = this.createCognitoCalls(sources);
    this.managementTrail = this.createManagementTrail(sources);
    const { function: receiver, cognitoCalls } = this;
    this.alarms = createSignalAlarms(this, { receiver, sources, sharedFlush: flushQueue, cognitoCalls });
  }

  /**
   * Adds the endpoints that the sources need below a resource of an API: `POST …/revoke`, `…/backchannel-logout`, `…/events`,
   * `…/global-token-revocation`. Anybody may call them: the message proves who sent it. Each API may have them.
   *
   * @returns the addresses to register at the senders, by the last part of the path; empty for an API without a stage of its own
   * @throws DeploymentError for an API that is made of a document, and for a method that is there already
   */
  addRoutes(resource: IResource): Readonly<Partial<Record<SignalEndpoint, string>>> {
    if (this.endpoints.length === 0) return {};
    const paths = addSignalRoutes(resource, this.routes);
    this.path ??= resource.path === '/' ? '' : resource.path;
    throttleMethods(resource.api, Object.values(paths), this.throttle);
    return addressesOf(resource.api, paths);
  }

  /**
   * Adds the same endpoints to an HTTP API, below one of its paths. Preflights of `…/revoke` are answered by the CORS configuration of the
   * API, so synth warns of one that does not name the source's origins.
   *
   * @param path - such as `/signals`; `/` for the root
   * @returns the addresses to register at the senders, by the last part of the path; empty for an API without a default stage of its own
   * @throws DeploymentError for a path that is none, and for a route that is there already
   */
  addHttpRoutes(api: AnyHttpApi, path: string): Readonly<Partial<Record<SignalEndpoint, string>>> {
    if (this.endpoints.length === 0) return {};
    const { routes, paths } = addHttpSignalRoutes(api, path, this.routes);
    this.path ??= path === '/' ? '' : path;
    throttleRoutes(routes, this.throttle);
    return httpAddressesOf(api, paths);
  }

  /** The logical id of the function, whose metadata describes the sources to the operator's tool. */
  get logicalId(): string {
    return Lazy.string({ produce: () => Stack.of(this).getLogicalId(this.function.node.defaultChild as CfnFunction) });
  }

  private get routes(): SignalRoutes {
    const { endpoints, configuration, function: receiver } = this;
    const corsOrigins = configuration.tokenRevocation?.corsOrigins ?? [];
    return { endpoints, functionArn: receiver.functionArn, corsOrigins };
  }

  private createFunction({ authorizer, sources, reservedConcurrency }: RevocationSignalsProps): LambdaFunction {
    const { configuration, endpoints } = this;
    const path = Lazy.string({ produce: () => this.path });
    return new SignalsFunction(this, 'Function', {
      description: { configuration, endpoints, path, silentAfter: silencesOf(sources) },
      reservedConcurrency,
      encryptionKey: authorizer.encryptionKey,
    });
  }

  private grantAccess({ table, encryptionKey }: BearerAuthorizer, flushQueue: SharedFlushQueue | undefined): void {
    grantEntries(table, this.configuration, this.function);
    grantRecords(this.table, this.function);
    grantKeys([table.encryptionKey, encryptionKey], this.function);
    flushQueue?.grantRequests(this.function);
  }

  private createFlushQueue({
    authorizer,
    sources,
    flushEvery: every = DEFAULT_FLUSH_EVERY,
  }: RevocationSignalsProps): SharedFlushQueue | undefined {
    const { flusher, resultTtl, timeout: authorizerTimeout } = authorizer;
    const isShared = Object.values(sources).some(({ flush }) => flush === 'shared');
    if (flusher === undefined || !isShared) return undefined;
    return new SharedFlushQueue(this, 'SharedFlush', { flusher, every, resultTtl, authorizerTimeout });
  }

  private createCognitoCalls(sources: SignalSources): CognitoCalls | undefined {
    if (sourcesOf(sources, 'cognito').length === 0) return undefined;
    return new CognitoCalls(this, 'CognitoCalls', { receiver: this.function, sources });
  }

  private createManagementTrail(sources: SignalSources): ManagementTrail | undefined {
    if (sourcesOf(sources, 'cognito').every(([, { trail }]) => trail === 'exists')) return undefined;
    return new ManagementTrail(this, 'ManagementTrail');
  }

  private warn(sources: SignalSources, { flush, issuers }: ResolvingContext): void {
    const warnings = {
      'signals-without-flusher': unflushedWarning(sources, flush),
      'signals-of-strangers': strangersWarning(sources, issuers),
    };
    for (const [id, warning] of Object.entries(warnings)) {
      if (warning !== undefined) Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, warning);
    }
  }
}
