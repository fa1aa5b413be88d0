/** A step that a state allows: what happens, and the state after it. */
export interface Step<State> {
  readonly label: string;
  readonly next: State;
}

export interface Visit<State> {
  readonly state: State;
  readonly label: string;
  readonly from: Visit<State> | undefined;
}

/** Yields every reachable state once, by a shortest path (breadth first). */
export function* explore<State>(
  initial: State,
  stepsFrom: (state: State) => readonly Step<State>[],
  keyOf: (state: State) => string,
): Generator<Visit<State>> {
  const seen = new Set([keyOf(initial)]);
  const queue: Visit<State>[] = [{ state: initial, label: 'start', from: undefined }];
  // The loop also visits the states that it adds to the queue.
  for (const visit of queue) {
    yield visit;
    for (const { label, next } of stepsFrom(visit.state)) {
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ state: next, label, from: visit });
    }
  }
}

/** The visits from the initial state to this one, in order. */
export function traceTo<State>(visit: Visit<State>): readonly Visit<State>[] {
  const trace: Visit<State>[] = [];
  for (let at: Visit<State> | undefined = visit; at !== undefined; at = at.from) trace.unshift(at);
  return trace;
}
