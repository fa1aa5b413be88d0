import { App, type CfnElement, NestedStack, Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { createApiAlarms } from '../../../infra/alarms/alarms.ts';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { apiStackOf, issuer, newApp, soundDeployment } from '../../support/cdk/test-app.ts';

const settings = { issuers: { main: issuer }, routes: soundDeployment.routes };

/** The names of all alarms below a construct, as CloudFormation completes them. `<Nested>` is the name of a nested stack. */
function alarmNamesIn(root: Construct): readonly string[] {
  return root.node.findAll().flatMap((construct) => {
    if (!(construct instanceof Alarm)) return [];
    const stack = Stack.of(construct);
    const { alarmName } = construct.node.defaultChild as CfnElement & { readonly alarmName: unknown };
    const {
      'Fn::Join': [separator, parts],
    } = stack.resolve(alarmName) as { 'Fn::Join': [string, unknown[]] };
    const stackName = stack.nestedStackParent === undefined ? stack.stackName : `<${stack.node.id}>`;
    return [parts.map((part) => (typeof part === 'string' ? part : nameBy(part, stackName))).join(separator)];
  });
}

function nameBy(part: unknown, stackName: string): string {
  expect(part).toEqual({ Ref: 'AWS::StackName' });
  return stackName;
}

describe('the name of an alarm', () => {
  it('is the name of the stack and the path of the alarm in it', () => {
    const names = alarmNamesIn(apiStackOf(soundDeployment));
    expect(names).toHaveLength(24);
    expect(names).toEqual(
      expect.arrayContaining([
        'bearer-authorizer/ApiServerErrors',
        'bearer-authorizer/Authorizer/DecisionsFail',
        'bearer-authorizer/Authorizer/KeySetStale-main',
        'bearer-authorizer/Authorizer/Flusher/BreakGlassEntries',
      ]),
    );
  });

  it('occurs once, wherever a team uses the construct: in stacks, in nested stacks, twice in a stack', () => {
    const app = newApp();
    const nested = new NestedStack(new Stack(app, 'a'), 'b');
    const scopes = [app.node.findChild('a') as Stack, nested, new Stack(app, 'a-b'), new Stack(app, 'b')];
    for (const scope of scopes) {
      new BearerAuthorizer(scope, 'c', settings);
      new BearerAuthorizer(scope, 'b-c', settings);
      const { deploymentStage } = new RestApi(scope, 'Api');
      createApiAlarms(scope, deploymentStage);
      createApiAlarms(new Construct(scope, 'c-d'), deploymentStage);
    }
    const names = alarmNamesIn(app);
    expect(names).toHaveLength(4 * (2 * 23 + 2));
    expect(new Set(names).size).toBe(names.length);
  });

  it('has at most the 255 characters that CloudWatch takes, under the longest name of a stack, and still occurs once', () => {
    const stack = new Stack(new App(), 's'.repeat(128));
    const long = new Construct(stack, 'x'.repeat(100));
    for (const id of ['one', 'two']) new BearerAuthorizer(new Construct(long, id), 'y'.repeat(120), settings);
    const names = alarmNamesIn(stack);
    expect(Math.max(...names.map(({ length }) => length))).toBe(255);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.endsWith('/Flusher/BreakGlassEntries'))).toHaveLength(2);
  });
});
