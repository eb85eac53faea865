/**
 * State machines are tables (law 4), shared by the API (may this action start?), the store (the guarded update), agents
 * and the dashboard (is the button enabled, and if not, why).
 */
export interface StateTable<State extends string, Action extends string> {
  states: readonly State[];
  /** For each action the states it may start in, and the state a success ends in (undefined: unchanged or gone). */
  actions: Record<Action, { from: readonly State[]; to?: State }>;
}

export function defineStates<State extends string, Action extends string>(
  table: StateTable<State, Action>,
): StateTable<State, Action> {
  return table;
}

/** True when `action` may start in `state`. */
export function may<State extends string, Action extends string>(
  table: StateTable<State, Action>,
  action: Action,
  state: State,
): boolean {
  return table.actions[action].from.includes(state);
}
