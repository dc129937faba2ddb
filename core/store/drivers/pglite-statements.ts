import { messages, type PGlite, protocol, types } from '@electric-sql/pglite';
import type { Sql } from '../../ports/database.ts';
import { arrayText, messageWriter, readRows, type WireColumn, type WireQuery, type WireValue } from './pglite-wire.ts';

/** Statements that are kept prepared; the one that was prepared first goes first. */
const MOST_KEPT = 500;
/**
 * A statement is prepared anew after so many uses: PostgreSQL settles on a plan after five, and the embedded one, which never analyses by
 * itself, would keep what it chose while the tables were still small. After twice as many each time, since tables grow ever slower.
 */
const USES = { first: 100, most: 1_600 };

/** Statements whose columns follow from their text. Of a FETCH they follow from the cursor, which may be another one the next time. */
const LASTING = /^\s*(select|insert|update|delete|with|commit|rollback)\b/i;

interface Prepared {
  name: string;
  uses: number;
  /** How many it is good for. */
  mostUses: number;
  /** How each parameter is sent. */
  parameters: readonly ((value: unknown) => WireValue)[];
  /** What comes back; nothing of a statement without rows. */
  columns: readonly WireColumn[];
}

/**
 * Queries of the embedded store, prepared once and then bound and executed in a single message: a fifth of the time of `PGlite.query`,
 * which has each parsed, planned and described again in six messages. One at a time: the caller sees to that.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export function preparedQueries(pg: PGlite): Pick<Sql, 'query'> & { begin: () => Promise<void> } {
  const kept = new Map<string, Prepared>();
  let prepared = 0;
  const write = messageWriter();
  const { serialize } = protocol;

  /** Sends messages; returns the whole answer. The embedded server has answered by the time the call returns. */
  const send = async (message: Uint8Array): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    await pg.execProtocolRawStream(message, {
      syncToFs: false,
      // A part of the server's memory, which it uses again.
      onRawData: (chunk) => chunks.push(Buffer.from(chunk)),
    });
    const [only] = chunks;
    return only && chunks.length === 1 ? only : Buffer.concat(chunks);
  };

  /** The messages of an answer as PGlite reads them; throws the error that it tells of. */
  const parsed = (answer: Uint8Array): readonly Parsed[] => {
    const told: Parsed[] = [];
    new protocol.Parser().parse(answer, (message) => told.push(message));
    const fault = told.find((message) => message instanceof messages.DatabaseError);
    if (fault) throw fault;
    return told;
  };

  const prepare = async (text: string, mostUses: number): Promise<Prepared> => {
    prepared += 1;
    const name = `s${prepared}`;
    const told = parsed(
      await send(
        Buffer.concat([serialize.parse({ name, text }), serialize.describe({ type: 'S', name }), serialize.sync()]),
      ),
    );
    let parameters: Prepared['parameters'] = [];
    let columns: Prepared['columns'] = [];
    for (const message of told) {
      if (message instanceof messages.ParameterDescriptionMessage) {
        parameters = message.dataTypeIDs.map((type) => senderOf(pg, type));
      } else if (message instanceof messages.RowDescriptionMessage) {
        columns = message.fields.map(({ name: column, dataTypeID: type }) => ({
          name: column,
          read: (text) => types.parseType(text, type, pg.parsers),
        }));
      }
    }
    return { name, uses: 0, mostUses, parameters, columns };
  };

  const statementOf = async (text: string): Promise<Prepared> => {
    const known = kept.get(text);
    if (known !== undefined && known.uses < known.mostUses) return known;
    if (known) await forget(text, known);
    const [oldest] = kept.size < MOST_KEPT ? [] : kept;
    if (oldest) await forget(...oldest);
    const mostUses = known ? Math.min(2 * known.mostUses, USES.most) : USES.first;
    const statement = await prepare(text, LASTING.test(text) ? mostUses : 1);
    kept.set(text, statement);
    return statement;
  };

  const forget = async (text: string, { name }: Pick<Prepared, 'name'>) => {
    kept.delete(text);
    await send(Buffer.concat([serialize.close({ type: 'S', name }), serialize.sync()]));
  };

  let beginning: Prepared | null = null;
  /** What goes in front of the next query. */
  let opening: readonly WireQuery[] = [];

  return {
    /** Begins a transaction with the next query, in one message with it. */
    begin: async () => {
      beginning ??= await prepare('begin', Number.POSITIVE_INFINITY);
      opening = [{ statement: beginning.name, values: [] }];
    },
    query: async <Row extends object>(text: string, parameters: readonly unknown[] = []) => {
      const statement = await statementOf(text);
      statement.uses += 1;
      const values = statement.parameters.map((sent, index) => sent(parameters[index] ?? null));
      const queries = [...opening, { statement: statement.name, values }];
      opening = [];
      const answer = await send(write(queries));
      try {
        return readRows(answer, statement.columns, parsed) as Row[];
      } catch (error) {
        // It may be the statement itself: a table has other columns by now.
        await forget(text, statement);
        throw error;
      }
    },
  };
}

type Parsed = Parameters<Parameters<InstanceType<typeof protocol.Parser>['parse']>[1]>[0];

/** How values of a type are sent: bytes as they are; types without a serialiser of their own as JavaScript says them. */
function senderOf(pg: PGlite, type: number): (value: unknown) => WireValue {
  const serialise = pg.serializers[type] ?? String;
  const isJson = type === types.JSON || type === types.JSONB;
  return (value) => {
    if (value === null || value instanceof Uint8Array) return value;
    return Array.isArray(value) && !isJson ? arrayText(value) : serialise(value);
  };
}
