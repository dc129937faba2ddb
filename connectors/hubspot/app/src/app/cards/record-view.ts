/** How good or bad news is. */
export type Tone = 'good' | 'warning' | 'bad' | 'neutral';

/** What the server gives for a record, ready to be drawn. A test of the product holds this to the type that it answers with. */
export interface RecordView {
  state: 'scored' | 'prospect' | 'missing' | 'erased' | 'hidden';
  title: string;
  notice: { text: string; tone: Tone } | null;
  band: { text: string; detail: string | null; tone: Tone } | null;
  lines: readonly {
    id: 'value' | 'risk' | 'engagement' | 'quality';
    label: string;
    text: string;
    detail: string | null;
    tone: Tone;
  }[];
  reasons: { label: string; sentences: readonly string[] } | null;
  change: { label: string; text: string } | null;
  nextAction: { label: string; text: string; due: string | null } | null;
  asOf: { label: string; text: string } | null;
  feedback: { question: string; useful: string; wrong: string; note: string; send: string; thanks: string } | null;
}
