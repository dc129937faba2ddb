import type { Kernel } from '../kernel/types.ts';

/** A Segment message as it is delivered to destinations. */
export interface Message {
  type: string;
  messageId: string;
  userId?: string;
  anonymousId?: string;
  previousId?: string;
  event?: string;
  name?: string;
  timestamp: string;
  receivedAt: string;
  originalTimestamp?: string;
  sentAt?: string;
  traits?: Record<string, unknown>;
  properties?: Record<string, unknown>;
  context?: Record<string, unknown>;
  [other: string]: unknown;
}

/** All messages of the space's sources, in order of arrival, each id once. */
export interface MessageStore {
  /** False when a message with this id was taken before. */
  add(message: Message): boolean;
  all(): IterableIterator<Message>;
  get(messageId: string): Message | undefined;
  /** Told of each new message. */
  onMessage: ((message: Message) => void) | null;
}

/** The store on the kernel's tables. */
export function messageStore(kernel: Kernel): MessageStore {
  const table = kernel.table<Message>('segment.messages');
  const store: MessageStore = {
    onMessage: null,
    add: (message) => {
      if (table.get(message.messageId)) return false;
      table.set(message.messageId, message);
      store.onMessage?.(message);
      return true;
    },
    all: () => table.values(),
    get: (messageId) => table.get(messageId),
  };
  return store;
}
