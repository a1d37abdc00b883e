/** A mail before it is HTML or text: both parts are drawn from this, so that they say the same. */
export type MailContent = {
  /** BCP 47 of the words. */
  language: string;
  organizationName: string;
  subject: string;
  chip: Chip | null;
  heading: string;
  greeting: string;
  paragraphs: string[];
  /** A one-time code to be typed; stands after the first paragraph. */
  code: string | null;
  facts: Row[];
  action: Link | null;
  /** The reader has to act soon: the action stands above the facts, where a thumb finds it at once. */
  isUrgent: boolean;
  links: Link[];
  footer: string;
};

/** Each state has a shape and a word, then a colour. */
export type ChipState = 'held' | 'confirmed' | 'gone';
export type Chip = { state: ChipState; word: string };
export const chipShapes: Record<ChipState, string> = { held: '○', confirmed: '●', gone: '◆' };

/** The first `strongLines` lines (default 1) carry the row; what follows explains. */
export type Row = { label: string; lines: string[]; strongLines?: number };
export type Link = { label: string; url: string };
