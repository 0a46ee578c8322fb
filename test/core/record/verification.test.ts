import { describe, expect, test } from "vitest";
import { historyLine } from "../../../src/core/record/history.ts";
import { checksumLine, isAsWritten, verifyRecord } from "../../../src/core/record/verification.ts";

const [mine, other] = ["a".repeat(64), "b".repeat(64)];
const line = (details: object, action = "recorded") =>
	historyLine(`2026-01-01T00:00:00.000Z ${action} ${JSON.stringify(details)}`);
const written = { file: "/srv/r.html", sha256: mine, generation: 3, fingerprint: "f" };
const verdict = (...parts: Parameters<typeof verifyRecord>) => {
	const found = verifyRecord(...parts);
	return [found.verdict, found.beside, isAsWritten(found), found.current];
};

describe("a record", () => {
	test("is as written wherever it is now", () => {
		const log = [line({ ...written, sha256: other }), line(written)];
		expect(verdict({ file: "/mnt/x", sha256: mine }, log, "f")).toEqual(["as-written", "absent", true, true]);
		expect(verdict({ file: "/mnt/x", sha256: mine, checksum: checksumLine(mine, "x") }, log, "g")).toEqual([
			...["as-written", "same", true],
			false,
		]);
	});
	test("is changed even if its checksum was changed too", () => {
		const checksum = checksumLine(other, "r.html");
		expect(verdict({ file: "/srv/r.html", sha256: other, checksum }, [line(written)], "f")).toEqual([
			...["changed", "same", false],
			undefined,
		]);
	});
	test("is not confirmed if the log does not know it", () => {
		expect(verdict({ file: "/x", sha256: mine, checksum: checksumLine(mine, "x") }, [], "f").slice(0, 3)).toEqual([
			...["unlogged", "same"],
			false,
		]);
		expect(verdict({ file: "/x", sha256: mine }, [line(written, "made")], "f").slice(0, 3)).toEqual(["unknown", "absent", false]);
		expect(verdict({ file: "/x", sha256: mine, checksum: "" }, [line({ file: 7 })], "f").slice(0, 3)).toEqual([
			...["unknown", "differs"],
			false,
		]);
	});
	test("is not confirmed with a different checksum next to it", () => {
		expect(verdict({ file: "/x", sha256: mine, checksum: checksumLine(other, "x") }, [line(written)], "f").slice(0, 3)).toEqual([
			...["as-written", "differs"],
			false,
		]);
	});
});

test("has its line ends escaped in the checksum file as by sha256sum(1)", () => {
	expect(checksumLine(mine, "r.html")).toBe(`${mine}  r.html\n`);
	expect(checksumLine(mine, "a\nb\\c")).toBe(`\\${mine}  a\\nb\\\\c\n`);
});
