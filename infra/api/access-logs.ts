import {
  AccessLogField,
  AccessLogFormat,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination as HttpLogDestination, type IAccessLogSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { logGroupProps } from '../functions/lambda-function.ts';

/**
 * One JSON line for each request. It has no principal, no raw path and no header, so that no claim value gets into a log. Every value is
 * a string, because API Gateway writes `-` for an unknown one, which would not parse as a number.
 */
const ACCESS_LOG_LINE = {
  requestId: AccessLogField.contextRequestId(),
  requestTime: AccessLogField.contextRequestTime(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  httpMethod: AccessLogField.contextHttpMethod(),
  resourcePath: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  responseType: AccessLogField.contextErrorResponseType(),
  responseLatency: AccessLogField.contextResponseLatency(),
  authorizerStatus: AccessLogField.contextAuthorizerStatus(),
  authorizerIntegrationStatus: AccessLogField.contextAuthorizerIntegrationStatus(),
  authorizerLatency: AccessLogField.contextAuthorizerLatency(),
  authorizerError: AccessLogField.contextAuthorizerError(),
  authorizeStatus: AccessLogField.contextAuthorizeStatus(),
  traceId: AccessLogField.contextXrayTraceId(),
};

/**
 * The same for HTTP APIs, which know less of their authorizer. It has the status of the integration and not its error, which repeats
 * what the backend throws; what the authorizer throws is ours.
 */
const HTTP_ACCESS_LOG_LINE = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  httpMethod: '$context.httpMethod',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseType: '$context.error.responseType',
  responseLatency: '$context.responseLatency',
  authorizerError: '$context.authorizer.error',
  // The status of Lambda's answer to API Gateway, then the backend's own.
  lambdaStatus: '$context.integration.integrationStatus',
  integrationStatus: '$context.integration.status',
  integrationLatency: '$context.integration.latency',
};

export function createAccessLogs(scope: Construct, encryptionKey: IKey | undefined): LogGroup {
  return new LogGroup(scope, 'AccessLogs', logGroupProps(encryptionKey));
}

/** Access logs for every request, and execution logs for errors only: at INFO they contain the authorizer's whole answer. */
export function loggingOptions(accessLogs: LogGroup): StageOptions {
  return {
    accessLogDestination: new LogGroupLogDestination(accessLogs),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_LINE)),
    loggingLevel: MethodLoggingLevel.ERROR,
    dataTraceEnabled: false,
  };
}

/** Access logs for every request of an HTTP API's stage. */
export function httpLoggingOptions(accessLogs: LogGroup): { readonly accessLogSettings: IAccessLogSettings } {
  const format = AccessLogFormat.custom(JSON.stringify(HTTP_ACCESS_LOG_LINE));
  return { accessLogSettings: { destination: new HttpLogDestination(accessLogs), format } };
}
