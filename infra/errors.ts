/** Thrown for a route table that cannot become policies. The message names the routes and says what to change. */
export class RouteTableError extends Error {
  override readonly name = 'RouteTableError';
}

/** Thrown for settings that must not be deployed. The message is one sentence: the setting, what was found, what to write. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
