/**
 * Preloaded into a process of ours (`node --import …/clock-off.ts?hours=5`), puts its clock that many hours off: what a machine without a
 * time server would do.
 */
const offMs = Number(new URL(import.meta.url).searchParams.get('hours')) * 3_600_000;
const RightDate = Date;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, [first, ...rest], self) => {
    const given = first === undefined ? [RightDate.now() + offMs] : [first, ...rest];
    return Reflect.construct(target, given, self === globalThis.Date ? target : self) as object;
  },
  apply: (target) => new target(RightDate.now() + offMs).toString(),
  get: (target, name) => (name === 'now' ? () => RightDate.now() + offMs : (Reflect.get(target, name) as unknown)),
});
