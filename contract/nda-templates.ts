import { z } from 'zod';
import { Id, Instant, Line, Locale, Text } from './primitives.ts';

/** A variable of the template's own, beside the documented ones (docs/nda-templates.md). */
export const OwnVariable = z
  .object({
    name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'Start with a small letter; letters and digits only.'),
    label: Line(120),
    filledBy: z.enum(['guest', 'host']),
    required: z.boolean().default(true),
    /** What the host set, or what the guest's field starts with. */
    value: Text(500).default(''),
  })
  .meta({ id: 'OwnVariable' });

export const NdaTemplateContent = z
  .object({
    title: Line(200),
    /** Markdown with {{variables}}. */
    source: Text(60_000).min(1),
    language: Locale.default('en'),
    ownVariables: z.array(OwnVariable).max(20).default([]),
    /** Ask for a one-time code by e-mail before the signature. */
    emailCodeRequired: z.boolean().default(false),
    /** Ask for a new signature when the meeting moves; otherwise the signed NDA stays good for the new time. */
    renewOnReschedule: z.boolean().default(false),
  })
  .meta({ id: 'NdaTemplateContent' });
export type NdaTemplateContent = z.infer<typeof NdaTemplateContent>;

export const NdaTemplateInput = z
  .object({ name: Line(120), content: NdaTemplateContent })
  .meta({ id: 'NdaTemplateInput' });

export const NdaTemplateVersion = z
  .object({ id: Id, version: z.int(), publishedAt: Instant, sourceSha256: z.string(), content: NdaTemplateContent })
  .meta({ id: 'NdaTemplateVersion' });

export const NdaTemplate = z
  .object({ id: Id, name: z.string(), current: NdaTemplateVersion, versionCount: z.int() })
  .meta({ id: 'NdaTemplate' });
export type NdaTemplate = z.infer<typeof NdaTemplate>;

export const NdaPreview = z
  .object({ html: z.string(), variables: z.array(z.object({ name: z.string(), value: z.string() })) })
  .meta({ id: 'NdaPreview' });

export const TemplateVariable = z
  .object({ name: z.string(), description: z.string(), sample: z.string() })
  .meta({ id: 'TemplateVariable' });
