import { Alert, Button, ButtonRow, Flex, Text, TextArea } from '@hubspot/ui-extensions';
import { useState } from 'react';
import type { RecordView } from './record-view.ts';

/** Characters that the server takes. */
const LONGEST_NOTE = 1_000;

/** Asks whether the score is useful; who finds it wrong may say why. */
export function Opinion({
  words,
  give,
}: {
  words: NonNullable<RecordView['feedback']>;
  give: (verdict: 'useful' | 'wrong', note: string) => Promise<void>;
}) {
  const [step, setStep] = useState<'asked' | 'wrong' | 'given' | 'failed'>('asked');
  const [note, setNote] = useState('');
  const send = (verdict: 'useful' | 'wrong') => {
    give(verdict, verdict === 'wrong' ? note : '').then(
      () => setStep('given'),
      () => setStep('failed'),
    );
  };
  switch (step) {
    case 'given':
      return <Text variant="microcopy">{words.thanks}</Text>;
    case 'failed':
      return (
        <Alert title="It could not be kept." variant="error">
          <Button onClick={() => setStep('asked')}>Try again</Button>
        </Alert>
      );
    case 'wrong':
      return (
        <Flex direction="column" gap="small">
          <TextArea name="note" label={words.note} value={note} maxLength={LONGEST_NOTE} onInput={setNote} />
          <Button variant="primary" onClick={() => send('wrong')}>
            {words.send}
          </Button>
        </Flex>
      );
    case 'asked':
      return (
        <Flex direction="column" gap="small">
          <Text variant="microcopy">{words.question}</Text>
          <ButtonRow>
            <Button onClick={() => send('useful')}>{words.useful}</Button>
            <Button onClick={() => setStep('wrong')}>{words.wrong}</Button>
          </ButtonRow>
        </Flex>
      );
  }
}
