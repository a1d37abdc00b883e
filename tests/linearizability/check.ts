/** One request and what was said to it. Instants are of any clock that all clients share; none is used twice. */
export type Recorded<Call, Answer> = {
  call: Call;
  /** `null`: nobody heard it. The request may have had its effect at any time since, or never. */
  answer: Answer | null;
  calledAt: number;
  answeredAt: number;
};

/** What one thing does when it is asked by one client at a time. */
export type Model<State, Call, Answer> = {
  initial: State;
  /** Every state that it can be in after this call had this answer (any answer, when it is null); none: it cannot say that. */
  after(state: State, call: Call, answer: Answer | null): readonly State[];
  /** Equal for equal states. */
  nameOf(state: State): string;
};

export type Verdict<Call, Answer> =
  | { linearizable: true; order: readonly Recorded<Call, Answer>[] }
  /** No order explains everything; `longest` is as far as one came, and none of `stuckAt` can come next. */
  | {
      linearizable: false;
      longest: readonly Recorded<Call, Answer>[];
      stuckAt: readonly Recorded<Call, Answer>[];
    };

/** Searches an order of the requests in which each lies between its question and its answer, and every answer is what the model says. */
export function check<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  history: readonly Recorded<Call, Answer>[],
): Verdict<Call, Answer> {
  type Point = { state: State; done: bigint; order: readonly number[] };
  const answered = bitsOf(history.flatMap(({ answer }, index) => (answer === null ? [] : [index])));
  const at = (order: readonly number[]) => order.flatMap((index) => history[index] ?? []);
  const seen = new Set<string>();
  const open: Point[] = [{ state: model.initial, done: 0n, order: [] }];
  let longest: readonly number[] = [];
  for (let point = open.pop(); point; point = open.pop()) {
    const { state, done, order } = point;
    if ((done & answered) === answered) return { linearizable: true, order: at(order) };
    const name = `${done.toString(36)} ${model.nameOf(state)}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (order.length > longest.length) longest = order;
    for (const index of mayComeNext(history, done)) {
      const { call, answer } = history[index] as Recorded<Call, Answer>;
      for (const next of model.after(state, call, answer))
        open.push({ state: next, done: done | bitsOf([index]), order: [...order, index] });
    }
  }
  return { linearizable: false, longest: at(longest), stuckAt: at(mayComeNext(history, bitsOf(longest))) };
}

/** Those that were asked before any of the others that are left was answered. */
function mayComeNext(history: readonly Recorded<unknown, unknown>[], done: bigint): number[] {
  const left = history.flatMap((one, index) => (done & bitsOf([index]) ? [] : [{ ...one, index }]));
  const firstAnswer = Math.min(...left.map(({ answer, answeredAt }) => (answer === null ? Infinity : answeredAt)));
  return left.filter(({ calledAt }) => calledAt < firstAnswer).map(({ index }) => index);
}

const bitsOf = (indices: readonly number[]): bigint =>
  indices.reduce((bits, index) => bits | (1n << BigInt(index)), 0n);
