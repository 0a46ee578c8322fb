import { describe, expect, test } from "vitest";
import { described, expected, foldRecording, recording, recordings } from "./corpus.ts";

describe("recordings of programs that make every kind of call", () => {
	test.each(recordings)("%s", (name) => expect(described(foldRecording(recording(name)))).toBe(expected(name)));
});
