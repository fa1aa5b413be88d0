/** A command that runs DynamoDB Local until it is ended. */
export interface DynamoDbProgram {
  readonly command: string;
  readonly words: readonly string[];
  /** undefined: the working directory. */
  readonly folder: string | undefined;
}

/** The image of the release that the npm package has. */
export const DYNAMODB_IMAGE = 'amazon/dynamodb-local:3.3.1';

/** @param folder - with DynamoDBLocal.jar. @param dataFolder - of the tables */
export function javaProgram(folder: string, dataFolder: string, port: number): DynamoDbProgram {
  // The JVM's own property for the folder with the engine's native code.
  const program = ['-Djava.library.path=DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
  return { command: 'java', words: [...program, '-dbPath', dataFolder, '-port', String(port), '-sharedDb'], folder };
}

/** @param dataFolder - of the tables */
export function dockerProgram(dataFolder: string, port: number): DynamoDbProgram {
  const data = '/home/dynamodblocal/db';
  const container = [
    'run',
    '--mount',
    `source=${dataFolder},target=${data},type=bind`,
    '--publish',
    `${port}:8000`,
    '--rm',
  ];
  const program = [DYNAMODB_IMAGE, '-jar', 'DynamoDBLocal.jar', '-dbPath', data, '-sharedDb'];
  return { command: 'docker', words: [...container, ...program], folder: undefined };
}

/** The variables of the process. */
export function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // AWS's engine would report its use to AWS.
    DDB_LOCAL_TELEMETRY: process.env.DDB_LOCAL_TELEMETRY ?? 'false',
    // Java's optimizing compiler takes half of the start's processor time, and a local run is too short to win it back.
    JAVA_TOOL_OPTIONS: process.env.JAVA_TOOL_OPTIONS ?? '-XX:TieredStopAtLevel=1',
  };
}
