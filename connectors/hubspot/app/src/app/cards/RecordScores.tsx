import {
  Alert,
  Button,
  DescriptionList,
  DescriptionListItem,
  ErrorState,
  Flex,
  Heading,
  List,
  LoadingSpinner,
  StatusTag,
  Text,
} from '@hubspot/ui-extensions';
import { useEffect, useState } from 'react';
import { Opinion } from './Opinion.tsx';
import type { RecordView, Tone } from './record-view.ts';
import type { CrmRecord, Server } from './server.ts';

const TAGS = { good: 'success', warning: 'warning', bad: 'danger', neutral: 'default' } as const satisfies Record<
  Tone,
  string
>;

/** The scores of the record that the card stands on. Draws what the server says; it decides wording, units and direction. */
export function RecordScores({ record, server }: { record: CrmRecord; server: Server }) {
  const [view, setView] = useState<RecordView | 'failed' | null>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew for another record or try, not for another closure.
  useEffect(() => {
    let left = false;
    setView(null);
    server.view(record).then(
      (found) => {
        if (!left) setView(found);
      },
      () => {
        if (!left) setView('failed');
      },
    );
    return () => {
      left = true;
    };
  }, [record.objectId, record.objectTypeId, tries]);
  if (view === null) return <LoadingSpinner label="Loading the scores" layout="centered" />;
  if (view === 'failed') {
    return (
      <ErrorState title="The scores could not be read">
        <Text>The Staypower server did not answer. Ask your admin whether it runs.</Text>
        <Button onClick={() => setTries(tries + 1)}>Try again</Button>
      </ErrorState>
    );
  }
  return (
    <Flex direction="column" gap="small">
      {view.notice && <Alert title={view.notice.text} variant={view.notice.tone === 'warning' ? 'warning' : 'info'} />}
      {view.band && (
        <Flex direction="row" gap="small">
          <StatusTag variant={TAGS[view.band.tone]}>{view.band.text}</StatusTag>
          {view.band.detail && <Text>{view.band.detail}</Text>}
        </Flex>
      )}
      {view.lines.length > 0 && (
        <DescriptionList direction="column">
          {view.lines.map(({ id, label, text, detail }) => (
            <DescriptionListItem key={id} label={label}>
              <Text format={{ fontWeight: 'demibold' }}>{text}</Text>
              {detail && <Text variant="microcopy">{detail}</Text>}
            </DescriptionListItem>
          ))}
        </DescriptionList>
      )}
      {view.reasons && (
        <>
          <Heading>{view.reasons.label}</Heading>
          <List variant="unordered-styled">
            {view.reasons.sentences.map((sentence) => (
              <Text key={sentence}>{sentence}</Text>
            ))}
          </List>
        </>
      )}
      {view.change && (
        <>
          <Heading>{view.change.label}</Heading>
          <Text>{view.change.text}</Text>
        </>
      )}
      {view.nextAction && (
        <>
          <Heading>{view.nextAction.label}</Heading>
          <Text>{[view.nextAction.text, view.nextAction.due].filter((part) => part !== null).join(', ')}</Text>
        </>
      )}
      {view.asOf && (
        <Text variant="microcopy">
          {view.asOf.label} {view.asOf.text}
        </Text>
      )}
      {/* An opinion is about a person's score; a company shows the sum of its people's. */}
      {view.feedback && record.objectTypeId === '0-1' && (
        <Opinion words={view.feedback} give={(verdict, note) => server.giveFeedback(record.objectId, verdict, note)} />
      )}
    </Flex>
  );
}
