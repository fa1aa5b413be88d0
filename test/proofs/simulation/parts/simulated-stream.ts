import { SETTLE_MARGIN } from '../../../../lambda/flush/flush-timing.ts';
import type { Json } from '../../../../local/cloudformation/template.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { World } from '../time/world.ts';
import type { WrittenItem } from './simulated-table.ts';

/** One reader of the table's only shard: it passes records to a function in order, and retries when the function fails. */
export interface SimulatedStreamReader {
  take(written: WrittenItem): void;
}

/** Maximum milliseconds from the write until Lambda has the record. */
const MAX_STREAM_DELAY = 1000;

/** Maximum milliseconds by which DynamoDB's clock is off, and a flusher's where clocks agree: together the settle margin. */
export const CLOCK_ERROR_IN_AGREEMENT = (SETTLE_MARGIN * 1000) / 2;

/** Milliseconds after which Lambda drops records on which the function still fails. The flusher gives up earlier. */
const MAX_RETRYING = 4_000_000;
const MAX_PAUSE = 60_000;

export function simulatedStreamReader(flusher: LambdaFunction, world: World): SimulatedStreamReader {
  const { time, chance, strikes } = world;
  const waiting: WrittenItem[] = [];
  let recordsRead = 0;
  const clockError = chance.between(-CLOCK_ERROR_IN_AGREEMENT, CLOCK_ERROR_IN_AGREEMENT);
  let isDelivering = false;
  let visibleFrom = 0;
  const deliver = async (): Promise<void> => {
    if (isDelivering) return;
    isDelivering = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0).sort((a, b) => a.writtenAt - b.writtenAt);
      const records = batch.map((written) => recordOf(written, `event-${++recordsRead}`, clockError));
      await handOver(records, flusher, world);
    }
    isDelivering = false;
  };
  return {
    take(written) {
      if (strikes('record-dropped')) return;
      visibleFrom = Math.max(visibleFrom, time.now() + chance.delayUpTo(MAX_STREAM_DELAY));
      time.at(visibleFrom, () => {
        waiting.push(written);
        void deliver();
      });
    },
  };
}

async function handOver(records: readonly Json[], flusher: LambdaFunction, { time, chance }: World): Promise<void> {
  const giveUpAt = time.now() + MAX_RETRYING;
  for (let pause = 500; time.now() < giveUpAt; pause = Math.min(MAX_PAUSE, pause * 2)) {
    const result = await flusher.invoke({ Records: [...records] });
    if (!('error' in result)) return;
    await time.sleep(chance.between(0, pause));
  }
}

/** A stream record, its time cut to whole seconds as by DynamoDB. */
function recordOf({ item, writtenAt }: WrittenItem, eventID: string, clockError: number): Json {
  const ApproximateCreationDateTime = Math.floor((writtenAt + clockError) / 1000);
  const NewImage = JSON.parse(JSON.stringify(item)) as Json;
  return { eventID, eventName: 'INSERT', dynamodb: { ApproximateCreationDateTime, NewImage } };
}
