/** Type-checks and synthesizes apps with the oldest and the newest CDK, which must make the same templates. */
function oldestAndNewest(...apps: readonly string[]): string {
  return `
    for release in "aws-cdk-lib@$OLDEST_CDK constructs@$OLDEST_CONSTRUCTS" "aws-cdk-lib@2 constructs@10"; do
      folder=$(echo "$release" | tr -d ' @')
      mkdir "$folder" && cd "$folder"
      echo '{ "name": "orders", "private": true, "type": "commonjs" }' > package.json
      npm install "$TARBALL" $release @types/node@24 typescript
      mkdir src && cp ${apps.map((app) => `"$CODE/${app}.ts"`).join(' ')} src/
      npx tsc --noEmit --strict --skipLibCheck --module nodenext --target esnext --types node src/*.ts
      cp ${apps.map((app) => `"$CODE/${app}.js"`).join(' ')} "$CODE/orders.openapi.json" .
      for app in ${apps.join(' ')}; do
        CDK_OUTDIR="out-$app" npx --yes --package "node@$OLDEST_NODE" node "$app.js"
      done
      cd ..
    done
    for app in ${apps.join(' ')}; do
      node "$SAME_TEMPLATE" ./*/"out-$app"/*.template.json
    done`;
}

/**
 * The kinds of app that the package must work in, each as a script for `sh -eu` in an empty folder. `$TARBALL` is the package,
 * `$CDK` this repository's CDK CLI, and `$CODE` a folder with an app: as `cdk init` lays it out (`orders-stack`, `orders.test`), and
 * in one file (`orders`, `orders-from-openapi`, `orders-http-api`). Each `.ts` there has a `.js` in CommonJS next to it. From `$PORT` on,
 * ports are free.
 */
export const APP_KINDS: Readonly<Record<string, string>> = {
  'cdk init, JavaScript': `
    mkdir orders && cd orders
    $CDK init app --language javascript
    npm install "$TARBALL"
    cp "$CODE/orders-stack.js" lib/ && cp "$CODE/orders.test.js" test/
    npm test
    npx cdk synth --quiet
    npx bearer-authorizer routes --synth`,

  'cdk init, and the authorizer by init': `
    mkdir orders && cd orders
    $CDK init app --language typescript
    npm install "$TARBALL"
    npx bearer-authorizer init > ../init.patch
    git apply ../init.patch
    npm run build
    npx cdk synth --quiet
    npx bearer-authorizer routes --synth | grep 'GET */orders *yes'
    # Not by npx, which ends before what it started has ended.
    node_modules/.bin/bearer-authorizer start --json --port "$PORT" > ready.json &
    run=$!
    trap 'kill "$run"' EXIT
    until grep api ready.json; do kill -0 "$run"; sleep 1; done
    url="http://127.0.0.1:$PORT/prod/orders"
    token=$(npx bearer-authorizer token)
    status() { curl --silent --output /dev/null --write-out '%{http_code}' -H "Authorization: Bearer $token" "$url"; }
    test "$(status)" = 200
    printf %s "$token" | npx bearer-authorizer revoke token - --wait
    test "$(status)" = 401
    trap - EXIT
    kill -INT "$run"
    wait "$run"
    test -z "$(git status --short .local)"`,

  pnpm: `
    mkdir orders && cd orders
    $CDK init app --language typescript --generate-only
    npx --yes pnpm@10 add "$TARBALL"
    cp "$CODE/orders-stack.ts" lib/ && cp "$CODE/orders.test.ts" test/
    npx --yes pnpm@10 test
    npx --yes pnpm@10 exec cdk synth --quiet
    npx --yes pnpm@10 exec bearer-authorizer routes cdk.out/OrdersStack.template.json`,

  'Yarn PnP': `
    yarn() { npx --yes @yarnpkg/cli-dist@4 "$@"; }
    echo '{ "name": "orders", "private": true }' > package.json
    touch yarn.lock
    printf 'nodeLinker: pnp\\nenableTelemetry: false\\nnpmMinimalAgeGate: 0\\nnpmRegistryServer: %s\\n' "$(npm config get registry)" > .yarnrc.yml
    # Not the newest CDK: Yarn asks the registry for the packages that it bundles, and a registry need not have them. Not the
    # oldest: Yarn gives it a jsonschema that it does not know.
    yarn add "bearer-authorizer@file:$TARBALL" aws-cdk-lib@2.200.0 constructs aws-cdk
    test -f .pnp.cjs
    cp "$CODE/orders.js" .
    yarn cdk --app 'node orders.js' synth --quiet
    yarn bearer-authorizer routes cdk.out/orders.template.json`,

  'npm workspaces': `
    mkdir -p packages/orders packages/shared
    echo '{ "name": "team", "private": true, "workspaces": ["packages/*"] }' > package.json
    echo '{ "name": "shared", "version": "1.0.0", "dependencies": { "bearer-authorizer": "file:'"$TARBALL"'" } }' > packages/shared/package.json
    echo 'exports.guard = require("bearer-authorizer").BearerAuthorizer;' > packages/shared/index.js
    echo '{ "name": "orders", "private": true }' > packages/orders/package.json
    npm install --workspace orders "$TARBALL" aws-cdk-lib constructs aws-cdk shared
    cp "$CODE/orders.js" packages/orders/
    cd packages/orders
    echo 'if (require("shared").guard !== require("bearer-authorizer").BearerAuthorizer) process.exit(1);' | node -
    npx cdk --app 'node orders.js' synth --quiet
    npx bearer-authorizer routes cdk.out/orders.template.json`,

  'TypeScript 5.6 with CommonJS': `
    echo '{ "name": "orders", "private": true }' > package.json
    npm install "$TARBALL" aws-cdk-lib constructs typescript@5.6 @types/node@22
    cp "$CODE/orders.ts" .
    echo '{ "compilerOptions": { "module": "commonjs", "target": "es2022", "strict": true, "types": ["node"] } }' > tsconfig.json
    npx tsc
    CDK_OUTDIR=cdk.out node orders.js
    npx bearer-authorizer routes cdk.out/orders.template.json`,

  'oldest and newest CDK': oldestAndNewest('orders', 'orders-from-openapi'),

  'HTTP API, with the oldest and newest CDK': oldestAndNewest('orders-http-api'),
};
