import { describe, expect, test } from "vitest";
import { described, expected, foldRecording, recording, recordings } from "./corpus.ts";

describe("what strace wrote of programs that do every form of it", () => {
	test.each(recordings)("%s", (name) => {
		expect(described(foldRecording(recording(name)))).toBe(expected(name));
	});
});
