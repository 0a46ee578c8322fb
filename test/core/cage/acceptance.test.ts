import { expect, test } from "vitest";
import { type Finding, isAccepted, mergeAcceptances, parseAcceptance } from "../../../src/core/cage/finding.ts";
import { pathFromText } from "../../../src/core/path/path.ts";

const finding = (code: Finding["code"], path: string): Finding => ({
	code,
	path: pathFromText(path),
	severity: "danger",
	values: {},
});
const accepts = (text: string, one: Finding) => isAccepted(one, [parseAcceptance(text)]);

test("a code is accepted everywhere, with a path only there", () => {
	expect(accepts("setuid", finding("setuid", "/a"))).toBe(true);
	expect(accepts("setuid:/a", finding("setuid", "/a"))).toBe(true);
	expect(accepts("setuid:/a", finding("setuid", "/a/b"))).toBe(false);
	expect(accepts("setuid:/a:b", finding("setuid", "/a:b"))).toBe(true);
	expect(accepts("setuid", finding("setgid", "/a"))).toBe(false);
});

test.each(["", "setui", "SETUID", ":/a", "setuid /a", "constructor"])("%j is refused", (text) => {
	expect(() => parseAcceptance(text)).toThrow(expect.objectContaining({ code: "finding-unknown", exit: 2 }));
});

test("the path must be absolute", () => {
	expect(() => parseAcceptance("setuid:a")).toThrow(expect.objectContaining({ code: "path-not-absolute", exit: 2 }));
});

test("a repeated acceptance is stored once", () => {
	expect(mergeAcceptances(["setuid"], ["setgid", "setuid"])).toEqual(["setuid", "setgid"]);
});
