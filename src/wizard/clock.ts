/** Time for what runs the wizard. The reducer has none. */
export interface Clock {
	/** Milliseconds since an unknown moment, of a clock that never jumps. */
	elapsed(): number;
	/** Calls `work` after some milliseconds. The returned function prevents that. */
	later(milliseconds: number, work: () => void): () => void;
	/** Calls `work` at intervals until the returned function is called. Does not keep the process running. */
	every(milliseconds: number, work: () => void): () => void;
	/** Resolves after the input and timers that are due. */
	nextTurn(): Promise<void>;
}
