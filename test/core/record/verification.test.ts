import { describe, expect, test } from "vitest";
import { historyLine } from "../../../src/core/record/record.ts";
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
	test("is as it was written, wherever it lies now", () => {
		const log = [line({ ...written, sha256: other }), line(written)];
		expect(verdict({ file: "/mnt/x", sha256: mine }, log, "f")).toEqual(["as-written", "absent", true, true]);
		expect(verdict({ file: "/mnt/x", sha256: mine, checksum: checksumLine(mine, "x") }, log, "g")).toEqual([
			...["as-written", "same", true],
			false,
		]);
	});
	test("was changed, also where its checksum was changed along with it", () => {
		const checksum = checksumLine(other, "r.html");
		expect(verdict({ file: "/srv/r.html", sha256: other, checksum }, [line(written)], "f")).toEqual([
			...["changed", "same", false],
			undefined,
		]);
	});
	test("is nothing that one can rely on where the log does not know it", () => {
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
	test("with a checksum beside it that says something else is none", () => {
		expect(verdict({ file: "/x", sha256: mine, checksum: checksumLine(other, "x") }, [line(written)], "f").slice(0, 3)).toEqual([
			...["as-written", "differs"],
			false,
		]);
	});
});

test("a name with a line end in it is escaped as sha256sum(1) does it", () => {
	expect(checksumLine(mine, "r.html")).toBe(`${mine}  r.html\n`);
	expect(checksumLine(mine, "a\nb\\c")).toBe(`\\${mine}  a\\nb\\\\c\n`);
});
