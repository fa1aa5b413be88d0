import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import { deployment } from '../../../infra/deployment.ts';
import { newApp } from '../../support/cdk/test-app.ts';

describe('a second synth of an app', () => {
  it('writes the same template: each stage is flushed once, and each deployment keeps its id', () => {
    const app = newApp();
    const { artifactId } = new ApiStack(app, 'Api', { deployment });
    const first: unknown = app.synth().getStackArtifact(artifactId).template;
    const second: unknown = app.synth({ force: true }).getStackArtifact(artifactId).template;
    expect(second).toEqual(first);
  });
});
