/** Something that a run still waits for: the application's end, or an answer to a probe. `said` is the last line that the probe printed. */
export type Awaited =
	| { readonly for: "end"; readonly program: string }
	| { readonly for: "answer"; readonly command: string; readonly said: string };
