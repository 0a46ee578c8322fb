import { expect, test } from "vitest";
import { greetingWord, guessProbe } from "../../../src/core/application/recognise.ts";

const target = { host: "127.0.0.1", port: 7000 };
const tools = { programs: new Set(["curl"]), node: "/usr/bin/node" };

test.each([
	["SSH-2.0-OpenSSH_10.0p2 Debian-7\r\n", "SSH"],
	["220 mail.example.org ESMTP Postfix\r\n", "220"],
	["220-many lines\r\n", "220"],
	["+OK Dovecot ready.\r\n", "+OK"],
	["* OK [CAPABILITY IMAP4rev1]\r\n", "* OK"],
	["RFB 003.008\n", "RFB"],
	["\x00\x01\x02", undefined],
	["2201", undefined],
])("of the greeting %j remains %j", (text, word) => expect(greetingWord(text)).toBe(word));

test("a probe requests a working page, and expects the same status of a refused one", () => {
	expect(guessProbe(target, { kind: "http", status: 302 }, tools)).toMatch(/^curl .*http:\/\/127\.0\.0\.1:7000\/$/);
	expect(guessProbe(target, { kind: "http", status: 401 }, tools)).toContain(" 401");
	expect(guessProbe(target, { kind: "banner", text: "+OK ready" }, tools)).toContain("\\\\+OK");
	expect(guessProbe(target, { kind: "banner", text: "\x7f" }, tools)).toBeUndefined();
});
