import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { decoyContent } from "../../src/cage/decoy-content.ts";
import { marksOf } from "../../src/plan/marks.ts";

const content = (path: string) => decoyContent(pathFromText(path), randomBytes);

test.each(["/root/.ssh/id_ed25519", "/srv/tls.key", "/etc/shadow", "/.env", "/root/.aws/credentials", "/root/.bash_history"])(
	"%s looks like a secret and is random",
	(path) => {
		expect(marksOf(Buffer.from(content(path)))).toContain("secret");
		expect(content(path)).not.toBe(content(path));
	},
);

describe("nobody can use a decoy's content", () => {
	test("the check numbers of a private key differ", () => {
		const base64 = content("/id_ed25519").replace(/-----.*-----/g, "");
		const bytes = Buffer.from(base64, "base64");
		expect(bytes.subarray(0, 15).toString()).toBe("openssh-key-v1\0");
		let at = 15;
		const field = () => {
			const start = at + 4;
			at = start + bytes.readUInt32BE(at);
			return bytes.subarray(start, at);
		};
		expect([field(), field(), field()].map(String)).toEqual(["none", "none", ""]);
		at += 4; // one key
		field(); // the public part
		const secret = field();
		expect(at).toBe(bytes.length);
		expect(secret.length % 8).toBe(0);
		expect(secret.readUInt32BE(0)).not.toBe(secret.readUInt32BE(4));
	});
	test("the salt of a password hash is longer than SHA-512 permits", () => {
		const lines = content("/etc/shadow").trim().split("\n");
		expect(lines.map((line) => line.split(":").length)).toEqual([9, 9]);
		for (const line of lines) expect(line.split("$")[2]?.length).toBeGreaterThan(16);
	});
	test("the names of access keys are not base32, and their checksums are too large", () => {
		expect(content("/root/.aws/credentials")).toMatch(/^aws_access_key_id = AKIA[A-Z2-7]{9}1[A-Z2-7]{6}$/m);
		expect(content("/root/.bash_history")).toMatch(/ghp_[A-Za-z0-9]{30}z[A-Za-z0-9]{5}$/m);
		const [, key = ""] = /^APP_KEY=base64:(.*)$/m.exec(content("/.env")) ?? [];
		expect(Buffer.from(key, "base64")).toHaveLength(31);
	});
});
