import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes of objects that are still in use. Without a collection, the result depends on when the last one happened to run. */
export function usedMemory(): number {
	collect();
	return process.memoryUsage().heapUsed;
}
