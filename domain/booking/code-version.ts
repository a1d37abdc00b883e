/**
 * Of what a booking's workflow does: rises with each change to its steps. Every step answers it, so that the history says by which code a run goes on.
 * The engine's own `patched` would say the same, at two events and an entry in its list for each booking.
 */
export const codeVersion = 3;
