import { DataError } from '../../core/domain/errors.ts';

/** An element of an XML document, with where it stands in the text. */
export interface XmlElement {
  /** As written, with its prefix. */
  name: string;
  /** Name without prefix. */
  localName: string;
  /** As written, entities undone. */
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** Character data directly in it, entities undone. */
  text: string;
  /** Offset of its "<". */
  start: number;
  /** Offset behind the ">" of its start tag. */
  contentStart: number;
  /** Offset behind its last ">". */
  end: number;
}

interface Open extends XmlElement {
  attributes: Map<string, string>;
  children: Open[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_NAME = /[^\s/>"'=<]+/y;

/**
 * Reads a small XML document into its root element: elements, attributes, character data, CDATA. Document type declarations are
 * refused, and with them entities of one's own, outside references and expansion without end.
 *
 * @throws DataError when it is not well-formed
 */
export function readXml(text: string): XmlElement {
  let root: Open | null = null;
  const open: Open[] = [];
  const add = (element: Open) => {
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else if (root) throw malformed('one root element');
    else root = element;
  };
  for (let at = 0; at < text.length; ) {
    const tag = text.indexOf('<', at);
    const parent = open.at(-1);
    const characters = text.slice(at, tag === -1 ? undefined : tag);
    if (parent) parent.text += undoEntities(characters);
    else if (characters.replace('\uFEFF', '').trim() !== '') throw malformed('no text outside the root element');
    if (tag === -1) break;
    if (text.startsWith('<!--', tag)) at = after(text, '-->', tag + 4);
    else if (text.startsWith('<?', tag)) at = after(text, '?>', tag + 2);
    else if (text.startsWith('<![CDATA[', tag)) {
      at = after(text, ']]>', tag + 9);
      if (parent) parent.text += text.slice(tag + 9, at - 3);
    } else if (text.startsWith('<!', tag)) throw malformed('no document type declaration');
    else if (text.startsWith('</', tag)) {
      at = after(text, '>', tag + 2);
      const closed = open.pop();
      if (closed?.name !== text.slice(tag + 2, at - 1).trimEnd()) throw malformed('each element closed in its turn');
      closed.end = at;
    } else {
      const { element, selfClosed } = startTag(text, tag);
      add(element);
      if (!selfClosed) open.push(element);
      at = element.contentStart;
    }
  }
  if (!root || open.length > 0) throw malformed('a complete document');
  return root;
}

/** The first child with this local name. */
export function childOf(element: XmlElement, localName: string): XmlElement | undefined {
  return element.children.find((child) => child.localName === localName);
}

function startTag(text: string, start: number): { element: Open; selfClosed: boolean } {
  TAG_NAME.lastIndex = start + 1;
  const [name] = TAG_NAME.exec(text) ?? [];
  if (name === undefined) throw malformed('a name behind each "<"');
  const attributes = new Map<string, string>();
  let at = start + 1 + name.length;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(text);
    if (!found) break;
    const [all, key = '', double, single] = found;
    if (attributes.has(key)) throw malformed('each attribute once');
    attributes.set(key, undoEntities(double ?? single ?? ''));
    at += all.length;
  }
  const [ending] = /^\s*\/?>/.exec(text.slice(at, at + 200)) ?? [];
  if (ending === undefined) throw malformed('a start tag that ends');
  const contentStart = at + ending.length;
  return {
    element: {
      name,
      localName: name.slice(name.indexOf(':') + 1),
      attributes,
      children: [],
      text: '',
      start,
      contentStart,
      end: contentStart,
    },
    selfClosed: ending.includes('/'),
  };
}

function undoEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{1,8})?;?/g, (entity, name: string | undefined) => {
    const known = name === undefined || !entity.endsWith(';') ? undefined : characterOf(name);
    if (known === undefined) throw malformed('known entities only');
    return known;
  });
}

function characterOf(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name];
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  if (found === -1) throw malformed(`"${mark}" somewhere`);
  return found + mark.length;
}

function malformed(expected: string): DataError {
  return new DataError({ field: 'body', expected: `well-formed XML: ${expected}`, remedy: 'mend the sender' });
}
