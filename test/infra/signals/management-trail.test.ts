import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ManagementTrail } from '../../../infra/signals/management-trail.ts';
import { newApp } from '../../support/cdk/test-app.ts';

function trailOf() {
  const stack = new Stack(newApp(), 'team');
  new ManagementTrail(stack, 'ManagementTrail');
  return Template.fromStack(stack);
}

describe('the trail of management events', () => {
  it('records the calls that change something, but for the two sources that a trail can leave out', () => {
    trailOf().hasResourceProperties('AWS::CloudTrail::Trail', {
      IsLogging: true,
      IsMultiRegionTrail: false,
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Management'] },
            { Field: 'readOnly', Equals: ['false'] },
            { Field: 'eventSource', NotEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
          ],
        },
      ],
    });
  });

  it('keeps its files for 90 days, once each', () => {
    const template = trailOf();
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90, Status: 'Enabled' }] },
    });
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(bucket?.Properties).not.toHaveProperty('VersioningConfiguration');
    expect(bucket).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  it('has a bucket of which only trails of this account write, after its policy exists', () => {
    const template = trailOf();
    const policies = Object.entries(template.findResources('AWS::S3::BucketPolicy'));
    const [trail] = Object.values(template.findResources('AWS::CloudTrail::Trail'));
    expect(trail?.DependsOn).toEqual(policies.map(([id]) => id));
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:PutObject',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Condition: Match.objectLike({ ArnLike: { 'aws:SourceArn': Match.anyValue() } }),
          }),
        ]),
      },
    });
  });

  it('needs no key whose policy would have to let CloudTrail use it', () => {
    const [trail] = Object.values(trailOf().findResources('AWS::CloudTrail::Trail'));
    expect(trail?.Properties).not.toHaveProperty('KMSKeyId');
  });
});
