export function nothing(): Promise<string> {
  return Promise.resolve('nothing');
}
