import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { arrangeData } from "../../src/cage/host/arrange.ts";

/** Arranges state and exits before its n-th change of a directory, so that the data is as a kill at that moment would leave it. */
const { after, ...arrangement } = JSON.parse(process.argv[2] ?? "") as Parameters<typeof arrangeData>[0] & {
	readonly after: number;
};
let left = after;
const counted =
	<T extends unknown[], R>(change: (...args: T) => R) =>
	(...args: T): R => {
		if (left-- === 0) process.kill(process.pid, "SIGKILL");
		return change(...args);
	};
files.rename = counted(files.rename);
files.rmdir = counted(files.rmdir);
files.mkdir = counted(files.mkdir) as typeof files.mkdir;
syncBuiltinESMExports();
await arrangeData(arrangement);
