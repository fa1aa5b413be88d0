import { Aspects, Stage as CdkStage, Token } from 'aws-cdk-lib';
import { CfnStage, type IRestApi } from 'aws-cdk-lib/aws-apigateway';
import { DeploymentError } from '../errors.ts';
import type { Throttle } from '../settings/values/throttle.ts';
import { apiBehind, apiOf } from '../template/api-identity.ts';

/**
 * Throttles POST at paths of an API, at each of its stages in this app. Stages may be defined later, so an aspect looks for them.
 *
 * The settings of one method replace those for all methods, so they repeat them, but for two: a response is never cached, and no body is
 * logged, because bodies hold tokens. A method with settings of its own keeps them.
 */
export function throttleMethods(api: IRestApi, paths: readonly string[], throttle: Throttle): void {
  const identity = apiBehind(api.restApiId, api);
  Aspects.of(CdkStage.of(api) ?? api.node.root).add({
    visit: (construct) => {
      if (construct instanceof CfnStage && apiOf(construct) === identity) addSettings(construct, paths, throttle);
    },
  });
}

function addSettings(stage: CfnStage, paths: readonly string[], throttle: Throttle): void {
  const present = settingsOf(stage);
  const ofAll = present.find(({ httpMethod, resourcePath }) => httpMethod === '*' && resourcePath === '/*');
  const added = paths.map((path) => ({
    ...ofAll,
    httpMethod: 'POST',
    resourcePath: encoded(path),
    throttlingRateLimit: throttle.rate,
    throttlingBurstLimit: throttle.burst,
    cachingEnabled: false,
    dataTraceEnabled: false,
  }));
  const isNew = ({ resourcePath }: CfnStage.MethodSettingProperty) =>
    !present.some((other) => other.httpMethod === 'POST' && other.resourcePath === resourcePath);
  stage.methodSettings = [...present, ...added.filter(isNew)];
}

function settingsOf({ methodSettings = [], node }: CfnStage): readonly CfnStage.MethodSettingProperty[] {
  const isReadable = Array.isArray(methodSettings) && !methodSettings.some((setting) => Token.isUnresolved(setting));
  if (isReadable) return methodSettings as CfnStage.MethodSettingProperty[];
  throw new DeploymentError(
    `The stage ${node.path} has method settings that synth cannot read: write them as a list of objects, to which the throttle of ` +
      'the signals is added.',
  );
}

/** API Gateway's REST API reference, `patchOperations` of a stage: slashes within the path are written as `~1`. */
function encoded(path: string): string {
  return `/${path.replaceAll('/', '~1')}`;
}
