import type { Path } from "../base/path/path.ts";
import type { WatchedFailure } from "../cage/cage.ts";

/** A watch for failing calls in running cages. */
export interface FailureWatch {
	/** Resolves when the watch is over, for any reason. */
	readonly ended: Promise<void>;
	/**
	 * Sets what is watched from now on, including everything it starts: processes of each cage. Throws `watch-no-namespace` (exit
	 * 3) for processes without a PID namespace of their own.
	 */
	watch(processes: readonly number[]): void;
	/** Removes the probe from the kernel. Resolves after the last observation was delivered. */
	stop(): Promise<void>;
}

export interface FailureWatchRequest {
	/** The applications' working directory. */
	readonly cwd: Path;
	/** Called once for each different failure. */
	onFailure(failure: WatchedFailure): void;
	/** No more are recorded. */
	onFull(): void;
}
