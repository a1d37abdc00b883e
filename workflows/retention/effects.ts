/** What the retention workflow calls, by type only. Counts; nothing personal. */
export type RetentionEffects = {
  applyRetention(): Promise<{ bookings: number; documents: number; failures: number; isMore: boolean }>;
};
