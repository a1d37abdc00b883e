/** Calendar dates are `YYYY-MM-DD`, months `YYYY-MM`: plain text sorts, compares and goes into an address. */
export type LocalDate = string;
export type Month = string;

const utc = (date: LocalDate) => new Date(`${date}T00:00:00Z`);
const text = (date: Date): LocalDate => date.toISOString().slice(0, 10);

export function addDays(date: LocalDate, days: number): LocalDate {
  const moved = utc(date);
  moved.setUTCDate(moved.getUTCDate() + days);
  return text(moved);
}

/** The same day of another month, or that month's last when it is shorter. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const month = shiftMonth(monthOf(date), months);
  const day = Math.min(Number(date.slice(8)), daysIn(month));
  return `${month}-${String(day).padStart(2, '0')}`;
}

export function shiftMonth(month: Month, months: number): Month {
  const moved = utc(`${month}-01`);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  return text(moved).slice(0, 7);
}

export const monthOf = (date: LocalDate): Month => date.slice(0, 7);

export function daysIn(month: Month): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function weekdayOf(date: LocalDate): number {
  return utc(date).getUTCDay() || 7;
}

/** Rows of a month's page: seven cells each, null where the month has no day. */
export function weeksOf(month: Month, firstWeekday: number): (LocalDate | null)[][] {
  const days = Array.from({ length: daysIn(month) }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`);
  const lead = (weekdayOf(`${month}-01`) - firstWeekday + 7) % 7;
  const cells: (LocalDate | null)[] = [...Array<null>(lead).fill(null), ...days];
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, row) => cells.slice(row * 7, row * 7 + 7));
}

/** Where an arrow, page, home or end key leads from a date, after the ARIA grid pattern; null for other keys. */
export function dateByKey(date: LocalDate, key: string, shift: boolean, firstWeekday: number): LocalDate | null {
  const column = (weekdayOf(date) - firstWeekday + 7) % 7;
  switch (key) {
    case 'ArrowLeft':
      return addDays(date, -1);
    case 'ArrowRight':
      return addDays(date, 1);
    case 'ArrowUp':
      return addDays(date, -7);
    case 'ArrowDown':
      return addDays(date, 7);
    case 'Home':
      return addDays(date, -column);
    case 'End':
      return addDays(date, 6 - column);
    case 'PageUp':
      return addMonths(date, shift ? -12 : -1);
    case 'PageDown':
      return addMonths(date, shift ? 12 : 1);
    default:
      return null;
  }
}

/** The first day of the week where this language is at home; Monday where the browser does not know. */
export function firstWeekdayIn(locale: string): number {
  try {
    const where = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
    return where.getWeekInfo?.().firstDay ?? 1;
  } catch {
    return 1;
  }
}
