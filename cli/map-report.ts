import type { MappingLook } from '../core/mapping/look.ts';
import { previewRows, settingText } from '../core/mapping/report.ts';
import { print, table } from './output.ts';

/** Prints a mapping beside what its source has. Values that may be personal are masked unless somebody looks at a terminal. */
export function printLook(
  look: MappingLook,
  { connectionId, version, showsPeople }: { connectionId: string; version: number | null; showsPeople: boolean },
): void {
  print(`${connectionId}: ${version === null ? 'not read yet' : `read by version ${version} of its mapping`}`, '');
  for (const { what, count, isRead, setting } of look.purchases) {
    const how = setting === null ? '' : ` (--set ${settingText(setting)})`;
    print(`${count.toLocaleString('en')} ${what}: ${isRead ? 'read as purchases' : `not read${how}`}`);
  }
  if (look.stages.length > 0) {
    print(
      '',
      table(
        ['stage', 'id', 'records', 'won', 'read'],
        look.stages.map(({ id, label, count, isWon, isRead }) => [
          label,
          id,
          count,
          isWon ? 'won' : '',
          isRead ? 'read' : '',
        ]),
      ),
    );
  }
  print(
    '',
    table(
      ['setting', 'holds', 'chosen', 'suggested', 'score', 'because'],
      look.slots.map(({ slot, suggestions: [best] }) => [
        slot.path.join('.'),
        slot.meaning,
        slot.chosen.join(', ') || '-',
        best?.field ?? '-',
        best?.score.toFixed(2) ?? '',
        best?.reasons.join('; ') ?? '',
      ]),
    ),
  );
  for (const { slot, stale } of look.slots) {
    for (const name of stale) {
      print(
        `${slot.path.join('.')}: ${name} is calculated. It changes without a trace, so that it is read again once a day and may be stale until then.`,
      );
    }
  }
  for (const { path, expected, found, remedy } of look.problems) {
    print(`${path}: expected ${expected}, found ${found}. ${remedy}`);
  }
  for (const preview of look.previews) {
    if (preview.fields.length === 0) continue;
    print(
      '',
      preview.object,
      table(
        preview.fields.map(({ name }) => name),
        previewRows(preview, { showsPeople }),
      ),
    );
  }
  print('');
}
