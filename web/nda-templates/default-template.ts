import type { NdaTemplateContent } from '#contract/nda-templates.ts';

/** A short mutual agreement to start from; a host reads and changes it before it is published. */
export const defaultTemplate: Record<'en' | 'de', NdaTemplateContent> = {
  en: {
    title: 'Mutual non-disclosure agreement',
    language: 'en',
    emailCodeRequired: false,
    ownVariables: [],
    source: `Between **{{host.name}}**, {{organization.name}}, and **{{guest.name}}** ({{guest.email}}), on the occasion of their meeting on {{meeting.date}}.

1. What either party tells or shows the other in connection with the meeting, and marks or would reasonably be understood as confidential, stays between them.
2. It may be used only to consider working together, and shared only with people who need it for that and are bound in the same way.
3. This does not cover what was public, already known, or independently developed, or what the law requires to be disclosed.
4. The obligation lasts two years from the date of the meeting.
`,
  },
  de: {
    title: 'Gegenseitige Vertraulichkeitsvereinbarung',
    language: 'de',
    emailCodeRequired: false,
    ownVariables: [],
    source: `Zwischen **{{host.name}}**, {{organization.name}}, und **{{guest.name}}** ({{guest.email}}), anlässlich ihres Treffens am {{meeting.date}}.

1. Was eine Seite der anderen im Zusammenhang mit dem Treffen mitteilt oder zeigt und als vertraulich kennzeichnet oder was vernünftigerweise so zu verstehen ist, bleibt unter ihnen.
2. Es darf nur dazu verwendet werden, eine Zusammenarbeit zu erwägen, und nur an Personen weitergegeben werden, die es dafür brauchen und ebenso gebunden sind.
3. Nicht erfasst ist, was öffentlich, bereits bekannt oder unabhängig entwickelt war oder was das Gesetz offenzulegen verlangt.
4. Die Pflicht gilt zwei Jahre ab dem Tag des Treffens.
`,
  },
};
