/** The server's time on this page: a device's own clock may be minutes off, and a hold ends by the server's. */
export class ServerClock {
  now: number = $state(Date.now());
  #offsetMs = 0;

  /** From an answer that was just received. Half of its way back is below a second, and errs to the guest's favour. */
  sync(serverTime: string): void {
    this.#offsetMs = Date.parse(serverTime) - Date.now();
    this.#tick();
  }

  /** Ticks until the returned function is called. */
  start(): () => void {
    const timer = setInterval(() => this.#tick(), 250);
    return () => clearInterval(timer);
  }

  #tick(): void {
    this.now = Date.now() + this.#offsetMs;
  }
}
