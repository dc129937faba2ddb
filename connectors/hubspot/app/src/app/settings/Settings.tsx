import { DescriptionList, DescriptionListItem, Flex, Heading, hubspot, Link, Text } from '@hubspot/ui-extensions';
import { SCOPES } from './scopes.ts';

hubspot.extend<'settings'>(({ context }) => (
  <Settings consoleUrl={String(context.variables?.['STAYPOWER_URL'] ?? '')} />
));

/** Where everything is set, and what the app may do and why. */
export function Settings({ consoleUrl }: { consoleUrl: string }) {
  return (
    <Flex direction="column" gap="medium">
      <Heading>Staypower</Heading>
      <Text>
        Which deals are purchases, which fields are written and what playbooks do is set on your own server. There you
        also see what would be written before it is, pause it, undo it, and take everything out again.
      </Text>
      {consoleUrl !== '' && <Link href={consoleUrl}>Open the console</Link>}
      <Heading>What the app may do here, and why</Heading>
      <DescriptionList direction="column">
        {SCOPES.map(({ name, why, optional }) => (
          <DescriptionListItem key={name} label={optional ? `${name} (optional)` : name}>
            <Text>{why}</Text>
          </DescriptionListItem>
        ))}
      </DescriptionList>
    </Flex>
  );
}
