import { expect } from "vitest";

const matches = (text: unknown, pattern: unknown) =>
	typeof text === "string" && pattern instanceof RegExp ? pattern.test(text) : undefined;

/** A pattern equals each text that it matches. Without this, `toMatchObject` accepts any text in place of a pattern. */
expect.addEqualityTesters([(one, other) => matches(one, other) ?? matches(other, one)]);
