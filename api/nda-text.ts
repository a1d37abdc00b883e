import type { NdaTemplateContent } from '#contract/nda-templates.ts';

/** What the API needs of templating, without knowing how it is done: the composition root joins the two. */
export type NdaText = {
  /** Everything that is wrong with a template, in the order of the source. */
  check(content: NdaTemplateContent): { field: string; code: string; message: string }[];
  /** With sample data. */
  preview(content: NdaTemplateContent): { html: string; variables: { name: string; value: string }[] };
  previewPdf(content: NdaTemplateContent, author: string): Promise<Uint8Array>;
  variables: readonly { name: string; description: string; sample: string }[];
  disclosure(about: { organizationName: string; contactEmail: string; language: string }): {
    version: string;
    sha256: string;
    html: string;
  };
  /** The mark as it will be kept, or why it cannot be one. */
  readMark(
    mark: { kind: 'drawn' | 'uploaded'; image: Uint8Array } | { kind: 'typed'; text: string },
  ): Uint8Array | null;
};
