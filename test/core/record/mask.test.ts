import { expect, test } from "vitest";
import { masked, maskLine, maskLines, maskWords } from "../../../src/core/record/mask.ts";

test.each([
	...["requirepass hunter2", "masterauth hunter2", "user default on >hunter2 ~* +@all", "password=hunter2"],
	...['  password: "hunter2"', "db_password = 'hunter2'", '{"apiKey":"x","dbPassword":"hunter2"}', "export PGPASSWORD=hunter2"],
	...['secret "hunter2";', "proxy_set_header Authorization Bearer hunter2hunter2;", "url = postgres://app:hunter2@db/app"],
	...["root:$6$hunter2$hunter2:0:0::", "redis-cli -h ::1 -a hunter2 PING", "curl -fsS -u me:hunter2 localhost"],
	...["app --password hunter2 --verbose", "app --token=hunter2", "set auth_token hunter2"],
])("the secret in %j is masked, its name is not", (line) => {
	const shown = maskLine(line);
	expect(shown).not.toContain("hunter2");
	expect(shown).toContain(masked);
	expect(shown.slice(0, 3)).toBe(line.slice(0, 3));
});

test.each([
	...["passwd:         files systemd", "listen 80 default_server;", "# the author of this file"],
	...["AuthorizedKeysFile .ssh/authorized_keys", "bind 127.0.0.1 -::1", "keepalive_timeout 65;"],
	...["ssl_certificate /etc/ssl/certs/site.pem;", '{"generation":1,"rounds":1,"files":22}', "monkey = banana"],
])("%j contains no secret and stays", (line) => expect(maskLine(line)).toBe(line));

test("a value of several words is masked completely", () => {
	expect(maskLine("output_password = hunter2 and more")).toBe(`output_password = ${masked}`);
});

test("a private key is one masked line", () => {
	const key = ["before", "-----BEGIN OPENSSH PRIVATE KEY-----", "hunter2", "-----END OPENSSH PRIVATE KEY-----", "after"];
	expect(maskLines(key)).toEqual(["before", masked, "after"]);
});

test("a word after its option is masked", () => {
	expect(maskWords(["app", "--password", "hunter2", "--port", "80", "--secret", "--flag"])).toEqual([
		"app",
		"--password",
		masked,
		...["--port", "80", "--secret", "--flag"],
	]);
});
