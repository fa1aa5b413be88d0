import { type ApiKind, DEFAULT_ROUTE, type Route } from '../../lambda/policy/route.ts';
import { DeploymentError, RouteTableError } from '../errors.ts';
import {
  type ExpressibleTable,
  expressibleTable,
  type PolicyDemands,
  rejectLongDescription,
} from '../settings/expressible-table.ts';

/** A route table, compiled for each kind of API that needs it. */
export class RouteTables {
  private readonly routes: readonly Route[];
  private readonly demands: PolicyDemands;
  private readonly compiled = new Map<ApiKind, ExpressibleTable>();
  private readonly used = new Set<ApiKind>();

  /** @throws RouteTableError or DeploymentError if neither kind of API can express the table: the error of REST APIs, if they could */
  constructor(routes: readonly Route[], demands: PolicyDemands) {
    this.routes = routes;
    this.demands = demands;
    if (routes.some(({ path }) => path === DEFAULT_ROUTE)) this.compile('http');
    else this.compileEither();
  }

  /** The kinds in use, REST first. */
  get kinds(): readonly ApiKind[] {
    return (['rest', 'http'] as const).filter((kind) => this.used.has(kind));
  }

  /** The table of REST APIs; that of HTTP APIs if they are the only kind in use, or the only one that can express it. */
  get described(): ExpressibleTable {
    const kind = this.known('rest') === undefined || this.kinds.join() === 'http' ? 'http' : 'rest';
    return this.compile(kind);
  }

  /** Whether the function needs a table of its own for HTTP APIs. */
  get differ(): boolean {
    const [rest, http] = [this.known('rest'), this.known('http')].map((table) => JSON.stringify(table?.routes));
    return http !== undefined && http !== rest;
  }

  /** The warnings of a kind of API. Those of HTTP APIs say so where they are not those of REST APIs too. */
  warningsOf(kind: ApiKind): ExpressibleTable['warnings'] {
    const { warnings } = this.compile(kind);
    const shared = new Set(this.known('rest')?.warnings.map(({ text }) => text));
    if (kind === 'rest') return warnings;
    return warnings.map(({ id, text }) => ({ id, text: shared.has(text) ? text : `HTTP APIs: ${text}` }));
  }

  /** The table for a kind of API. @throws RouteTableError or DeploymentError if such APIs cannot express it */
  use(kind: ApiKind): ExpressibleTable {
    const table = this.compile(kind);
    this.used.add(kind);
    if (this.used.size > 1 && this.differ) {
      const both = [...this.compile('rest').routes, ...this.compile('http').routes];
      rejectLongDescription(both, 'The routes for both kinds of APIs');
    }
    return table;
  }

  /** undefined: it is not compiled for this kind, or cannot be. */
  known(kind: ApiKind): ExpressibleTable | undefined {
    return this.compiled.get(kind);
  }

  /** What REST APIs cannot express may be for HTTP APIs: the first REST API gets the error. */
  private compileEither(): void {
    try {
      this.compile('rest');
    } catch (error) {
      if (!(error instanceof RouteTableError || error instanceof DeploymentError)) throw error;
      try {
        this.compile('http');
      } catch {
        throw error;
      }
    }
  }

  private compile(kind: ApiKind): ExpressibleTable {
    const table = this.known(kind) ?? expressibleTable(this.routes, this.demands, kind);
    this.compiled.set(kind, table);
    return table;
  }
}
