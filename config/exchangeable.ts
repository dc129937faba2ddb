import type { Connector } from '../core/ports/connector.ts';

/** Connectors that can be exchanged while they are in use. */
export interface Exchangeable {
  /** In their order; each stands for whatever connector its connection has by now. */
  readonly connectors: readonly Connector[];
  /** Puts connectors in the place of those of the same connections. */
  exchange(next: readonly Connector[]): void;
  /** Closes those in use and those that were exchanged: what they had begun could go on until now. */
  close(): Promise<void>;
}

/** Wraps connectors so that who holds one always asks the present one. */
export function createExchangeable(first: readonly Connector[]): Exchangeable {
  const present = new Map(first.map((connector) => [connector.connectionId, connector]));
  const opened: Connector[] = [...first];
  const presentOf = (connectionId: string): Connector => {
    const connector = present.get(connectionId);
    if (connector === undefined) throw new Error(`${connectionId} was never opened`);
    return connector;
  };
  return {
    connectors: first.map(({ vendor, connectionId }) =>
      standingFor(vendor, connectionId, () => presentOf(connectionId)),
    ),
    exchange: (next) => {
      for (const connector of next) {
        opened.push(connector);
        if (present.has(connector.connectionId)) present.set(connector.connectionId, connector);
      }
    },
    close: async () => {
      await Promise.all(opened.map((connector) => connector.close()));
    },
  };
}

function standingFor(vendor: Connector['vendor'], connectionId: string, present: () => Connector): Connector {
  return {
    vendor,
    connectionId,
    get source() {
      return present().source;
    },
    get inbound() {
      return present().inbound;
    },
    get subscription() {
      return present().subscription;
    },
    get fields() {
      return present().fields;
    },
    get scores() {
      return present().scores;
    },
    get actions() {
      return present().actions;
    },
    get uninstall() {
      return present().uninstall;
    },
    get forgetter() {
      return present().forgetter;
    },
    get opinions() {
      return present().opinions;
    },
    check: () => present().check(),
    usage: () => present().usage(),
    close: () => present().close(),
  };
}
