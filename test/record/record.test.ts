import { describe, expect, test } from "vitest";
import { masked, maskLine, maskLines, maskWords } from "../../src/base/mask.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { permissionNames, permissionWords } from "../../src/plan/permission-words.ts";
import { differenceOf } from "../../src/record/evidence.ts";
import { packageKindOf, packageUrl } from "../../src/record/packages.ts";
import { historyLine, isApproved, mergeResponsible } from "../../src/record/record.ts";
import { residualRisks } from "../../src/record/residual-risks.ts";
import { checksumLine, isAsWritten, verifyRecord } from "../../src/record/verification.ts";
import { messagesIn } from "../texts.ts";
import { recordFor } from "./report/records.ts";

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
		const moved = verdict({ file: "/mnt/x", sha256: mine, checksum: checksumLine(mine, "x") }, log, "g");
		expect(moved).toEqual(["as-written", "same", true, false]);
	});
	test("is changed even if its checksum was changed too", () => {
		const checksum = checksumLine(other, "r.html");
		const found = verdict({ file: "/srv/r.html", sha256: other, checksum }, [line(written)], "f");
		expect(found).toEqual(["changed", "same", false, undefined]);
	});
	test.each<[string, string | undefined, readonly ReturnType<typeof line>[], string, string]>([
		["its log is lost", checksumLine(mine, "x"), [], "unlogged", "same"],
		["the log knows only the make", undefined, [line(written, "made")], "unknown", "absent"],
		["the log does not know it", "", [line({ file: 7 })], "unknown", "differs"],
		["a different checksum is next to it", checksumLine(other, "x"), [line(written)], "as-written", "differs"],
	])("is not confirmed if %s", (_, checksum, log, expected, beside) => {
		const asked = { file: "/x", sha256: mine, ...(checksum === undefined ? {} : { checksum }) };
		expect(verdict(asked, log, "f").slice(0, 3)).toEqual([expected, beside, false]);
	});
});

test("has its line ends escaped in the checksum file as by sha256sum(1)", () => {
	expect(checksumLine(mine, "r.html")).toBe(`${mine}  r.html\n`);
	expect(checksumLine(mine, "a\nb\\c")).toBe(`\\${mine}  a\\nb\\\\c\n`);
});

test("secrets are masked before the comparison, and keys and binaries are not shown", () => {
	const { difference } = differenceOf("port 1\nrequirepass old\n", "port 2\nrequirepass new\n", false);
	expect(difference).toEqual(["@@ -1,2 +1,2 @@", "-port 1", "+port 2", " requirepass ********"]);
	expect(differenceOf("requirepass old\n", "requirepass new\n", false)).toEqual({ withheld: "secret" });
	expect(differenceOf("a", "b", true)).toEqual({ withheld: "secret" });
	expect(differenceOf("a\0", "b", false)).toEqual({ withheld: "binary" });
	expect(differenceOf("same", "same", true)).toEqual({});
});

test("texts with too many differences are not compared line by line", () => {
	const lines = (letter: string) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}\n`).join("");
	expect(differenceOf(lines("a"), lines("b"), false)).toEqual({ withheld: "too-long" });
});

test.each([
	"requirepass hunter2",
	"masterauth hunter2",
	"user default on >hunter2 ~* +@all",
	"password=hunter2",
	'  password: "hunter2"',
	"db_password = 'hunter2'",
	'{"apiKey":"x","dbPassword":"hunter2"}',
	"export PGPASSWORD=hunter2",
	'secret "hunter2";',
	"proxy_set_header Authorization Bearer hunter2hunter2;",
	"url = postgres://app:hunter2@db/app",
	"root:$6$hunter2$hunter2:0:0::",
	"redis-cli -h ::1 -a hunter2 PING",
	"curl -fsS -u me:hunter2 localhost",
	"app --password hunter2 --verbose",
	"app --token=hunter2",
	"set auth_token hunter2",
])("the secret in %j is masked, its name is not", (line) => {
	const shown = maskLine(line);
	expect(shown).not.toContain("hunter2");
	expect(shown).toContain(masked);
	expect(shown.slice(0, 3)).toBe(line.slice(0, 3));
});

test.each([
	"passwd:         files systemd",
	"listen 80 default_server;",
	"# the author of this file",
	"AuthorizedKeysFile .ssh/authorized_keys",
	"bind 127.0.0.1 -::1",
	"keepalive_timeout 65;",
	"ssl_certificate /etc/ssl/certs/site.pem;",
	'{"generation":1,"rounds":1,"files":22}',
	"monkey = banana",
])("%j contains no secret and stays", (line) => expect(maskLine(line)).toBe(line));

test("a value of several words is masked completely", () => {
	expect(maskLine("output_password = hunter2 and more")).toBe(`output_password = ${masked}`);
});

test("a private key is one masked line", () => {
	const key = ["before", "-----BEGIN OPENSSH PRIVATE KEY-----", "hunter2", "-----END OPENSSH PRIVATE KEY-----", "after"];
	expect(maskLines(key)).toEqual(["before", masked, "after"]);
});

test("a word after its option is masked", () => {
	const shown = maskWords(["app", "--password", "hunter2", "--port", "80", "--secret", "--flag"]);
	expect(shown).toEqual(["app", "--password", masked, "--port", "80", "--secret", "--flag"]);
});

const debian = { architecture: "amd64", distribution: "debian-13", packageKind: "deb" } as const;

const url = (
	name: string,
	version: string,
	...[origin, system = debian]: readonly [object?, Parameters<typeof packageUrl>[1]?]
) => packageUrl({ name, version }, system, origin as Parameters<typeof packageUrl>[2]);
const fedora = { architecture: "x86_64", distribution: "fedora-41" };

test.each([
	[url("libcap2", "1:2.75-10+deb13u1~x"), "deb/debian/libcap2@1:2.75-10%2Bdeb13u1~x?distro=debian-13"],
	// Built from another source package, or from another version of its own.
	[
		url("libssl3t64", "3.5", { architecture: "amd64", source: "openssl" }),
		"deb/debian/libssl3t64@3.5?arch=amd64&distro=debian-13&upstream=openssl",
	],
	[
		url("libcap2", "1+b3", { architecture: "all", source: "libcap2", sourceVersion: "1" }),
		"deb/debian/libcap2@1%2Bb3?arch=all&distro=debian-13&upstream=libcap2%401",
	],
	[url("libc6:i386", "2.41"), "deb/debian/libc6@2.41?arch=i386&distro=debian-13"],
	// The epoch of an rpm is separate.
	[url("bind", "32:9.18-1.fc41", undefined, fedora), "rpm/fedora/bind@9.18-1.fc41?arch=x86_64&distro=fedora-41&epoch=32"],
	[url("a/b?c#d", "1@2"), "deb/debian/a%2Fb%3Fc%23d@1%402?distro=debian-13"],
])("%s is the URL of a package", (made, expected) => expect(made).toBe(`pkg:${expected}`));

test.each(["plan9-4", ""])("a package of the system %j has no URL", (distribution) => {
	const system = distribution ? { architecture: "x", distribution } : { ...debian, distribution };
	expect(url("a", "1", undefined, system)).toBeUndefined();
});

test("an unknown system uses the family that it names", () => {
	expect(packageKindOf(["raspbian", "debian"])).toBe("deb");
	expect(packageKindOf(["rocky", "rhel", "centos", "fedora"])).toBe("rpm");
	expect(packageKindOf(["opensuse-leap", "suse", "opensuse"])).toBe("rpm");
	expect(packageKindOf([])).toBeUndefined();
});

const approved = { by: "Cy", at: "2026-01-01T00:00:00.000Z", generation: 2 };

test("the current statement wins, then the cage's, then the default for all cages", () => {
	const always = { initiatedBy: "a", implementedBy: "b", asked: true };
	const merged = mergeResponsible({ purpose: " mail " }, { implementedBy: "c", approved }, always);
	expect(merged).toEqual({ purpose: "mail", initiatedBy: "a", implementedBy: "c", approved });
});

test("an empty text removes a statement, and an approval without a name is none", () => {
	const given = { purpose: "", initiatedBy: " ", approved: { ...approved, by: "" } };
	expect(mergeResponsible(given, { purpose: "mail", approved }, { initiatedBy: "a" })).toEqual({});
});

test("an approval applies to one generation", () => {
	expect([1, 2, 3].filter((generation) => isApproved({ approved }, generation))).toEqual([2]);
});

const codes = (...parts: Parameters<typeof recordFor>) => residualRisks(recordFor(...parts)).map(({ code }) => code as string);

test.each(permissionNames)("the permission %s is a risk, with a remedy in both languages", (name) => {
	const code = permissionWords[name];
	const permissions = { capabilities: [], [name]: name === "syslog" ? pathFromText("/dev/log") : "seen" };
	expect(codes({ manifest: { permissions } })).toContain(code);
	expect(codes()).not.toContain(code);
	for (const language of ["en", "de"] as const)
		expect(messagesIn(language).record.risks.remedy[code]).toContain(`--refuse ${code}`);
});

test("the most severe risk is first, and a shared account is named correctly", () => {
	const notes = [{ code: "shares-account-process" as const, values: { account: "www-data", pid: 1, program: "/x", count: 1 } }];
	const identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
	const risks = residualRisks(recordFor({ plan: { notes }, manifest: { identity } }));
	const weights = risks.map(({ severity }) => ["high", "medium", "low"].indexOf(severity));
	expect(weights).toEqual([...weights].sort());
	expect(risks.find(({ code }) => code === "shared-account")?.values).toEqual({ account: "www-data" });
	expect(risks.slice(-2).map(({ code }) => code)).toEqual(["kernel", "chroot"]);
});
