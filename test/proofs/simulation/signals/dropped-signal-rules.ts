import type { TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { CallDynamoDb } from '../../../../lambda/network/dynamodb-call.ts';
import { DynamoDbTransactionError } from '../../../../lambda/network/dynamodb-transaction.ts';
import type { SignalOutcome } from '../../../../lambda/signal/signal.ts';
import type { SignalsParts } from '../../../../lambda/signals.ts';
import { AS_DEPLOYED, type Composition, type SignalRules } from '../composition.ts';
import { SIGNAL_TABLE, TABLE } from '../parts/simulated-table.ts';

/** Compositions that each drop one rule of the receiver of signals. Each must break a property. */
export const DROPPED_SIGNAL_RULES = {
  'no record of applied signals': without({ parts: forgetful }),
  'entries written over what is there': without({ call: unconditional }),
  'success whatever becomes of the write': without({ parts: hasty }),
  'the record and the entries in two writes': without({ call: inTwoWrites }),
  'no message for a flush on a duplicate': without({ parts: flushingOnce }),
} as const satisfies Readonly<Record<string, Composition>>;

export type DroppedSignalRule = keyof typeof DROPPED_SIGNAL_RULES;

function without(rules: Partial<SignalRules>): Composition {
  return { ...AS_DEPLOYED, signals: { ...AS_DEPLOYED.signals, ...rules } };
}

function forgetful(deployed: SignalsParts): SignalsParts {
  return { ...deployed, apply: (signal) => deployed.apply({ ...signal, id: undefined }) };
}

/** The last writer wins: entries are put whatever they have become, as planned for an entry that is not there. */
function unconditional(deployed: CallDynamoDb): CallDynamoDb {
  return (operation, input, attempts) => {
    const { TransactItems = [], ...rest } = input as TransactWriteItemsCommandInput;
    const items = TransactItems.map(({ Put, ...others }) =>
      Put?.TableName === TABLE ? { Put: { TableName: TABLE, Item: Put.Item } } : { ...others, ...(Put && { Put }) },
    );
    return deployed(
      operation,
      operation === 'TransactWriteItems' ? { ...rest, TransactItems: items } : input,
      attempts,
    );
  };
}

function hasty(deployed: SignalsParts): SignalsParts {
  return { ...deployed, apply: (signal) => deployed.apply(signal).catch((): SignalOutcome => 'applied') };
}

/** The reasons of a cancellation are those of all items, as if it were one write. */
function inTwoWrites(deployed: CallDynamoDb): CallDynamoDb {
  return async (operation, input, attempts) => {
    const { TransactItems = [], ClientRequestToken = '' } = input as TransactWriteItemsCommandInput;
    const [record, ...entries] = TransactItems;
    if (record?.Put?.TableName !== SIGNAL_TABLE || entries.length === 0) return deployed(operation, input, attempts);
    const none = entries.map(() => ({ Code: 'None' }));
    const token = `${ClientRequestToken}-record`;
    await deployed(operation, { TransactItems: [record], ClientRequestToken: token }, attempts).catch(
      withReasons((reasons) => [...reasons, ...none]),
    );
    return deployed(operation, { TransactItems: entries, ClientRequestToken }, attempts).catch(
      withReasons((reasons) => [{ Code: 'None' }, ...reasons]),
    );
  };
}

function withReasons(complete: (reasons: readonly unknown[]) => readonly unknown[]) {
  return (error: unknown): never => {
    if (!(error instanceof DynamoDbTransactionError) || !Array.isArray(error.reasons)) throw error;
    throw new DynamoDbTransactionError(error.name, complete(error.reasons));
  };
}

function flushingOnce(deployed: SignalsParts): SignalsParts {
  let last: SignalOutcome | undefined;
  return {
    ...deployed,
    apply: async (signal) => {
      last = await deployed.apply(signal);
      return last;
    },
    requestFlush: async () => {
      if (last !== 'duplicate') await deployed.requestFlush();
    },
  };
}
