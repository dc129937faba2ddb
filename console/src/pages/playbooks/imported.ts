/** The text of a file that was just chosen, on its way to the editor: it is looked at there before anything is saved. */
let imported: string | null = null;

/** Leaves a text for the editor. */
export function leaveImported(text: string): void {
  imported = text;
}

/** The text that was left; null when none was, as after the page was loaded anew. */
export function importedText(): string | null {
  return imported;
}
