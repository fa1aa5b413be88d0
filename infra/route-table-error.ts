/** The route table cannot become policies. The message names the routes and says what to change. */
export class RouteTableError extends Error {
  override readonly name = 'RouteTableError';
}
