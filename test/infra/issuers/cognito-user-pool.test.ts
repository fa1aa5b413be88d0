import { Fn } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { CognitoUserPool } from '../../../infra/issuers/cognito-user-pool.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { apiStackOf, newStack, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';

let template: Template;
beforeAll(() => {
  const stack = apiStackOf({ ...soundDeployment, issuers: {}, corsOrigins: ['https://app.example.com'] });
  template = templateOf(stack);
});

function scopesNamedBy(scopes: readonly string[]): readonly string[] {
  const stack = newStack();
  new CognitoUserPool(stack, 'Issuer', {
    routes: [{ method: 'GET', path: '/a', scopes }],
    callbackUrls: ['https://a.example/'],
    logoutUrls: ['https://a.example/'],
  });
  const servers = Object.values(templateOf(stack).findResources('AWS::Cognito::UserPoolResourceServer'));
  return servers
    .flatMap(({ Properties }) => Properties.Scopes as { ScopeName: string }[])
    .map((scope) => scope.ScopeName);
}

describe('a deployment without issuers gets a Cognito user pool', () => {
  it('to which only administrators add users, that asks for long passwords and a second factor, and that outlives the stack', () => {
    template.hasResource('AWS::Cognito::UserPool', {
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        Policies: {
          PasswordPolicy: Match.objectLike({ MinimumLength: 12, RequireSymbols: true, RequireNumbers: true }),
        },
        DeletionProtection: 'ACTIVE',
      },
      DeletionPolicy: 'Retain',
    });
  });

  it("whose resource server knows the routes' scopes", () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Identifier: 'api',
      Scopes: [{ ScopeName: 'orders:read', ScopeDescription: 'orders:read' }],
    });
  });

  it('with a machine client that has a secret and client credentials', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      AccessTokenValidity: 60,
    });
  });

  it('with a public client that has no secret, signs in by code, and returns to the pages that may read responses', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      CallbackURLs: ['https://app.example.com/'],
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  it('that the authorizer trusts as main, for these two clients and access tokens only', () => {
    const variables = JSON.stringify(
      Object.values(template.findResources('AWS::Lambda::Function')).map(
        ({ Properties }) => Properties.Environment?.Variables?.ISSUERS,
      ),
    );
    expect(variables).toContain('\\"alias\\":\\"main\\",\\"issuer\\":\\"",{"Fn::GetAtt":["IssuerPool');
    expect(variables).toContain('\\"token_use\\":\\"access\\"');
    expect(variables).toContain('\\"scopePrefix\\":\\"api/\\"');
    expect(variables.match(/\{"Ref":"IssuerPool(Machine|Public)Client/g)).toHaveLength(2);
  });

  it('and outputs that say where to get a token', () => {
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['TokenEndpoint', 'UserPoolId', 'MachineClientId', 'PublicClientId']),
    );
    expect(JSON.stringify(template.findOutputs('TokenEndpoint'))).toContain('.amazoncognito.com/oauth2/token');
  });
});

describe('the addresses of sign-in and sign-out', () => {
  const pool = (options: Partial<Deployment>) =>
    templateOf(apiStackOf({ ...soundDeployment, issuers: {}, ...options }));
  const app = 'com.acme.orders://signed-in';

  it('are those of the deployment, whichever pages may read responses', () => {
    const callbackUrls = ['https://app.example.com/signed-in?from=cognito', 'http://localhost:5173/', app];
    pool({ callbackUrls, logoutUrls: [app], corsOrigins: ['https://a.example'] }).hasResourceProperties(
      'AWS::Cognito::UserPoolClient',
      { AllowedOAuthFlows: ['code'], CallbackURLs: callbackUrls, LogoutURLs: [app] },
    );
  });

  it('are the same unless the deployment says otherwise, and by default those of a page on a laptop', () => {
    const [ofApp, ofLaptop] = [pool({ callbackUrls: [app] }), pool({})];
    ofApp.hasResourceProperties('AWS::Cognito::UserPoolClient', { CallbackURLs: [app], LogoutURLs: [app] });
    const laptop = ['http://localhost:3000/'];
    ofLaptop.hasResourceProperties('AWS::Cognito::UserPoolClient', { CallbackURLs: laptop, LogoutURLs: laptop });
  });

  it('may be known at deployment only', () => {
    const callbackUrls = [Fn.importValue('PageUrl')];
    pool({ callbackUrls }).hasResourceProperties('AWS::Cognito::UserPoolClient', {
      CallbackURLs: [{ 'Fn::ImportValue': 'PageUrl' }],
    });
  });

  const FIX =
    'write addresses such as https://app.example.com/signed-in, com.example.app://signed-in or http://localhost:3000/, in at most ' +
    '1024 characters, without # and without spaces';

  it.each([
    'http://app.example.com/',
    'http://localhost.example/',
    'http://127.0.0.1:3000/',
    'https://app.example.com/#signed-in',
    'https://app.example.com/#',
    'https://app example.com/',
    'app.example.com',
    '/signed-in',
    'https:app.example.com',
    'https://',
    'javascript://app.example.com/%0aalert(1)',
    'data://text/html,x',
    `https://app.example.com/${'a'.repeat(1001)}`,
    '',
    7,
  ])('are rejected in one sentence where Cognito would not take them: %s', (url) => {
    for (const name of ['callbackUrls', 'logoutUrls']) {
      expect(() => pool({ [name]: [url] })).toThrow(new RegExp(`^${name} is .*: ${FIX}\\.$`));
    }
  });

  it('are at least one and at most as many as Cognito takes', () => {
    const many = Array.from({ length: 101 }, (_, index) => `https://app${index}.example.com/`);
    expect(() => pool({ callbackUrls: many.slice(0, 100) })).not.toThrow();
    expect(() => pool({ callbackUrls: many })).toThrow(/: list at most 100, as many as Cognito takes\.$/);
    expect(() => pool({ callbackUrls: [] })).toThrow('callbackUrls is []: name at least 1.');
  });

  it.each(['callbackUrls', 'logoutUrls'])(
    'are rejected with issuers of the team, which would not read them: %s',
    (name) => {
      expect(() => apiStackOf({ ...soundDeployment, [name]: [app] })).toThrow(
        `${name} is ["${app}"]: leave it out, because the stack makes a user pool only where issuers is {}; the issuers named there ` +
          'have their own list.',
      );
    },
  );
});

describe('the scopes of the Cognito resource server', () => {
  it('are those of the routes, each once', () => {
    expect(scopesNamedBy(['a', 'b', 'a'])).toEqual(['a', 'b']);
  });

  it('are never empty, or the machine client could not request a token', () => {
    expect(scopesNamedBy([])).toEqual(['access']);
  });

  it('may not contain the slash that Cognito writes after the resource server', () => {
    expect(() => scopesNamedBy(['orders/read'])).toThrow('routes ask for the scope "orders/read": leave out the slash');
  });

  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `scope-${index}`);

  it('may be 49: with the openid of the public client they are 50, as many as an app client can have', () => {
    expect(scopesNamedBy(numbered(49))).toHaveLength(49);
  });

  it.each([50, 51, 101])('may not be %i: the error has the number and says what to do', (count) => {
    expect(() => scopesNamedBy(numbered(count))).toThrow(
      `routes ask for ${count} scopes: name an issuer of your own, or ask for at most 49, since an app client of Cognito ` +
        'takes 50 and the public one also needs openid.',
    );
  });

  it('may not be longer than Cognito accepts', () => {
    expect(() => scopesNamedBy(['x'.repeat(257)])).toThrow(
      /^routes ask for the scope "x+… of 257 characters: shorten it, /,
    );
  });
});
