import { describe, expect, it } from "vitest";
import { madeDirectoryText, mergeMadeDirectories, parseMadeDirectory } from "../../../src/core/application/made-directory.ts";

describe("directories that are made before a start", () => {
	it.each([
		["/run/a", "/run/a", 0o755],
		["/run/a:0700", "/run/a", 0o700],
		["/run/a:750", "/run/a", 0o750],
		["/run/a:2775", "/run/a", 0o775],
		["/run/a:b", "/run/a:b", 0o755],
		["/run/a:9999", "/run/a:9999", 0o755],
	])("%s", (text, path, mode) => {
		expect(parseMadeDirectory(text)).toEqual({ path, mode });
		expect(parseMadeDirectory(madeDirectoryText({ path, mode }))).toEqual({ path, mode });
	});

	it("each stands once, with the mode that was told", () => {
		expect(mergeMadeDirectories(["/run/a", "/run/b:0700", "/run/a:0750", "/run/b"])).toEqual(["/run/a:0750", "/run/b:0700"]);
	});
});
