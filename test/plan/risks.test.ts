import { describe, expect, test, vi } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { headSize, marksOf, readMarks } from "../../src/plan/marks.ts";
import { fileRisks, unusedAllowances } from "../../src/plan/risks.ts";
import { noRules } from "../../src/service/application.ts";
import { entry, plan, writable } from "../cage/plans.ts";
import { planFor, trace } from "./traces.ts";
import { directory, file, link, tree } from "./tree.ts";

const risks = (path: string, content: string | undefined = "", values = {}) =>
	fileRisks(
		pathFromText(path),
		{ kind: "file", mode: 0o644, uid: 0, gid: 0, size: 10, mtime: 0, ...values },
		content === undefined ? undefined : marksOf(Buffer.from(content, "latin1")),
	);
const isSecret = (path: string, content?: string) => risks(path, content).includes("secret");

describe("a secret by its content, whatever its name and mode", () => {
	test.each([
		["-----BEGIN PRIVATE KEY-----\nMII"],
		["-----BEGIN RSA PRIVATE KEY-----\n"],
		["-----BEGIN ENCRYPTED PRIVATE KEY-----\n"],
		["-----BEGIN OPENSSH PRIVATE KEY-----\n"],
		["-----BEGIN PGP PRIVATE KEY BLOCK-----\n"],
		["-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n"],
		["PuTTY-User-Key-File-3: ssh-ed25519\n"],
		['key "rndc-key" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0c2VjcmV0c2VjcmV0";\n};\n'],
		["token = ghp_0123456789abcdefghij\n"],
		["[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"],
		["admin:$apr1$abc$def\n"],
		["user:group:$5$abcdefgh$def\n"],
		["admin:$2y$05$abcdefghijklmnopqrstuv\n"],
		["root:$6$salt$hash:19000:0:99999:7:::\n"],
		["admin:{SSHA}c2VjcmV0\n"],
		["\x05\x02\0\0\0\x41\0\x02\0\x06CENSUS"],
		["0\x82\x04\xbd\x02\x01\x000\r\x06\t*\x86H\x86\xf7\r\x01\x01\x01\x05\0"],
		["0\x82\x04\xa3\x02\x01\0\x02\x82\x01\x01\0"],
		["0w\x02\x01\x01\x04\x20\0"],
		["-----BEGIN OpenVPN Static key V1-----\n"],
		["[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n"],
		['"app" "SCRAM-SHA-256$4096:c2FsdA==$a:b"\n'],
		["(21:protected-private-key(3:rsa"],
		["users:\n- user:\n    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=\n"],
		["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"],
		['{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}'],
		["machine mail.example\n  login me\n  password hunter2\n"],
		['10.0.0.1 %any : PSK "secret"\n'],
		["== ed25519v1-secret: type0 ==\0\0\0abc"],
		["admin:{PLAIN}hunter2\n"],
		["admin:{SHA512-CRYPT}abc\n"],
		["admin:{ARGON2ID}abc\n"],
		["admin:$argon2id$v=19$m=65536\n"],
		['key:\n  - id: transfer\n    secret: "K2tf3TRjvQkVCmJF3/Z9vA=="\n'],
		["bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N\n"],
	])("%j", (content) => {
		expect(isSecret("/etc/app/file", content)).toBe(true);
		expect(isSecret("/var/lib/app/plain.txt", content)).toBe(true);
	});
	test("public keys, certificates and programs with such signatures are no secrets", () => {
		const harmless = "secret: changeme\nsecret: Authentifizierung\nkeys: # : PSK\nuser:{name}\n";
		for (const content of ["-----BEGIN PUBLIC KEY-----\n", "-----BEGIN CERTIFICATE-----\n", harmless])
			expect(isSecret("/etc/app/file", content), content).toBe(false);
		expect(isSecret("/opt/openssl", "\x7fELF\0-----BEGIN RSA PRIVATE KEY-----")).toBe(false);
		expect(isSecret("/usr/lib/python3/pem.py", "'-----BEGIN PRIVATE KEY-----'")).toBe(false);
		expect(isSecret("/usr/share/ssl/server.pem", "-----BEGIN PRIVATE KEY-----")).toBe(true);
	});
});

describe("a file is a secret if others may not read it:", () => {
	const hidden = { mode: 0o640 };
	test.each([
		["/etc/munge/key", "\0\x81\x92\0"],
		["/etc/app/psk", "1f87c933c1d3f1a2aab0e77b3c0d9e31\n"],
		["/etc/app/store", "\xfe\xed\xfe\xed\0\0"],
		["/var/lib/app/store", "0\x82\x0a\x01\x02\x01\x030\x82"],
	])("%s", (path, content) => {
		expect(risks(path, content, hidden)).toContain("secret");
		expect(risks(path, content)).not.toContain("secret");
	});
	test("text configuration, binary state and empty files are no secrets", () => {
		expect(risks("/etc/app/app.conf", "password = hunter2\n", hidden)).not.toContain("secret");
		expect(risks("/var/lib/app/db", "\0\x81\x92\0", hidden)).not.toContain("secret");
		expect(risks("/etc/app/users", "", hidden)).not.toContain("secret");
		expect(risks("/etc/app/path", "/usr/lib/app/plugins/number-1\n", hidden)).not.toContain("secret");
	});
});

describe("a secret by its name", () => {
	test.each([
		"/etc/shadow",
		"/etc/gshadow-",
		"/etc/security/opasswd",
		"/root/.netrc",
		"/home/a/.pgpass",
		"/home/a/.ssh/id_ed25519",
		"/etc/ssh/ssh_host_rsa_key",
		"/etc/krb5.keytab",
		"/srv/passwords.kdbx",
		"/etc/app/client.p12",
		"/etc/app/secret",
		"/etc/app/api-token",
		"/etc/app/db.password.txt",
		"/run/credentials",
	])("%s", (path) => {
		expect(isSecret(path)).toBe(true);
		expect(risks(path, undefined)).toContain("secret");
	});
	test.each([
		"/etc/passwd",
		"/etc/group",
		"/etc/ssh/ssh_host_rsa_key.pub",
		"/home/a/.ssh/id_ed25519.pub",
		"/etc/app/tokenizer.model",
		"/etc/pam.d/common-password",
		"/etc/pam.d/common-password-policy.d/x",
		"/etc/pam.d/common-password",
		"/srv/app/password.js",
		"/usr/share/doc/passwords",
		"/etc/shadow.txt",
	])("%s is no secret", (path) => expect(isSecret(path)).toBe(false));
	test("a program with a secret's name is no secret", () => expect(isSecret("/opt/app/password", "\x7fELF")).toBe(false));
});

test("mode, place and size are separate risks", () => {
	expect(risks("/usr/bin/x", "", { mode: 0o4755 })).toEqual(["setuid"]);
	expect(risks("/usr/bin/x", "", { mode: 0o2755 })).toEqual(["setuid"]);
	expect(risks("/srv/x", "", { mode: 0o666 })).toEqual(["world-writable"]);
	expect(risks("/home/a/x")).toEqual(["home"]);
	expect(risks("/rootless/x")).toEqual([]);
	expect(risks("/srv/x", "", { size: 2 ** 27 })).toEqual(["large"]);
});

test("a key behind more certificates than the beginning holds is found, and costs nothing elsewhere", () => {
	const chain = `-----BEGIN CERTIFICATE-----\n${"M".repeat(2000)}\n-----END CERTIFICATE-----\n`.repeat(20);
	const files = tree({ "/all.pem": `${chain}-----BEGIN PRIVATE KEY-----\n`, "/ca.pem": chain, "/log": "x".repeat(100_000) });
	const marks = (path: string) => readMarks(pathFromText(path), files);
	expect([marks("/all.pem"), marks("/ca.pem")]).toEqual([["secret"], []]);
	const read = vi.spyOn(files, "read");
	marks("/log");
	expect(read.mock.calls).toEqual([["/log", headSize]]);
});

test("the first bytes suffice for a key behind a chain of certificates", () => {
	const chain = `-----BEGIN CERTIFICATE-----\n${"M".repeat(2000)}\n-----END CERTIFICATE-----\n`.repeat(4);
	expect(isSecret("/etc/app/all.pem", `${chain}-----BEGIN PRIVATE KEY-----\n`.slice(0, headSize))).toBe(true);
});

const noted = (content: string, mode = 0o640) =>
	planFor(tree({ "/etc/app.conf": file(content, { mode }) }), trace({ "/etc/app.conf": "read" })).notes.filter(
		({ code }) => code === "configuration-holds-passwords",
	);

test("private configuration with a password is noted and goes in", () => {
	const note = { code: "configuration-holds-passwords", values: { paths: "/etc/app.conf" } };
	expect(noted("user = a\npassword = hunter2\n")).toEqual([note]);
});
test.each([
	"# password = hunter2",
	"password_check = yes",
	"password = off ",
	"token_lifetime = 3600",
	"password_file = /etc/app/key",
	"user = a",
])("%s is not noted", (line) => expect(noted(`${line}\n`)).toEqual([]));
// Far longer than reading takes, and far shorter than a search that begins again at each blank.
test("many lines of blanks are read", { timeout: 60_000 }, () => {
	expect(noted(`${`a${" ".repeat(990)}b\n`.repeat(200)}password = hunter2\n`)).toHaveLength(1);
});
test("configuration that everybody may read is not noted", () => expect(noted("password = hunter2\n", 0o644)).toEqual([]));

describe("an allowed path", () => {
	const files = tree({ "/etc/keys/site.key": "", "/etc/current": link("keys"), "/var/lib/app/keys": directory() });
	const made = plan(
		[entry("/etc/keys/site.key", { risks: ["secret"] }), entry("/usr/bin/su", { risks: ["setuid"] }), entry("/etc/plain")],
		{ writable: [writable("/var/lib/app")] },
	);
	const unused = (allowSecret: string[], allowSetuid: string[] = []) =>
		unusedAllowances({ ...made, rules: { ...noRules, allowSecret, allowSetuid } }, files).map(
			({ option, path }) => `${option} ${path}`,
		);

	test("an allowed path is used if it is in the plan, in the state, below an allowed directory or behind a link", () => {
		expect(unused(["/etc/keys/site.key", "/etc/keys", "/etc/current", "/var/lib/app/keys"], ["/usr/bin/su"])).toEqual([]);
	});

	test("allowing a path that is no secret of the plan has no effect and is reported", () => {
		expect(unused(["/etc/keys/site.kye", "/etc/plain", "/usr/bin/su"], ["/etc/keys/site.key"])).toEqual([
			"--allow-secret /etc/keys/site.kye",
			"--allow-secret /etc/plain",
			"--allow-secret /usr/bin/su",
			"--allow-setuid /etc/keys/site.key",
		]);
	});
});
