import {
  AccessLogField,
  AccessLogFormat,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
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
