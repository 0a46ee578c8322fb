import { availableParallelism, hostname } from "node:os";

export const hostName = (): string => hostname();

/** How many programs can run at the same time. */
export const processorCount = (): number => availableParallelism();
