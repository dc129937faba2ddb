/** What stands in an element: text, or elements by name; a list repeats its element. */
export type XmlContent = string | number | boolean | { readonly [name: string]: XmlContent | readonly XmlContent[] };

/**
 * A file of Salesforce's Metadata API: four blanks of indentation, as the vendor's own tools write it, so that what they retrieve differs by
 * nothing. https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_intro.htm
 */
export function metadataXml(
  root: string,
  content: { readonly [name: string]: XmlContent | readonly XmlContent[] },
): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<${root} xmlns="http://soap.sforce.com/2006/04/metadata">`,
    ...elements(content, 1),
    `</${root}>`,
    '',
  ].join('\n');
}

function elements(content: { readonly [name: string]: XmlContent | readonly XmlContent[] }, depth: number): string[] {
  return Object.entries(content).flatMap(([name, value]) =>
    (isList(value) ? value : [value]).flatMap((each) => element(name, each, depth)),
  );
}

function element(name: string, content: XmlContent, depth: number): string[] {
  const indent = '    '.repeat(depth);
  return typeof content === 'object'
    ? [`${indent}<${name}>`, ...elements(content, depth + 1), `${indent}</${name}>`]
    : [`${indent}<${name}>${escaped(String(content))}</${name}>`];
}

function isList(value: XmlContent | readonly XmlContent[]): value is readonly XmlContent[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
