import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCredentialName } from "../../src/service/service-settings.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";

const of = (...lines: readonly string[]) => {
	const { credentials, otherCredentials } = parseServiceUnit("a@b.service", [["[Service]", ...lines].join("\n")]);
	return { credentials, otherCredentials };
};
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a unit's credentials", () => {
	it.each([
		["LoadCredential=key:/etc/%i.key", [{ name: "key", files: ["/etc/b.key"] }]],
		["LoadCredential=key:/etc/a:b", [{ name: "key", files: ["/etc/a:b"] }]],
		["SetCredential=key:a\\nb\\x41 %i: 'c'", [{ name: "key", content: base64("a\nbA %i: 'c'") }]],
		["SetCredential=key:", [{ name: "key", content: "" }]],
		[
			"LoadCredential=key:/one\nSetCredential=key:two\nLoadCredential=key:/three",
			[{ name: "key", files: ["/three"], content: base64("two") }],
		],
		["LoadCredential=key:/one\nLoadCredential=", []],
		["LoadCredential=../key:/etc/key\nSetCredential=..:text\nSetCredential=:text\nSetCredential=name", []],
	])("of %j", (lines, credentials) => expect(of(lines)).toEqual({ credentials, otherCredentials: [] }));

	it("without an absolute path are in systemd's stores", () => {
		for (const line of ["LoadCredential=key", "LoadCredential=key:other"]) {
			const [credential] = of(line).credentials;
			const name = line.split(":")[1] ?? "key";
			expect(credential?.files).toContain(`/etc/credstore/${name}`);
		}
	});

	it("that only systemd can pass are named", () => {
		const { credentials, otherCredentials } = of(
			"LoadCredentialEncrypted=a:/etc/a",
			"SetCredentialEncrypted=b: k6iUCUh0RJ",
			"ImportCredential=c.*",
		);
		expect(credentials).toEqual([]);
		expect(otherCredentials).toEqual(["a", "b", "c.*"]);
	});

	it("have names of files", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (name) => {
				if (isCredentialName(name)) expect(name).toMatch(/^(?!\.{1,2}$)[^/\0\n:]{1,255}$/);
			}),
		);
	});
});
