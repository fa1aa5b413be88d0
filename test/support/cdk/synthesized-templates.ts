import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { type AppTemplate, readAppTemplates } from '../../../ops/init/app-templates.ts';
import { newApp } from './test-app.ts';

/** What `npx cdk synth` tells the app to write into templates, besides the feature flags. */
const CLI_CONTEXT = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/** The templates of an app, as the operator's program reads them. */
export function synthesizedTemplates(define: (app: App) => void): Promise<readonly AppTemplate[]> {
  return readAppTemplates(synthesizedFiles(define));
}

/** The paths of the templates of an app. */
export function synthesizedFiles(define: (app: App) => void): readonly string[] {
  const app = newApp(CLI_CONTEXT);
  define(app);
  const { directory } = app.synth();
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => join(directory, name))
    .toSorted();
}
