import type { RecordWriter } from "../engine/build/draft.ts";
import { recordMarkdown } from "../report/record/markdown.ts";
import type { Terminal } from "./terminal.ts";

/** Writes the record in the cage's folder, in the terminal's language. */
export function recordWriter({ messages }: Terminal): RecordWriter {
	return (record) => recordMarkdown(record, messages);
}
